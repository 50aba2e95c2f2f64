"""A made-up year of the hundred: the same companies, contacts and hand-overs every time.

Every act goes through its service, on the day it would have happened and in that order, so that
due days, histories and numbers come about as they do in an office.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from sinmungo.sdk import (
    Ctx,
    add_company,
    assign_case,
    clock,
    find_agencies,
    list_officers,
    propose_case,
)
from sinmungo_bucheon.project100 import board, contacts, handover, leaving, rounds, service
from sinmungo_bucheon.project100.cadence import Period, period_of
from sinmungo_bucheon.project100.contact_queries import RegulationRow
from sinmungo_bucheon.project100.contacts import ContactIn, ItemIn
from sinmungo_bucheon.project100.models import CANDIDATE
from sinmungo_bucheon.project100.regulations import regulations

_TEXTS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "demo_texts.toml").read_text("utf-8")
)
WAITING = 10
LEAVING = ("WITHDREW", "MOVED_OUT", "WITHDREW")
HANDED_OVER = 6
PER_DAY = 15
SETTLED_AFTER = timedelta(days=20)
_SELECTED = (2, 2)
_HALF_YEAR = (7, 6)
_SOME, _OFTEN, _FEW, _RARE = 0.12, 0.08, 0.025, 0.1
_METHODS = ("VISIT",) * 4 + ("PHONE",) * 4 + ("CALL_IN", "MEETING", "WRITTEN")


class _Call(msgspec.Struct, frozen=True, order=True):
    """A contact that is to be made on a day with one of the companies."""

    day: date
    place: int


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Fill a round with made-up companies and a year of contacts; nothing if there is a round.

    `dedicated` of the table names the logins of the dedicated officers (default: everyone).
    """
    officers = await _officers(ctx, table.get("dedicated", ()))
    if not officers or await rounds.list_rounds(ctx):
        return
    dice = random.Random("project100")  # noqa: S311 - made-up data, not a secret
    start = _selection_day(clock.today())
    usual = await rounds.defaults(ctx)
    with _then(start):
        round_id = await rounds.open_round(
            ctx,
            name=f"{start.year}년 유망기업 100",
            selected_on=start,
            capacity=usual.project100_capacity,
            min_employees=usual.project100_min_employees,
        )
    firms = islice(
        _firms(dice, start, usual.project100_min_employees), usual.project100_capacity + WAITING
    )
    made = await _enrol(ctx, round_id, start, list(firms), officers)
    await _leave(ctx, start, made, usual.project100_capacity)
    await _hand_over(ctx, date(start.year, *_HALF_YEAR), round_id, officers)
    await _contact(ctx, dice, round_id)
    await _propose(ctx)


async def _officers(ctx: Ctx, logins: Sequence[str]) -> list[UUID]:
    found = [row for row, _ in await list_officers(ctx) if row.state == "ACTIVE"]
    return [row.id for row in found if row.login in logins] or [row.id for row in found]


def _selection_day(today: date) -> date:
    """The last selection day long enough ago for a year to have something to show."""
    this_year = date(today.year, *_SELECTED)
    return this_year if today - this_year > timedelta(days=90) else date(today.year - 1, *_SELECTED)


def _firms(dice: random.Random, start: date, least: int) -> Iterator[dict[str, str]]:
    names = list(product(_TEXTS["first"], _TEXTS["trades"]))
    dice.shuffle(names)
    for first, trade in names:
        counted_on = start - timedelta(days=dice.randrange(10, 90))
        yield {
            "name": dice.choice(("㈜{}", "㈜{}", "주식회사 {}", "{}")).format(
                first + trade["name"]
            ),
            "representative": dice.choice(_TEXTS["families"]) + dice.choice(_TEXTS["given"]),
            "phone": f"070-0000-{dice.randrange(1000, 10_000)}",
            "dong": dice.choice(_TEXTS["dongs"]),
            "industry": trade["industry"],
            "products": trade["products"],
            "employees": str(least + round(250 * dice.random() ** 2)),
            "employees_on": counted_on.isoformat(),
        }


