"""The story of 2020 and the first half of 2021, dated as it was (seed 001); companies are made up.

95 companies were visited in 2020 and 52 in 2021H1; 17 of these visits were rounds of the joint
delegation, with 53 difficulties: 26 accepted on site, 20 under review, 7 proposed to ministries.
"""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sinmungo.sdk import (
    Ctx,
    Identity,
    add_company,
    answer_case,
    clock,
    close_case,
    get_or_add_agency,
    join_association,
    list_agencies,
    list_officers,
    review_case,
    visits,
)
from sinmungo_daegu.delegation.service import KIND
from sinmungo_daegu.delegation.story import (
    ITEMS,
    MINISTRIES,
    MINISTRY_OF,
    ROUNDS,
    TRADES,
    Text,
    company_names,
)

COMPANIES_2020 = 95
COMPANIES_2021 = 52
FOUNDED = date(2020, 1, 1)


class _Town(NamedTuple):
    """Who acts, and whom the difficulties go to."""

    ctx: Ctx
    unit_id: UUID
    ministries: dict[str, UUID]


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Record the visits of those days, once; nothing when the city's people are not there."""
    del table
    known = await visits.visits_behind(ctx, visits.LedgerQuery(last=date(2021, 6, 30)), size=1)
    with clock.frozen(clock.at(FOUNDED + timedelta(days=6), "09:00").astimezone(UTC)):
        officers = [o for o, _ in await list_officers(ctx) if o.unit_id and o.state == "ACTIVE"]
    by_name = {a.name: a.id for a in await list_agencies(ctx, kind="MINISTRY")}
    ministries = {name: by_name[name] for name in MINISTRIES if name in by_name}
    if known.items or not officers or len(ministries) < len(MINISTRIES):
        return
    officer = officers[0]
    if officer.unit_id is None:  # pragma: no cover - chosen above by having one
        return
    town = _Town(_as(ctx, officer.id, officer.unit_id), officer.unit_id, ministries)
    companies = await _companies(town.ctx)
    await _single_visits(town, companies, date(2020, 2, 3), date(2020, 12, 18))
    await _delegation(town, companies[: len(ROUNDS)])
    others = companies[len(ROUNDS) : COMPANIES_2021]
    await _single_visits(town, others, date(2021, 1, 11), date(2021, 6, 30))


def _as(ctx: Ctx, officer_id: UUID, unit_id: UUID) -> Ctx:
    every = frozenset(p.code for p in ctx.host.permissions(ctx.city))
    me = Identity(
        kind="OFFICER",
        officer_id=officer_id,
        unit_id=unit_id,
        scope_units=frozenset({unit_id}),
        permissions=every,
    )
    return dataclasses.replace(ctx, me=me)


async def _companies(ctx: Ctx) -> list[UUID]:
    """Make the companies of those days; the delegation's own belong to a cooperative of a trade."""
    found = []
    with clock.frozen(clock.at(FOUNDED + timedelta(days=6), "09:00").astimezone(UTC)):
        unions = [await get_or_add_agency(ctx, name, "ASSOCIATION") for name in TRADES]
        for number, name in enumerate(company_names(COMPANIES_2020)):
            company_id = await add_company(ctx, {"name": name})
            if number < len(ROUNDS):
                union = unions[ROUNDS[number].trade]
                await join_association(ctx, company_id, union, valid_from=FOUNDED)
            found.append(company_id)
    return found


async def _single_visits(town: _Town, companies: list[UUID], first: date, last: date) -> None:
    span = (last - first).days
    for number, company_id in enumerate(companies):
        day = _workday(first + timedelta(days=number * span // max(len(companies) - 1, 1)))
        kind = ("TASKFORCE", "DEDICATED", "COMM_DAY")[number % 3]
        await _record(town, company_id, day, kind, [])


async def _delegation(town: _Town, companies: list[UUID]) -> None:
    texts = iter(ITEMS * 3)
    for round_, company_id in zip(ROUNDS, companies, strict=True):
        ways = ["ON_SITE"] * round_.on_site + ["HANDLED"] * round_.handled
        ways += ["NOTIFIED"] * round_.notified + ["PROPOSED"] * round_.proposed
        items = [
            visits.Found(
                category=text.category,
                content=text.content,
                outcome=way,
                unit_id=town.unit_id if way == "NOTIFIED" else None,
                agency_id=_ministry(town, text) if way == "PROPOSED" else None,
                answer=text.answer if way == "ON_SITE" else "",
            )
            for way, text in zip(ways, texts, strict=False)
        ]
        done = await _record(town, company_id, round_.day, KIND, items)
        await _settle(town, done, round_.day + timedelta(days=9))


def _ministry(town: _Town, text: Text) -> UUID:
    return town.ministries[MINISTRY_OF.get(text.category, MINISTRIES[0])]


async def _record(
    town: _Town, company_id: UUID, day: date, kind: str, items: list[visits.Found]
) -> visits.Recorded:
    with clock.frozen(clock.at(day, "16:30").astimezone(UTC)):
        journal = visits.Journal(
            company_id=company_id, kind=kind, day=day.isoformat(), started="14:00", items=items
        )
        return await visits.record(town.ctx, journal)


async def _settle(town: _Town, done: visits.Recorded, day: date) -> None:
    """Answer what was under review and close what has its answer, some days later."""
    with clock.frozen(clock.at(_workday(day), "11:00").astimezone(UTC)):
        for item in done.items:
            if item.outcome == "PROPOSED":
                continue
            version = item.row_version
            if item.outcome in {"HANDLED", "NOTIFIED"}:
                reviewed = await review_case(town.ctx, item.case_id, version)
                text = "말씀하신 내용을 검토하여 조치하였습니다."
                told = await answer_case(
                    town.ctx, item.case_id, "ACCEPTED", "DONE", text, reviewed.row_version
                )
                version = told.row_version
            await close_case(town.ctx, item.case_id, "CONFIRMED", version)


def _workday(day: date) -> date:
    """Return the day, or the Friday before a weekend."""
    return day - timedelta(days=max(day.isoweekday() - 5, 0))
