"""The flow of a case under random acts: only the allowed ones change anything."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Changed, Intake, IntakeRow
from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.host.types import Identity
from sinmungo.people.service import list_units
from sinmungo.testing.plugin import MakeCity
from sinmungo_tenants import Tenant

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
ALLOWED = {
    ("REGISTERED", "assign"): "ASSIGNED",
    ("ASSIGNED", "assign"): "ASSIGNED",
    ("ASSIGNED", "bounce"): "REGISTERED",
    ("ASSIGNED", "review"): "IN_REVIEW",
    ("IN_REVIEW", "answer"): "ANSWERED",
    ("ANSWERED", "close"): "CLOSED",
    # With an approval line; who answers stands below it.
    ("IN_REVIEW", "submit"): "APPROVAL",
    ("ANSWER_DRAFT", "answer"): "ANSWERED",
    ("ANSWER_DRAFT", "submit"): "APPROVAL",
    ("APPROVAL", "approve"): "ANSWERED",
    ("APPROVAL", "reject"): "ANSWER_DRAFT",
    ("APPROVAL", "recall"): "ANSWER_DRAFT",
}
ACTS = ("assign", "bounce", "review", "answer", "close", "submit", "approve", "reject", "recall")
# The last approval is an act, and so is the answer that follows from it.
STEPS = {("APPROVAL", "approve"): 2}
LEAD = Identity(kind="OFFICER", permissions=frozenset({"cases.work", "cases.read_all"}))
_cities: dict[str, Tenant] = {}


@pytest.fixture
async def place(make_city: MakeCity) -> Tenant:
    if "place" not in _cities:
        _cities["place"] = await make_city(kept=True)
    return _cities["place"]


async def _do(ctx: Ctx, act: str, case: UUID, version: int) -> Changed:
    match act:
        case "assign":
            unit = (await list_units(ctx))[0]
            return await service.assign(ctx, case, unit.id, None, version)
        case "bounce":
            return await service.bounce(ctx, case, "소관 아님", version)
        case "review":
            return await service.start_review(ctx, case, version)
        case "answer":
            return await service.answer(ctx, case, "ACCEPTED", "PLANNED", "답변", version)
        case "close":
            return await service.close(ctx, case, "ANSWERED", version)
    return await _on_the_line(ctx, act, case, version)


async def _on_the_line(ctx: Ctx, act: str, case: UUID, version: int) -> Changed:
    match act:
        case "submit":
            await set_setting(ctx, "approval.line", "BOTH")
            ctx.me = LEAD
            return await service.answer(ctx, case, "NOT_ACCEPTED", "NOT_NEEDED", "초안", version)
        case "approve":
            return await service.approve(ctx, case, version)
        case "reject":
            return await service.reject(ctx, case, "다시 써 주세요.", version)
    return await service.recall(ctx, case, version)


async def _try(runtime: Runtime, city: Tenant, act: str, case: UUID, version: int) -> str:
    """Return the new status, or what was raised."""
    try:
        async with runtime.work.open(city) as ctx:
            return (await _do(ctx, act, case, version)).status
    except (RefusedError, StaleError) as error:
        return error.code


async def _new(runtime: Runtime, city: Tenant) -> UUID:
    row = IntakeRow(category="ETC", content="내용")
    async with runtime.work.open(city) as ctx:
        made = await service.register(ctx, Intake(company_name="상태시험", rows=[row]))
    return made[0].id


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from((0, 0, 0, -1, 1)))))
async def test_only_allowed_acts_change_a_case(
    runtime: Runtime, place: Tenant, acts: list[tuple[str, int]]
):
    with clock.frozen(AT):
        case, status, version = await _new(runtime, place), "REGISTERED", 1
        for act, off in acts:
            got = await _try(runtime, place, act, case, version + off)
            wanted = ALLOWED.get((status, act))
            if off:
                assert got == "stale"
            elif wanted is None:
                assert got == "refused"
            else:
                assert got == wanted
                version += STEPS.get((status, act), 1)
                status = wanted
        async with runtime.work.open(place) as ctx:
            shown = await service.detail(ctx, case)
            history = await service.timeline(ctx, case)
    assert (shown.status, shown.row_version) == (status, version)
    assert [entry.seq for entry in history] == list(range(1, version + 1))
    assert (shown.closed_at is not None) == (status == "CLOSED")
    assert (shown.lead_unit_id is None) == (status == "REGISTERED")
    assert (shown.answered_at is not None) == (status in {"ANSWERED", "CLOSED"})
    possible = {act for (at, act) in ALLOWED if at == status and act != "submit"}
    assert set(shown.acts) - {"propose"} == possible


async def test_two_officers_at_once(runtime: Runtime, city: Tenant):
    """Both read version 1; the second to write is told so, and nothing of it stays."""
    case = await _new(runtime, city)
    done = await asyncio.gather(*(_try(runtime, city, "assign", case, 1) for _ in range(4)))
    assert sorted(done) == ["ASSIGNED", "stale", "stale", "stale"]
    async with runtime.work.open(city) as ctx:
        assert len(await service.timeline(ctx, case)) == 2


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"disposition": ""}, "disposition"),
        ({"disposition": "FORGOTTEN"}, "disposition"),
        ({"disposition": "ACCEPTED_ON_SITE"}, "disposition"),
        ({"implementation": "SOON"}, "implementation"),
        ({"text": "  "}, "text"),
        ({"text": "주민번호는 800101-1234567입니다"}, "text"),
        ({"text": "가" * 4001}, "text"),
    ],
)
async def test_answers_that_are_refused(
    runtime: Runtime, place: Tenant, given_: dict[str, Any], field: str
):
    case = await _new(runtime, place)
    await _try(runtime, place, "assign", case, 1)
    await _try(runtime, place, "review", case, 2)
    answer = {"disposition": "ACCEPTED", "implementation": "DONE", "text": "답변", **given_}
    async with runtime.work.open(place) as ctx:
        with pytest.raises(InvalidError) as refused:
            await service.answer(ctx, case, row_version=3, **answer)
    assert refused.value.errors.keys() == {field}


async def test_reasons_are_needed(runtime: Runtime, place: Tenant):
    case = await _new(runtime, place)
    async with runtime.work.open(place) as ctx:
        with pytest.raises(InvalidError):
            await service.bounce(ctx, case, " ", 1)
        with pytest.raises(InvalidError):
            await service.close(ctx, case, "BECAUSE", 1)