async def _enrol(
    ctx: Ctx, round_id: UUID, start: date, firms: list[dict[str, str]], officers: list[UUID]
) -> list[UUID]:
    made = []
    for number, (texts, officer) in enumerate(zip(firms, cycle(officers), strict=False)):
        with _then(start + timedelta(days=1 + number // PER_DAY)):
            company_id = await add_company(ctx, texts)
            outcome = await service.enrol(
                ctx, round_id=round_id, company_id=company_id, officer_id=officer
            )
        made.append(outcome.id)
    return made


async def _leave(ctx: Ctx, start: date, made: list[UUID], capacity: int) -> None:
    """Let some leave, and those who have waited longest take their seats."""
    waiting = made[capacity:]
    for number, reason in enumerate(LEAVING[: len(waiting)]):
        with _then(start + timedelta(days=60 + 15 * number)):
            place = capacity // (number + 2)
            await leaving.end(ctx, made[place], reason=reason, note="", row_version=1)
            await service.promote(ctx, waiting[number], 1)


async def _hand_over(ctx: Ctx, day: date, round_id: UUID, officers: list[UUID]) -> None:
    """Let the first officer's companies go to the second, as in July, some of them."""
    if len(officers) == 1 or day > clock.today():
        return
    with _then(day):
        of = await rounds.round_of(ctx, round_id)
        held = await board.members(ctx, of, status="ACTIVE", officer_id=officers[0])
        picks = [handover.Pick(m.row.id, m.row.row_version) for m in held[:HANDED_OVER]]
        if picks:
            await handover.hand_over(ctx, picks, officer_id=officers[1], reason="인사이동")


async def _contact(ctx: Ctx, dice: random.Random, round_id: UUID) -> None:
    of = await rounds.round_of(ctx, round_id)
    held = await board.members(ctx, of, status="ACTIVE")
    months = await rounds.cycle(ctx)
    for call in sorted(_calls(dice, held, months)):
        said = _said(dice, call.day)
        with _then(call.day, "16:30"):
            await contacts.log(ctx, held[call.place].row.id, said)


def _calls(dice: random.Random, held: list[board.Member], months: int) -> Iterator[_Call]:
    """Most companies once per period, a few forgotten; in the present one some are to come."""
    today = clock.today()
    for place, member in enumerate(held):
        first = member.row.active_on or today
        period = period_of(first, months)
        while period.start <= today:
            day = _day_in(dice, period, first)
            if day < today and dice.random() > _RARE:
                yield _Call(day, place)
            period = period.next


def _day_in(dice: random.Random, period: Period, first: date) -> date:
    begin = max(period.start, first + timedelta(days=3))
    days = [begin + timedelta(days=n) for n in range(max(1, (period.end - begin).days))]
    return dice.choice([d for d in days if d.isoweekday() <= 5] or days)  # noqa: PLR2004 - Friday


def _said(dice: random.Random, day: date) -> ContactIn:
    method = dice.choice(_METHODS)
    return ContactIn(
        contacted_on=day,
        method=method,
        summary=dice.choice(_TEXTS["talks"]),
        met=dice.choice(_TEXTS["families"]) + dice.choice(_TEXTS["given"]),
        met_title=dice.choice(_TEXTS["titles"]),
        items=list(_items(dice, method, long_ago=clock.today() - day > SETTLED_AFTER)),
    )


def _items(dice: random.Random, method: str, *, long_ago: bool) -> Iterator[ItemIn]:
    chance = dice.random()
    if chance < (_FEW if long_ago else _OFTEN):
        rule = dice.choice(_TEXTS["rules"])
        yield ItemIn(
            category=rule["category"], content=rule["content"], regulation=True, rule=rule["rule"]
        )
    elif chance < _SOME:
        item = dice.choice(_TEXTS["items"])
        settled: contacts.Settled = "ACCEPTED" if method == "VISIT" else "INFORMED"
        yield ItemIn(
            category=item["category"],
            content=item["content"],
            settled=settled if long_ago else "",
            answer=item["answer"] if long_ago else "",
        )


async def _propose(ctx: Ctx) -> None:
    """Let the rules named some time ago have been proposed to whom they belong to."""
    known = {rule["rule"]: rule["agency"] for rule in _TEXTS["rules"]}
    for row in await regulations(ctx, CANDIDATE):
        found = await find_agencies(ctx, known[row.rule or ""])
        if row.contacted_on < clock.today() - SETTLED_AFTER and found:
            member = await board.member(ctx, row.enrolment_id)
            officer = await service.officer_at_work(ctx, member.row.officer_id)
            with _then(row.contacted_on + timedelta(days=6)):
                await _propose_one(ctx, row, found[0].id, officer)


async def _propose_one(
    ctx: Ctx, row: RegulationRow, agency_id: UUID, officer: service.AtWork
) -> None:
    if officer.unit_id is None:
        return
    given = await assign_case(ctx, row.case_id, officer.unit_id, officer.id, 1)
    gist = f"{row.rule}을 고쳐 주시기 바랍니다. {row.summary}"
    answer = _TEXTS["proposed"]
    await propose_case(
        ctx, row.case_id, agency_id, gist, clock.today(), given.row_version, answer=answer
    )


def _then(day: date, at: str = "10:00") -> Any:
    """Let it be that day, but never later than now."""
    return clock.frozen(min(clock.at(day, at), clock.now()))
