"""Due moments through the API: vectors D5 to D8, and a holiday that comes later (AS-03)."""

from datetime import date, datetime
from typing import Any

import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import queries as q
from sinmungo.cases import service
from sinmungo.cases.jobs import JOBS
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.testing.people import People
from sinmungo.testing.plugin import MakeCity
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

PERIODS = {
    "STATUTORY": {"amount": 3, "unit": "DAYS", "source": "시험"},
    "INQUIRY_OTHER": {"amount": 8, "unit": "HOURS"},
}
_cities: dict[str, Tenant] = {}


@pytest.fixture
async def law(app: Any, runtime: Runtime, make_city: MakeCity):
    """A city whose 법정민원 takes three days and whose 일반질의 eight hours."""
    if "law" not in _cities:
        _cities["law"] = await make_city(kept=True, cases={"periods": PERIODS})
    city = _cities["law"]
    made = Web(app, city.hosts[0], People(runtime, city))
    yield made
    await made.close()


def body(kind: str) -> dict[str, Any]:
    row = {"category": "ETC", "content": "처리기한 시험", "petition_type": kind}
    return {"company_name": "가온정밀", "rows": [row]}


@pytest.mark.parametrize(
    ("kind", "accepted", "due"),
    [
        ("HARDSHIP", "2026-09-18T10:00", "2026-09-30T18:00"),
        ("SUGGESTION", "2026-11-02T10:00", "2026-11-19T18:00"),
        ("STATUTORY", "2026-10-02T16:00", "2026-10-08T16:00"),
        ("ETC", "2026-07-16T16:30", "2026-07-20T10:30"),
        ("HARDSHIP", "2026-04-27T10:00", "2026-05-07T18:00"),
        ("INQUIRY_OTHER", "2026-10-08T17:00", "2026-10-12T17:00"),
        ("HARDSHIP", "2027-07-14T09:00", "2027-07-23T18:00"),
    ],
    ids=["D1", "D2", "D5", "D6", "D7", "D8", "D11"],
)
async def test_vectors(law: Web, kind: str, accepted: str, due: str):
    with clock.frozen(datetime.fromisoformat(f"{accepted}:00+09:00")):
        officer = await law.people.officer("INTAKE_OFFICER")
        response = await law.api(officer).post("/api/v1/cases", json=body(kind))
    assert response.json()["items"][0]["due_at"] == f"{due}:00+09:00"


async def test_added_holiday_moves_open_cases(web: Web, people: People):
    with clock.frozen(datetime.fromisoformat("2026-11-02T10:00:00+09:00")):
        api = web.api(await people.officer("INTAKE_OFFICER", "TENANT_ADMIN"))
        made = await api.post("/api/v1/cases", json=body("SUGGESTION"))
        closed = {**body("SUGGESTION"), "then": "CLOSE", "answer": "안내"}
        done = await api.post("/api/v1/cases", json=closed)
        case, finished = made.json()["items"][0], done.json()["items"][0]
        path, day = f"/api/v1/cases/{case['id']}", "/api/v1/cases/settings/holidays/2026-11-13"
        holiday = {"kind": "ADDED", "name": "임시공휴일"}
        moved = await api.put(day, json=holiday)
        assert (moved.status_code, moved.json()) == (200, {"cases": 1})
        assert (await api.put(day, json=holiday)).json() == {"cases": 0}
        after = (await api.get(path)).json()
        history = (await api.get(f"{path}/events")).json()["items"]
        later = (await api.post("/api/v1/cases", json=body("SUGGESTION"))).json()["items"][0]
        assert (await api.delete(day)).json() == {"cases": 2}
        back = (await api.get(path)).json()
        assert (await api.delete(day)).status_code == 404
        old = (await api.get(f"/api/v1/cases/{finished['id']}")).json()
    assert (after["due_at"], after["row_version"]) == ("2026-11-20T09:00:00Z", 2)
    assert history[-1]["title"] == "처리기한 변경"
    assert "2026. 11. 19.(목) 18:00 → 2026. 11. 20.(금) 18:00" in history[-1]["details"]
    assert later["due_at"] == "2026-11-20T18:00:00+09:00"
    assert (back["due_at"], back["row_version"]) == ("2026-11-19T09:00:00Z", 3)
    assert (old["due_at"], old["row_version"]) == ("2026-11-19T09:00:00Z", 3)


