"""현장수용: what was settled on a visit is registered and answered at once; its clock is zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import CaseQuery, Intake, IntakeRow
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

NOW = datetime.fromisoformat("2026-11-03T09:30:00+09:00")
VISIT = datetime.fromisoformat("2026-11-02T14:00:00+09:00")
ROWS = [
    IntakeRow(
        category="FUNDS", content="자금 신청 서류를 모르겠습니다.", answer="서류를 함께 썼음"
    ),
    IntakeRow(category="INFRA", content="공장 앞 가로등이 꺼져 있습니다."),
]
BODY: dict[str, Any] = {
    "company_name": "㈜가온정밀",
    "occurred_at": VISIT.isoformat(),
    "answer": "현장에서 바로 처리함",
    "rows": [{"category": row.category, "content": row.content} for row in ROWS],
}


@pytest.fixture
async def visitor(people: People) -> Officer:
    with clock.frozen(VISIT):
        return await people.officer("LEAD_OFFICER", name="이현장")


async def test_settled_where_it_was_heard(ctx: Ctx, people: People):
    visit = Intake(
        company_name="가온정밀",
        occurred_at=VISIT,
        lead_unit_id=await people.unit(),
        answer="바로 고침",
        rows=ROWS,
    )
    with clock.frozen(NOW):
        made = await service.register_on_site(ctx, visit)
        details = [await service.detail(ctx, case.id) for case in made]
        logged = [await timeline(ctx, case.id) for case in made]
    assert [(d.status, d.disposition, d.implementation) for d in details] == [
        ("ANSWERED", "ACCEPTED_ON_SITE", "DONE")
    ] * 2
    assert [d.answer for d in details] == ["서류를 함께 썼음", "바로 고침"]
    assert {d.channel for d in details} == {"FIELD_VISIT"}
    assert all(d.registered_at == d.answered_at == NOW and d.closed_at is None for d in details)
    for events in logged:
        assert [e.kind for e in events] == ["cases.registered", "cases.answered"]
        assert all((e.occurred_at, e.recorded_at) == (VISIT, NOW) for e in events)
    assert [d.row_version for d in details] == [2, 2]


async def test_the_door_of_the_api(web: Web, visitor: Officer):
    api = web.api(visitor)
    with clock.frozen(NOW):
        key = {"idempotency-key": "visit-7"}
        response = await api.post("/api/v1/cases/on-site", json=BODY, headers=key)
        again = await api.post("/api/v1/cases/on-site", json=BODY, headers=key)
        assert response.status_code == again.status_code == 201, response.text
        made = response.json()["items"]
        assert again.json()["items"] == made
        shown = (await api.get(f"/api/v1/cases/{made[0]['id']}")).json()
        history = (await api.get(f"/api/v1/cases/{made[0]['id']}/events")).json()["items"]
    assert (shown["status"], shown["acts"]) == ("ANSWERED", ["close", "propose"])
    assert (shown["officer"]["name"], shown["lead_unit_name"]) == ("이현장", "기업지원과")
    assert [h["title"] for h in history] == ["접수", "답변"]
    assert datetime.fromisoformat(history[0]["occurred_at"]) == VISIT


async def test_closable_at_once(web: Web, visitor: Officer):
    api = web.api(visitor)
    with clock.frozen(NOW):
        made = (await api.post("/api/v1/cases/on-site", json=BODY)).json()["items"][0]
        path = f"/api/v1/cases/{made['id']}/close"
        done = await api.post(path, json={"reason": "CONFIRMED"}, headers={"if-match": '"2"'})
    assert done.json()["status"] == "CLOSED"


async def test_an_item_for_later_keeps_the_visit_time_and_a_full_clock(ctx: Ctx):
    with clock.frozen(NOW):
        later = Intake(
            company_name="가온정밀", channel="ROUNDTABLE", occurred_at=VISIT, rows=ROWS[1:]
        )
        made = (await service.register(ctx, later))[0]
        today = (await service.register(ctx, Intake(company_name="가온정밀", rows=ROWS[1:])))[0]
        logged = await timeline(ctx, made.id)
    assert (made.status, made.due_at) == ("REGISTERED", today.due_at)
    assert logged[0].occurred_at == VISIT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "HOTLINE"}, "channel"),
        ({"answer": " "}, "answer"),
        ({"implementation": "SOON"}, "implementation"),
        ({"occurred_at": NOW + timedelta(hours=1)}, "occurred_at"),
        ({"occurred_at": NOW - timedelta(days=400)}, "occurred_at"),
        ({"occurred_at": NOW, "received_at": VISIT}, "occurred_at"),
        ({"occurred_at": datetime(2026, 11, 2, 14)}, "occurred_at"),  # noqa: DTZ001 - refused for it
    ],
)
async def test_what_cannot_have_been_settled(ctx: Ctx, changes: dict[str, Any], field: str):
    given = {"company_name": "가온정밀", "answer": "고침", "rows": ROWS[1:], **changes}
    with clock.frozen(NOW), pytest.raises(InvalidError) as refused:
        await service.register_on_site(ctx, Intake(**given))
    assert field in refused.value.errors


async def test_a_phone_call_did_not_happen_earlier(ctx: Ctx):
    call = Intake(company_name="가온정밀", channel="HOTLINE", occurred_at=VISIT, rows=ROWS[1:])
    with clock.frozen(NOW), pytest.raises(InvalidError) as refused:
        await service.register(ctx, call)
    assert refused.value.errors.keys() == {"occurred_at"}


async def test_without_the_permission_nothing_is_settled(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    auditor = await people.officer("AUDITOR")
    response = await web.api(auditor).post("/api/v1/cases/on-site", json=BODY)
    assert response.status_code == 403
    async with runtime.work.open(city) as ctx:
        assert (await service.search(ctx, CaseQuery())).rows == []


async def test_reports_count_it_as_done_in_no_time(web: Web, visitor: Officer, people: People):
    with clock.frozen(NOW):
        await web.api(visitor).post("/api/v1/cases/on-site", json=BODY)
        auditor = await people.officer("AUDITOR")
        table = (await web.api(auditor).get("/api/v1/reporting/cases")).json()
    cells = {cell["column"]: cell.get("value") for cell in table["total"]["cells"]}
    assert (cells["received"], cells["done"], cells["accepted"], cells["days"]) == (2, 2, 2, 0.0)
