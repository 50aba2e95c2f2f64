"""연말 정리: what was done for each company in a year, in contacts (회) and cases (건).

A case counts by the day it came in, with what has become of it by now.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from sinmungo.sdk import Ctx, clock
from sinmungo_bucheon.project100 import board
from sinmungo_bucheon.project100 import year_queries as yq
from sinmungo_bucheon.project100.cadence import Period, days_of_year, period_of
from sinmungo_bucheon.project100.rounds import cycle

OPEN = "OPEN"
OUTCOMES = {
    "ACCEPTED": "수용",
    "PARTIALLY_ACCEPTED": "일부수용",
    "NOT_ACCEPTED": "불수용",
    "LONG_TERM_REVIEW": "장기검토",
    "SYSTEM_CHANGE_PROPOSED": "제도개선건의",
    "INFO_PROVIDED": "안내",
    "OTHER": "기타",
    OPEN: "처리중",
}
_SAME = {"ACCEPTED_ON_SITE": "ACCEPTED"}


class YearLine(msgspec.Struct, frozen=True):
    """A company's year. `contacts` per period of the year, `outcomes` by code of `OUTCOMES`."""

    member: board.Member
    contacts: tuple[int, ...]
    cases: int
    outcomes: dict[str, int]
    regulations: int
    missed: int

    @property
    def total_contacts(self) -> int:
        """Contacts of the whole year."""
        return sum(self.contacts)


class Year(msgspec.Struct, frozen=True):
    """A year of the project, with its sums."""

    year: int
    periods: tuple[Period, ...]
    lines: list[YearLine]

    @property
    def contacts(self) -> list[int]:
        """Contacts per period, of all companies."""
        return [sum(line.contacts[n] for line in self.lines) for n in range(len(self.periods))]

    @property
    def outcomes(self) -> dict[str, int]:
        """Cases by outcome, of all companies."""
        return {code: sum(x.outcomes.get(code, 0) for x in self.lines) for code in OUTCOMES}

    @property
    def cases(self) -> int:
        """Cases of all companies."""
        return sum(line.cases for line in self.lines)

    @property
    def regulations(self) -> int:
        """Rules that companies named."""
        return sum(line.regulations for line in self.lines)

    @property
    def missed(self) -> int:
        """Periods that went by without a contact, of all companies."""
        return sum(line.missed for line in self.lines)


async def year_of(ctx: Ctx, year: int) -> Year:
    """Return the year of every company that was looked after on at least one of its days."""
    first, last = days_of_year(year)
    months = await cycle(ctx)
    rows = await ctx.db.all(yq.IN_YEAR, first=first, last=last)
    contacted = await ctx.db.all(yq.CONTACTS, first=first, last=last)
    cases = await ctx.db.all(
        yq.CASES, start=clock.at(first, "00:00"), end=clock.at(date(year + 1, 1, 1), "00:00")
    )
    named = {r.enrolment_id: r.count for r in await ctx.db.all(yq.RULES, first=first, last=last)}
    found = await board.with_officers(ctx, rows)
    periods = tuple(_periods(year, months))
    days = _by_enrolment((c.enrolment_id, c.contacted_on) for c in contacted)
    lines = [
        YearLine(
            member,
            contacts=_per_period(days.get(member.row.id, []), periods),
            missed=_missed(member, days.get(member.row.id, []), periods),
            regulations=named.get(member.row.id, 0),
            cases=sum(c.count for c in cases if c.enrolment_id == member.row.id),
            outcomes=_outcomes(c for c in cases if c.enrolment_id == member.row.id),
        )
        for member in found
    ]
    return Year(year, periods, sorted(lines, key=lambda x: board.by_name(x.member)))


async def years(ctx: Ctx) -> list[int]:
    """Return the years there is something to say about, the latest first."""
    this = clock.today().year
    begun = await ctx.db.first(yq.FIRST_YEAR)
    return list(range(this, (begun.year if begun else this) - 1, -1))


def _periods(year: int, months: int) -> Iterable[Period]:
    period = period_of(date(year, 1, 1), months)
    while period.start.year == year:
        yield period
        period = period.next


def _by_enrolment(pairs: Iterable[tuple[UUID, date]]) -> dict[UUID, list[date]]:
    found: dict[UUID, list[date]] = {}
    for enrolment_id, day in pairs:
        found.setdefault(enrolment_id, []).append(day)
    return found


def _per_period(days: list[date], periods: tuple[Period, ...]) -> tuple[int, ...]:
    return tuple(sum(p.start <= day <= p.end for day in days) for p in periods)


def _missed(member: board.Member, days: list[date], periods: tuple[Period, ...]) -> int:
    """Periods that are over, in which a contact was owed and none was made."""
    row, today = member.row, clock.today()
    return sum(
        1
        for p, made in zip(periods, _per_period(days, periods), strict=True)
        if not made
        and p.end < today
        and row.active_on is not None
        and row.active_on <= p.latest_start
        and (row.ended_on is None or row.ended_on > p.end)
    )


def _outcomes(cases: Iterable[yq.CasesRow]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in cases:
        code = _SAME.get(row.disposition or "", row.disposition or "")
        code = OPEN if row.is_open else code if code in OUTCOMES else "OTHER"
        found[code] += row.count
    return dict(found)
