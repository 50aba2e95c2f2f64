"""Visits: planned without meeting twice, recorded in one act, and what was found becomes cases."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from sinmungo import clock
from sinmungo.agencies import service as agencies

MONDAY = datetime.fromisoformat("2026-11-02T10:00+09:00")


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def api(web: Any, people: Any) -> Any:
    return web.api(await people.officer("INTAKE_OFFICER", name="고은별"))


async def agency(runtime: Any, city: Any, name: str = "시험부", kind: str = "MINISTRY") -> str:
    async with runtime.work.open(city) as ctx:
        return str(await agencies.get_or_add(ctx, name, kind))


async def recorded(api: Any, **given: Any) -> dict[str, Any]:
    body = {"company_name": "㈜가온정밀", "day": "2026-11-02", "started": "09:30", **given}
    response = await api.post("/api/v1/visits/recorded", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def read(api: Any, path: str) -> tuple[dict[str, Any], str]:
    response = await api.get(path)
    assert response.status_code == 200, response.text
    return dict(response.json()), response.headers.get("etag", "")


async def test_every_way_of_settling_in_one_act(api: Any, people: Any, runtime: Any, city: Any):
    ministry, roads = await agency(runtime, city), str(await people.unit("도로과"))
    items = [
        {
            "category": "INFRA",
            "content": "진입로가 좁습니다",
            "outcome": "ON_SITE",
            "answer": "이번 주에 노면을 고칩니다",
        },
        {"category": "FUNDS", "content": "자금이 부족합니다", "outcome": "HANDLED"},
        {
            "category": "TRANSPORT",
            "content": "버스가 드뭅니다",
            "outcome": "NOTIFIED",
            "unit_id": roads,
        },
        {
            "category": "REGULATION",
            "content": "규제가 막습니다",
            "outcome": "PROPOSED",
            "agency_id": ministry,
        },
        {"category": "ETC", "content": "그 밖의 일", "outcome": "UNCLASSED"},
    ]
    made = await recorded(
        api, kind="TASKFORCE", items=items, people=[{"name": "한서윤", "title": "이사"}]
    )
    assert made["visit_no"] == "V-2026-0001"
    assert [i["outcome"] for i in made["items"]] == [i["outcome"] for i in items]
    visit, etag = await read(api, f"/api/v1/visits/{made['id']}")
    assert etag == '"1"'
    assert visit["people"][0]["name"] == "한서윤"
    assert visit["team"][0]["name"] == "고은별"
    cases = [(await api.get(f"/api/v1/cases/{i['case_id']}")).json() for i in made["items"]]
    assert [c["status"] for c in cases] == [
        "ANSWERED",
        "ASSIGNED",
        "ASSIGNED",
        "ANSWERED",
        "REGISTERED",
    ]
    assert cases[0]["disposition"] == "ACCEPTED_ON_SITE"
    assert cases[0]["answer"] == "이번 주에 노면을 고칩니다"
    assert {c["channel"] for c in cases} == {"FIELD_VISIT"}
    assert cases[2]["lead_unit_id"] == roads
    assert cases[3]["disposition"] == "SYSTEM_CHANGE_PROPOSED"
    assert "시험부" in cases[3]["answer"]


async def test_the_ledger_follows_the_case(
    api: Any, web: Any, people: Any, runtime: Any, city: Any
):
    """Whom a difficulty went to is written once, at the case; earlier days keep what they said."""
    ministry = await agency(runtime, city)
    item = {"category": "INFRA", "content": "진입로가 좁습니다", "outcome": "UNCLASSED"}
    made = await recorded(api, items=[item, {**item, "content": "배수로가 막혔습니다"}])
    roads = web.api(await people.officer("LEAD_OFFICER", "TEAM_LEADER", unit="도로과"))
    unit = str(await people.unit("도로과"))
    first, second = (f"/api/v1/cases/{i['case_id']}" for i in made["items"])

    async def act(who: Any, path: str, what: str, **body: Any) -> None:
        tag = (await who.get(path)).headers["etag"]
        answer = await who.post(f"{path}/{what}", json=body, headers={"if-match": tag})
        assert answer.status_code < 300, answer.text

    upstream = {"agency_id": ministry, "gist": "기준을 고쳐 주십시오"}
    days = [
        ("assign", 3, api, {"unit_id": unit}),
        ("bounce", 4, roads, {"reason": "하천과 소관"}),
        ("assign", 5, api, {"unit_id": unit}),
        ("proposals", 6, roads, upstream),
    ]
    for what, day, who, body in days:
        with clock.frozen(datetime.fromisoformat(f"2026-11-0{day}T10:00+09:00")):
            await act(who, first, what, **body)
    own = (await api.get(f"/api/v1/visits/{made['id']}")).json()["unit_id"]
    with clock.frozen(datetime.fromisoformat("2026-11-07T10:00+09:00")):
        await act(api, second, "assign", unit_id=own)
        found = []
        for day in range(2, 8):
            total = (await read(api, f"/api/v1/visits/ledger?as_of=2026-11-0{day}"))[0]["total"]
            assert total["received"] == 2
            found.append([total[k] for k in ("unclassed", "notified", "proposed", "handled")])
        (row,) = (await read(api, "/api/v1/visits/ledger/items?outcome=PROPOSED"))[0]["items"]
    said = ([2, 0, 0, 0], [1, 1, 0, 0], [2, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1])
    assert found == list(said)
    assert (row["agency_name"], row["occurred_at"][:10]) == ("시험부", "2026-11-06")


async def test_a_visit_without_difficulties_counts(api: Any):
    made = await recorded(api)
    assert made["items"] == []
    book, _ = await read(api, "/api/v1/visits/ledger")
    assert (book["total"]["visits"], book["total"]["companies"]) == (1, 1)
    assert book["total"]["received"] == 0
    assert set(book["total"]["shares"].values()) == {None}


async def test_numbers_have_no_gap_and_belong_to_the_year_of_the_visit(api: Any):
    first = await recorded(api)
    refused = await api.post(
        "/api/v1/visits/recorded",
        json={
            "company_name": "㈜가온정밀",
            "items": [{"category": "FUNDS", "content": "", "outcome": "ON_SITE"}],
        },
    )
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"items-0-content", "items-0-answer"}
    with clock.frozen(datetime.fromisoformat("2027-01-04T10:00+09:00")):
        late = await recorded(api, day="2026-12-31")
        new = await recorded(api, day="2027-01-04")
    numbers = [r["visit_no"] for r in (first, late, new)]
    assert numbers == ["V-2026-0001", "V-2026-0002", "V-2027-0001"]


async def test_what_is_not_understood_is_told_by_field(api: Any):
    body = {
        "company_name": "㈜가온정밀",
        "day": "2026-11-03",
        "started": "15:00",
        "ended": "14:00",
        "employees": 3,
        "employees_foreign": 5,
        "kind": "PICNIC",
        "items": [
            {"category": "NONE", "content": "주민번호 900101-1234567", "outcome": "NOTIFIED"},
            {"category": "FUNDS", "content": "x", "outcome": "PROPOSED"},
        ],
    }
    response = await api.post("/api/v1/visits/recorded", json=body)
    assert response.status_code == 422
    assert set(response.json()["errors"]) == {
        "day",
        "ended",
        "employees_foreign",
        "kind",
        "items-0-category",
        "items-0-content",
        "items-0-unit_id",
        "items-1-agency_id",
    }


async def test_a_create_sent_twice_happens_once(api: Any):
    body = {"company_name": "㈜가온정밀", "items": [{"category": "FUNDS", "content": "자금"}]}
    key = {"idempotency-key": "visit-1"}
    first = await api.post("/api/v1/visits/recorded", json=body, headers=key)
    second = await api.post("/api/v1/visits/recorded", json=body, headers=key)
    assert first.json() == second.json()
    book, _ = await read(api, "/api/v1/visits/ledger")
    assert book["total"]["visits"] == 1


async def planned(api: Any, **given: Any) -> Any:
    body = {"company_name": "㈜가온정밀", "day": "2026-11-10", "time": "14:00", **given}
    return await api.post("/api/v1/visits", json=body)


async def test_nobody_plans_a_second_visit_unknowingly(api: Any, web: Any, people: Any):
    first = (await planned(api)).json()
    other = web.api(await people.officer("LEAD_OFFICER", name="탁승우"))
    again = await planned(other, day="2026-11-25")
    assert again.status_code == 409
    assert again.json()["code"] == "visit_conflict"
    assert "고은별" in again.json()["title"]
    told = await other.post(
        "/api/v1/visits/check", json={"company_id": first["company_id"], "day": "2026-11-25"}
    )
    (conflict,) = told.json()["items"]
    seen = (await read(other, f"/api/v1/visits/{first['id']}"))[0]
    assert seen["acts"] == ["move", "cancel", "record", "join"]
    assert (conflict["kind"], conflict["may_join"]) == ("RECENT", True)
    joined = await other.post(
        f"/api/v1/visits/{conflict['visit_id']}/join",
        headers={"if-match": f'"{conflict["row_version"]}"'},
    )
    assert joined.status_code == 200
    visit, _ = await read(other, f"/api/v1/visits/{first['id']}")
    assert [t["name"] for t in visit["team"]] == ["고은별", "탁승우"]
    assert "join" not in visit["acts"]
    assert (await planned(other, day="2026-11-25", confirmed=True)).status_code == 201
    assert (await planned(other, day="2026-12-25")).status_code == 409  # thirty days on
    assert (await planned(other, day="2026-12-26")).status_code == 201


async def test_an_officer_is_in_one_place_a_day(api: Any):
    assert (await planned(api)).status_code == 201
    clash = await planned(api, company_name="㈜다른정밀")
    assert clash.status_code == 409
    assert "㈜가온정밀" in clash.json()["title"]


async def test_a_plan_is_moved_recorded_or_cancelled_once(api: Any):
    plan = (await planned(api)).json()
    path = f"/api/v1/visits/{plan['id']}"
    moved = await api.post(
        f"{path}/move", json={"day": "2026-11-11", "time": "10:00"}, headers={"if-match": '"1"'}
    )
    assert moved.status_code == 200
    stale = await api.post(f"{path}/cancel", json={"reason": "x"}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert (await api.post(f"{path}/cancel", json={})).status_code == 428
    with clock.frozen(datetime.fromisoformat("2026-11-11T17:00+09:00")):
        done = await api.post(
            f"{path}/record", json={"day": "2026-11-11"}, headers={"if-match": '"2"'}
        )
        assert done.json()["visit_no"] == "V-2026-0001"
        after = await api.post(f"{path}/cancel", json={"reason": "x"}, headers={"if-match": '"3"'})
        assert after.status_code == 409
        events, _ = await read(api, f"{path}/events")
        kinds = [e["kind"] for e in events["items"]]
        assert kinds == ["visits.recorded", "visits.moved", "visits.planned"]


async def test_a_journal_goes_by_scope_but_the_calendar_does_not(api: Any, web: Any, people: Any):
    made = await recorded(api)
    other = web.api(await people.officer("LEAD_OFFICER", unit="도로과"))
    assert (await other.get(f"/api/v1/visits/{made['id']}")).status_code == 404
    assert (await other.get(f"/api/v1/visits/{made['id']}/events")).status_code == 404
    listed, _ = await read(other, "/api/v1/visits")
    assert [v["visit_no"] for v in listed["items"]] == ["V-2026-0001"]
    book, _ = await read(other, "/api/v1/visits/ledger")
    assert book["total"]["visits"] == 0
    reader = web.api(await people.officer("AUDITOR"))
    assert (await reader.post("/api/v1/visits", json={})).status_code == 403


async def test_who_read_names_is_written_down(api: Any, runtime: Any, city: Any):
    from sqlalchemy import func, select

    from sinmungo.host.models import access_log
    from sinmungo_tenants import read as query

    made = await recorded(api, people=[{"name": "한서윤"}])
    count = query(
        select(func.count(access_log.c.id).label("n")).where(access_log.c.subject_kind == "visit"),
        int,
    )
    await read(api, f"/api/v1/visits/{made['id']}")
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(count) == 1


async def test_the_company_of_that_day_stays_in_the_journal(api: Any):
    made = await recorded(api, employees=52, employees_foreign=4, sales=12_000_000_000)
    visit, _ = await read(api, f"/api/v1/visits/{made['id']}")
    assert (visit["employees"], visit["employees_foreign"]) == (52, 4)
    assert visit["sales"] == 12_000_000_000
    later = await recorded(api, company_id=visit["company_id"])
    copy, _ = await read(api, f"/api/v1/visits/{later['id']}")
    assert copy["employees"] is None  # the company's own record does not know it yet


async def test_items_are_added_and_texts_mended_later(api: Any):
    made = await recorded(api)
    path = f"/api/v1/visits/{made['id']}"
    added = await api.post(
        f"{path}/items",
        json={"items": [{"category": "FUNDS", "content": "자금", "outcome": "HANDLED"}]},
        headers={"if-match": '"1"'},
    )
    assert added.status_code == 200, added.text
    mended = await api.patch(path, json={"next_plan": "12월에 다시"}, headers={"if-match": '"2"'})
    assert mended.status_code == 200
    visit, etag = await read(api, path)
    assert (etag, visit["next_plan"], len(visit["items"])) == ('"3"', "12월에 다시", 1)


async def test_targets_are_those_nobody_visited(api: Any, runtime: Any, city: Any):
    from sinmungo.companies.service import add

    async with runtime.work.open(city) as ctx:
        for name, day in (("㈜오래된", "1990-11-05"), ("㈜젊은", "2020-05-01")):
            await add(ctx, {"name": name, "founded_on": day, "complex": "가온산단"})
    await recorded(api, company_name="㈜젊은")
    targets, _ = await read(api, "/api/v1/visits/targets?complex=가온산단")
    assert [t["company_name"] for t in targets["items"]] == ["㈜오래된"]
    soon, _ = await read(api, "/api/v1/visits/targets?anniversary_within=7&months=0")
    assert [t["company_name"] for t in soon["items"]] == ["㈜오래된"]
    after, _ = await read(api, "/api/v1/visits/targets?anniversary_within=2&months=0")
    assert after["items"] == []
    everyone, _ = await read(api, "/api/v1/visits/targets?months=0")
    assert [t["last_visited_on"] for t in everyone["items"]] == [None, "2026-11-02"]
