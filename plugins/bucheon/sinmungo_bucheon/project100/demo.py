"""A made-up year of the project: the same companies, officers and hand-overs every time."""

import random
from collections.abc import Mapping
from datetime import date
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from sinmungo.sdk import CompanyHit, Ctx, clock, list_companies
from sinmungo_bucheon.project100 import leaving, rounds, service
from sinmungo_bucheon.project100.queries import ENROLMENT

ACTIVE = 60
ENDED = 3
HANDED_OVER = 8
EVERYONE = 5_000


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Enrol some sixty of the demo's larger companies; nothing if there is a round already."""
    del table
    if await rounds.list_rounds(ctx):
        return
    usual = await rounds.defaults(ctx)
    fit = [c for c in await _companies(ctx) if _fits(c, usual.project100_min_employees)]
    officers = [person.id for person, _ in await service.active_officers(ctx)]
    if not officers:
        return
    selected_on = max((c.employees_on for c in fit if c.employees_on), default=clock.today())
    round_id = await rounds.open_round(
        ctx,
        name=f"{selected_on.year}년 유망기업 100",
        selected_on=max(selected_on, date(clock.today().year, 1, 2)),
        capacity=usual.project100_capacity,
        min_employees=usual.project100_min_employees,
    )
    chance = random.Random(100)  # noqa: S311 - the demo must be the same each time
    chosen = chance.sample(fit, min(len(fit), ACTIVE + ENDED))
    made = [
        await service.enrol(ctx, round_id=round_id, company_id=c.id, officer_id=officer)
        for c, officer in zip(chosen, cycle(officers), strict=False)
    ]
    for item in made[ACTIVE:]:
        await leaving.end(ctx, item.id, reason="WITHDREW", note="", row_version=1)
    for item in made[:HANDED_OVER]:
        await _hand_over(ctx, item.id, officers)


async def _companies(ctx: Ctx) -> list[CompanyHit]:
    found = await list_companies(ctx, size=EVERYONE)
    return sorted(found, key=lambda c: (c.name_key, c.business_no or ""))


def _fits(company: CompanyHit, least: int) -> bool:
    counted = company.employees is not None and company.employees_on is not None
    return counted and company.state == "ACTIVE" and (company.employees or 0) >= least


async def _hand_over(ctx: Ctx, enrolment_id: UUID, officers: list[UUID]) -> None:
    row = await ctx.db.one(ENROLMENT, id=enrolment_id)
    if len(officers) == 1:
        return
    at = officers.index(row.officer_id) if row.officer_id in officers else 0
    following = next(islice(cycle(officers), at + 1, None))
    await service.change_officer(
        ctx, enrolment_id, officer_id=following, reason="인사이동", row_version=1
    )
