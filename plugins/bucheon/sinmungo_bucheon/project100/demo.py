"""A made-up year of the project: the same companies, officers and hand-overs every time."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from sinmungo.sdk import CompanyHit, Ctx, Intake, IntakeRow, clock, list_companies, register_cases
from sinmungo_bucheon.project100 import leaving, rounds, service

ACTIVE = 60
LEAVING = ("WITHDREW", "MOVED_OUT", "WITHDREW")
HANDED_OVER = 8
PER_DAY = 12
EVERYONE = 5_000
_CASES = (
    ("MANPOWER", "생산직 채용 공고를 내도 지원자가 없어 교대 근무가 어렵습니다."),
    ("FUNDS", "새 설비를 들이려는데 시설자금 한도가 이미 찼다고 합니다."),
    ("INFRA", "공장 앞 도로의 불법 주차로 대형 화물차가 드나들지 못합니다."),
    ("EXPORT", "해외 인증 갱신 비용이 늘어 수출 계약이 미루어지고 있습니다."),
)


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Enrol some sixty of the demo's larger companies; nothing if there is a round already."""
    del table
    officers = [person.id for person, _ in await service.active_officers(ctx)]
    if not officers or await rounds.list_rounds(ctx):
        return
    usual = await rounds.defaults(ctx)
    found = await list_companies(ctx, size=EVERYONE)
    fit = [c for c in found if _fits(c, usual.project100_min_employees)]
    chosen = sorted(fit, key=lambda c: (_counted(c), c.name_key))[: ACTIVE + len(LEAVING)]
    selected_on = max((_counted(c) for c in chosen), default=clock.today())
    round_id = await rounds.open_round(
        ctx,
        name=f"{selected_on.year}년 유망기업 100",
        selected_on=selected_on,
        capacity=usual.project100_capacity,
        min_employees=usual.project100_min_employees,
    )
    made = await _enrol(ctx, round_id, selected_on, chosen, officers)
    await _live(ctx, selected_on, made, officers)
    for company, (category, content) in zip(chosen[HANDED_OVER:], _CASES, strict=False):
        row = IntakeRow(category=category, content=content)
        await register_cases(ctx, Intake(company_id=company.id, channel="FIELD_VISIT", rows=[row]))


def _counted(company: CompanyHit) -> date:
    return company.employees_on or date.min


def _fits(company: CompanyHit, least: int) -> bool:
    counted = company.employees is not None and company.employees_on is not None
    return counted and company.state == "ACTIVE" and (company.employees or 0) >= least


async def _enrol(
    ctx: Ctx, round_id: UUID, start: date, chosen: list[CompanyHit], officers: list[UUID]
) -> list[UUID]:
    made = []
    for number, (company, officer) in enumerate(zip(chosen, cycle(officers), strict=False)):
        with _then(start, days=1 + number // PER_DAY):
            outcome = await service.enrol(
                ctx, round_id=round_id, company_id=company.id, officer_id=officer
            )
        made.append(outcome.id)
    return made


async def _live(ctx: Ctx, start: date, made: list[UUID], officers: list[UUID]) -> None:
    """Let some companies leave and some change hands."""
    for enrolment_id, reason in zip(made[ACTIVE:], LEAVING, strict=False):
        with _then(start, days=40):
            await leaving.end(ctx, enrolment_id, reason=reason, note="", row_version=1)
    following = officers[1:] + officers[:1]
    if len(officers) > 1:
        for enrolment_id, officer in zip(made[:HANDED_OVER], cycle(following), strict=False):
            with _then(start, days=25):
                await service.change_officer(
                    ctx, enrolment_id, officer_id=officer, reason="인사이동", row_version=1
                )


def _then(start: date, days: int) -> Any:
    """Let it be ten o'clock some days after the start, but never later than now."""
    return clock.frozen(min(clock.at(start + timedelta(days=days), "10:00"), clock.now()))