async def test_second_recount_catches_a_straggler(runtime: Runtime, city: Tenant):
    """A registration that counted with the old calendar is put right by the job."""
    row = IntakeRow(category="ETC", content="늦은 접수", petition_type="SUGGESTION")
    with clock.frozen(datetime.fromisoformat("2026-11-02T10:00:00+09:00")):
        async with runtime.work.open(city) as ctx:
            await service.change_holiday(ctx, date(2026, 11, 13), "ADDED", "쉬는 날")
            moved = await service.register(ctx, Intake(company_name="가온", rows=[row]))
            stale = datetime.fromisoformat("2026-11-19T18:00:00+09:00")
            await ctx.db.run(q.MOVE_DUE, b_id=moved[0].id, due_at=stale, legal_until=stale)
        (job,) = [j for j in JOBS if j.kind == "cases.recount_due"]
        async with runtime.work.open(city) as ctx:
            await job.run(ctx, clock.uuid7())
            found = await service.detail(ctx, moved[0].id)
    assert found.due_at == datetime.fromisoformat("2026-11-20T18:00:00+09:00")


@pytest.mark.parametrize(
    ("day", "given", "status"),
    [
        ("2026-11-13", {"kind": "ADDED", "name": " "}, 422),
        ("2026-11-13", {"kind": "MAYBE", "name": "쉬는 날"}, 422),
        ("someday", {"kind": "ADDED", "name": "쉬는 날"}, 404),
    ],
)
async def test_bad_holidays(web: Web, people: People, day: str, given: Any, status: int):
    api = web.api(await people.officer("TENANT_ADMIN"))
    response = await api.put(f"/api/v1/cases/settings/holidays/{day}", json=given)
    assert response.status_code == status


async def test_only_admins_change_days_and_words(web: Web, people: People):
    api = web.api(await people.officer("INTAKE_OFFICER"))
    path = "/api/v1/cases/settings"
    assert (await api.get(f"{path}/holidays")).status_code == 403
    assert (await api.get(f"{path}/categories")).status_code == 403


async def test_words_of_the_city(app: Any, runtime: Runtime, make_city: MakeCity):
    own = {"INFRA": "도로·용수", "FUNDS": "돈", "ETC": False}
    city = await make_city(cases={"categories": own})
    people = People(runtime, city)
    web = Web(app, city.hosts[0], people)
    api = web.api(await people.officer("INTAKE_OFFICER", "TENANT_ADMIN"))
    words = (await api.get("/api/v1/cases/labels")).json()
    assert list(words["categories"].items())[:2] == [("INFRA", "도로·용수"), ("FUNDS", "돈")]
    assert "ETC" not in words["categories"]
    assert "STATUTORY" not in words["petition_types"]
    refused = await api.post("/api/v1/cases", json=body("NOT_PETITION"))
    assert refused.json()["errors"] == {"rows-0-category": "분야를 골라 주세요."}
    change = {"label": "그 밖에", "position": 99, "active": True}
    path = "/api/v1/cases/settings/categories/ETC"
    assert (await api.patch(path, json=change)).status_code == 428
    done = await api.patch(path, json=change, headers={"if-match": '"1"'})
    assert done.json() == {"row_version": 2}
    assert (await api.patch(path, json=change, headers={"if-match": '"1"'})).status_code == 412
    words = (await api.get("/api/v1/cases/labels")).json()
    assert list(words["categories"].items())[-1] == ("ETC", "그 밖에")
    assert (await api.post("/api/v1/cases", json=body("NOT_PETITION"))).status_code == 201
    await web.close()
