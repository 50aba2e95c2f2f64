"""Rooms, rota and bookings through the API: what is offered, and that a time is booked once."""

import asyncio
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

API = "/api/v1/bookings"
NOW = datetime.fromisoformat("2026-11-02T08:00:00+09:00")  # a Monday
MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
TEN = "2026-11-03T10:00:00+09:00"
HOURS = [{"weekday": d, "opens": "09:00:00", "closes": "12:00:00"} for d in range(1, 6)]


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: Any) -> Tenant:
    made: Tenant = await make_city(
        plugins=("bookings",), bookings={"services": ["자금", "수출·판로"]}
    )
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People) -> Officer:
    return await people.officer("INTAKE_OFFICER", "TENANT_ADMIN", name="양하늘")


@pytest.fixture
def api(web: Web, desk: Officer) -> Any:
    return web.api(desk)


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with clock.frozen(NOW):
        yield


async def services(api: Any) -> dict[str, str]:
    items = (await api.get(f"{API}/services")).json()["items"]
    return {item["name"]: item["id"] for item in items}


async def room(api: Any, name: str = "1호", **given: Any) -> str:
    body = {"name": name, "place": "본관 1층", "seats": 4, "hours": HOURS, **given}
    answer = await api.post(f"{API}/rooms", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def booking(api: Any, **given: Any) -> Any:
    service = (await services(api))["자금"]
    body = {"service_id": service, "starts_at": TEN, "company_name": "가온정밀", **given}
    return await api.post(API, json=body)


async def made(api: Any, **given: Any) -> str:
    answer = await booking(api, **given)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def slots(api: Any, day: date = TUESDAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(f"{API}/slots?day={day}")).json()["items"]
    return found


async def test_hours_become_slots_of_half_an_hour(api: Any):
    await room(api)
    found = await slots(api)
    starts = [datetime.fromisoformat(s["starts_at"]).astimezone(clock.SEOUL) for s in found]
    assert [f"{s:%H:%M}" for s in starts] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert {s["state"] for s in found} == {"FREE"}
    assert (await api.patch(f"{API}/rules", json={"slot_minutes": 60})).json()["slot_minutes"] == 60
    assert len(await slots(api)) == 3
    assert await slots(api, date(2026, 11, 7)) == []  # Saturday
    assert await slots(api, date(2026, 12, 25)) == []  # a national holiday on a Friday


async def test_closed_days_close_one_room_or_all(api: Any):
    one, _ = await room(api), await room(api, "2호")
    body = {"first_day": "2026-11-03", "last_day": "2026-11-04", "reason": "공사", "room_id": one}
    closed = await api.post(f"{API}/closures", json=body)
    assert {s["room_id"] == one for s in await slots(api)} == {False}
    await api.post(f"{API}/closures", json={**body, "room_id": None, "last_day": "2026-11-03"})
    assert await slots(api) == []
    assert len(await slots(api, date(2026, 11, 4))) == 6
    assert (await api.delete(f"{API}/closures/{closed.json()['id']}")).status_code == 204
    assert len(await slots(api, date(2026, 11, 4))) == 12
    assert (await booking(api)).status_code == 422


async def test_a_time_is_booked_once(api: Any):
    room_id = await room(api)
    first = await booking(api, room_id=room_id)
    assert first.status_code == 201
    assert len(first.json()["receipt"]["receipt_no"]) == 10
    again = await booking(api, room_id=room_id)
    assert (again.status_code, again.json()["code"]) == (409, "refused")
    half = await booking(api, room_id=room_id, starts_at="2026-11-03T10:15:00+09:00")
    assert set(half.json()["errors"]) == {"starts_at"}
    long = await booking(api, room_id=room_id, starts_at="2026-11-03T09:30:00+09:00", slots=2)
    assert long.status_code == 409
    assert (
        await booking(api, room_id=room_id, starts_at="2026-11-03T09:00:00+09:00", slots=2)
    ).status_code == 201
    assert Counter(s["state"] for s in await slots(api)) == {"TAKEN": 3, "FREE": 3}


async def test_fifty_at_once_for_one_time(web: Web, desk: Officer, api: Any):
    room_id, service = await room(api), (await services(api))["자금"]

    async def attempt(number: int) -> int:
        body = {"service_id": service, "room_id": room_id, "starts_at": TEN}
        answer = await web.api(desk).post(API, json={**body, "company_name": f"업체 {number}"})
        return int(answer.status_code)

    got = Counter(await asyncio.gather(*(attempt(n) for n in range(50))))
    assert got == {201: 1, 409: 49}
    lines = (await api.get(f"{API}?first={TUESDAY}&last={TUESDAY}")).json()["items"]
    assert len(lines) == 1


async def test_fifty_at_once_fill_three_rooms_and_no_more(web: Web, desk: Officer, api: Any):
    for name in ("1호", "2호", "3호"):
        await room(api, name)
    service = (await services(api))["자금"]

    async def attempt(number: int) -> int:
        body = {"service_id": service, "starts_at": TEN, "company_name": f"업체 {number}"}
        return int((await web.api(desk).post(API, json=body)).status_code)

    got = Counter(await asyncio.gather(*(attempt(n) for n in range(50))))
    assert got == {201: 3, 409: 47}


async def expert(api: Any, name: str = "남궁솔") -> str:
    body = {"kind": "EXPERT", "name": name, "title": "세무사"}
    answer = await api.post(f"{API}/consultants", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def sits(api: Any, room_id: str, consultant: str, **given: Any) -> Any:
    service = (await services(api))["수출·판로"]
    line = {"room_id": room_id, "consultant_id": consultant, "service_id": service}
    when = {"weekday": 2, "opens": "10:00:00", "closes": "11:00:00"}
    return await api.post(f"{API}/rota", json={**line, **when, **given})


async def test_the_rota_names_consultant_and_service(api: Any):
    room_id, who = await room(api), await expert(api)
    known = await services(api)
    assert (await sits(api, room_id, who)).status_code == 201
    ten = next(
        s
        for s in await slots(api)
        if s["starts_at"].endswith("01:00:00Z") or "T10:00" in s["starts_at"]
    )
    assert (ten["consultant_id"], ten["service_ids"]) == (who, [known["수출·판로"]])
    assert (await booking(api)).status_code == 422
    booked = await made(api, service_id=known["수출·판로"])
    detail = (await api.get(f"{API}/{booked}")).json()
    assert detail["consultant"]["label"] == "남궁솔 세무사"
    clash = await sits(api, room_id, await expert(api, "제갈온"), opens="10:30:00")
    assert clash.json()["errors"] == {"opens": "그 시간에는 이 상담실에 다른 당번이 있습니다."}
    other = await sits(api, await room(api, "2호"), who, opens="10:30:00")
    assert other.json()["errors"] == {"opens": "그 시간에는 이 상담자가 다른 상담실의 당번입니다."}


async def test_one_day_goes_before_the_week(api: Any):
    room_id, usual, guest = await room(api), await expert(api), await expert(api, "제갈온")
    await sits(api, room_id, usual)
    answer = await sits(api, room_id, guest, weekday=None, on_day="2026-11-10")
    assert answer.status_code == 201
    people = [
        {s["consultant_id"] for s in await slots(api, date(2026, 11, day))} for day in (3, 10)
    ]
    assert people == [{None, usual}, {None, guest}]


async def test_a_consultant_is_not_in_two_rooms_at_once(api: Any):
    """Also where the rota lets it happen: a day's line beside a weekly one."""
    who, known = await expert(api), await services(api)
    first, second = await room(api), await room(api, "2호")
    await sits(api, first, who)
    await sits(api, second, who, weekday=None, on_day="2026-11-03")
    tries = (booking(api, room_id=r, service_id=known["수출·판로"]) for r in (first, second))
    got = Counter(a.status_code for a in await asyncio.gather(*tries))
    assert got == {201: 1, 409: 1}
    states = {
        s["room_id"]: s["state"]
        for s in await slots(api)
        if s["consultant_id"] == who and "T10:00" in s["starts_at"].replace("T01:00:00Z", "T10:00")
    }
    assert sorted(states.values()) == ["BUSY", "TAKEN"]


async def test_the_constraint_holds_without_the_service(runtime: Runtime, city: Tenant, api: Any):
    """What the plan overlooks the table refuses: the same row under another id makes none."""
    from sinmungo.bookings import booking_queries as q

    room_id = await room(api)
    await made(api, room_id=room_id)
    async with runtime.work.open(city) as ctx:
        (taken,) = await ctx.db.all(q.TAKEN, first=NOW, last=NOW + timedelta(days=7))
        row = await ctx.db.one(q.ONE, id=taken.id)
        values = {
            "id": clock.uuid7(),
            "receipt_no": "OTHER",
            "code_hash": b"",
            "channel": "OFFICE",
            "room_id": row.room_id,
            "service_id": row.service_id,
            "company_name": "다른 업체",
            "subject": "",
            "state": "BOOKED",
            "booked_at": NOW,
            "row_version": 1,
        }
        late = {
            "starts_at": row.starts_at + timedelta(minutes=29),
            "ends_at": row.ends_at + timedelta(minutes=29),
        }
        assert await ctx.db.run(q.ADD, **values, **late) == 0
        after = {"starts_at": row.ends_at, "ends_at": row.ends_at + timedelta(minutes=30)}
        assert await ctx.db.run(q.ADD, **values, **after) == 1


async def test_cancelling_frees_the_time(api: Any):
    room_id = await room(api)
    booked = await made(api, room_id=room_id)
    one = await api.get(f"{API}/{booked}")
    assert one.json()["acts"] == ["cancel"]
    path, version = f"{API}/{booked}/cancel", {"if-match": one.headers["etag"]}
    assert (await api.post(path, json={})).status_code == 428
    assert (await api.post(path, json={"note": "업체 사정"}, headers=version)).status_code == 200
    assert (await api.post(path, json={}, headers=version)).status_code == 409
    assert await made(api, room_id=room_id) != booked


async def test_results_and_their_undoing(api: Any):
    booked = await made(api, room_id=await room(api))
    path, version = f"{API}/{booked}", {"if-match": '"1"'}
    early = await api.post(f"{path}/result", json={"state": "DONE"}, headers=version)
    assert early.status_code == 409
    with clock.frozen(datetime.fromisoformat(TEN) + timedelta(minutes=5)):
        done = await api.post(f"{path}/result", json={"state": "NO_SHOW"}, headers=version)
        assert done.json() == {"row_version": 2}
        found = (await api.get(path)).json()
        assert (found["state"], found["no_shows"], found["acts"]) == ("NO_SHOW", 1, ["undo"])
        assert (await api.post(f"{path}/undo", headers={"if-match": '"2"'})).status_code == 200
        again = await api.post(
            f"{path}/result", json={"state": "DONE"}, headers={"if-match": '"2"'}
        )
        assert again.status_code == 412


async def test_a_difficulty_becomes_a_case_in_one_act(api: Any, people: People, web: Web):
    booked = await made(api, room_id=await room(api), name="오지안", phone="010-2345-6789")
    body = {"category": "FUNDS", "content": "시설자금 한도가 찼습니다"}
    path, version = f"{API}/{booked}", {"if-match": '"1"'}
    with clock.frozen(datetime.fromisoformat(TEN) + timedelta(minutes=20)):
        lead = web.api(await people.officer("LEAD_OFFICER"))
        assert (await lead.post(f"{path}/case", json=body, headers=version)).status_code == 403
        wrong = await api.post(f"{path}/case", json={**body, "category": "?"}, headers=version)
        assert set(wrong.json()["errors"]) == {"category"}
        case = await api.post(f"{path}/case", json=body, headers=version)
        assert case.status_code == 201, case.text
        found = (await api.get(path)).json()
        assert (found["state"], found["case_id"]) == ("DONE", case.json()["id"])
        held = (await api.get(f"/api/v1/cases/{found['case_id']}")).json()
        assert (held["channel"], held["caller"], held["company_id"]) == (
            "WALK_IN",
            "오지안",
            found["company_id"],
        )
        twice = await api.post(f"{path}/case", json=body, headers={"if-match": '"2"'})
        assert twice.status_code == 409


async def test_rooms_are_edited_with_their_version(api: Any):
    room_id = await room(api)
    path = f"{API}/rooms/{room_id}"
    found = await api.get(path)
    body = {k: v for k, v in found.json().items() if k not in {"id", "row_version"}}
    body |= {"seats": 8, "hours": HOURS[:1]}
    version = {"if-match": found.headers["etag"]}
    assert (await api.put(path, json=body, headers=version)).json()["seats"] == 8
    assert (await api.put(path, json=body, headers=version)).status_code == 412
    assert await slots(api) == []
    twice = await api.post(f"{API}/rooms", json={**body, "seats": 0, "hours": []})
    assert set(twice.json()["errors"]) == {"seats", "hours"}
    same = await api.post(f"{API}/rooms", json=body)
    assert same.json()["errors"] == {"name": "같은 이름의 상담실이 있습니다."}


async def test_a_list_in_pages(api: Any, monkeypatch: pytest.MonkeyPatch):
    from sinmungo.bookings import api as module

    monkeypatch.setattr(module, "PAGE", 2)
    await room(api)
    for wall in ("09:00", "09:30", "10:00"):
        await made(api, starts_at=f"2026-11-03T{wall}:00+09:00")
    path = f"{API}?first=2026-11-01&last=2026-11-30"
    first = (await api.get(path)).json()
    rest = (
        await api.get(
            path, params={"first": "2026-11-01", "last": "2026-11-30", "cursor": first["next"]}
        )
    ).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    wrong = await api.get(path, params={"first": "2026-11-01", "last": "2026-11-30", "cursor": "x"})
    assert wrong.status_code == 422


async def test_who_may(web: Web, people: People, api: Any):
    room_id = await room(api)
    booked = await made(api, room_id=room_id)
    reader = web.api(await people.officer("AUDITOR"))
    assert (await reader.get(f"{API}/{booked}")).status_code == 200
    assert (await booking(reader)).status_code == 403
    assert (await reader.post(f"{API}/rooms", json={})).status_code == 403
    lead = web.api(await people.officer("LEAD_OFFICER"))
    assert (await booking(lead, starts_at="2026-11-03T11:00:00+09:00")).status_code == 201
    assert (await lead.patch(f"{API}/rules", json={})).status_code == 403
    assert (await web.api().get(f"{API}/rooms")).status_code == 401
    assert (await web.api().get(f"{API}/portal/services")).status_code == 200


async def test_off_is_gone(web: Web, people: People, api: Any):
    await room(api)
    admin = web.api(await people.officer("TENANT_ADMIN"))
    assert (await admin.post("/api/v1/plugins/bookings/disable")).status_code == 200
    for path in (f"{API}/rooms", "/bookings", "/office/bookings"):
        assert (await api.get(path)).status_code == 404
    assert (await admin.post("/api/v1/plugins/bookings/enable")).status_code == 200
    assert len((await api.get(f"{API}/rooms")).json()["items"]) == 1


async def test_an_expert_leaves_no_name_in_events_or_table(
    runtime: Runtime, city: Tenant, api: Any
):
    from sqlalchemy import Text, cast, select

    from sinmungo.bookings.models import bookings, consultants
    from sinmungo.host.models import events
    from sinmungo_tenants import read

    await expert(api)
    await made(api, room_id=await room(api), name="오지안", phone="010-2345-6789")
    seen = ""
    async with runtime.work.open(city) as ctx:
        for column in (
            events.c.payload,
            bookings.c.name_sealed,
            bookings.c.phone_sealed,
            consultants.c.name_sealed,
        ):
            seen += "".join(await ctx.db.all(read(select(cast(column, Text).label("t")), str)))
    for private in ("남궁솔", "오지안", "2345"):
        assert private not in seen


async def test_hours_of_a_day_do_not_overlap(api: Any):
    lunch = [
        {"weekday": 1, "opens": "09:00:00", "closes": "12:00:00"},
        {"weekday": 1, "opens": "13:00:00", "closes": "14:00:00"},
    ]
    await room(api, hours=lunch)
    assert len(await slots(api, MONDAY)) == 8
    crossed = [lunch[0], {**lunch[1], "opens": f"{time(11, 30)}"}]
    answer = await api.post(
        f"{API}/rooms", json={"name": "2호", "place": "1층", "seats": 2, "hours": crossed}
    )
    assert "겹칩니다" in answer.json()["errors"]["hours"]
