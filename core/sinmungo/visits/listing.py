"""Lists: visits by day, the month's calendar, my visits, and whom to visit next."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.visits import listing_queries as q
from sinmungo.visits.planning import visit_settings
from sinmungo.visits.team import shown, teams
from sinmungo.visits.types import (
    Listed,
    Target,
    TargetQuery,
    Targets,
    VisitLine,
    VisitQuery,
)
from sinmungo.web.cursors import decode_place, encode_cursor

_MANY = 500
_MONTH = timedelta(days=31)


async def list_visits(ctx: Ctx, asked: VisitQuery, size: int = q.PAGE) -> Listed:
    """Return visits of the whole city, newest day first: number, day, company and team.

    Two statements. What was found there is in the journal, which goes by scope.
    """
    day, row_id = _place(asked.cursor)
    rows = await ctx.db.all(
        q.LIST,
        state=asked.state,
        kind=asked.kind,
        company_id=asked.company_id,
        first=asked.first,
        last=asked.last,
        mine=asked.mine,
        scope_officer=ctx.me.officer_id,
        c_day=day,
        c_id=row_id,
        size=size + 1,
    )
    last = rows[size - 1] if len(rows) > size else None
    return Listed(
        items=await _lines(ctx, rows[:size]),
        next=encode_cursor(last.day.isoformat(), str(last.id)) if last else None,
    )


async def _lines(ctx: Ctx, rows: Sequence[q.VisitRow]) -> list[VisitLine]:
    going = await teams(ctx, [row.id for row in rows])
    names = [f for f in VisitLine.__struct_fields__ if f != "team"]
    return [
        VisitLine(**{f: getattr(row, f) for f in names}, team=shown(going[row.id])) for row in rows
    ]


def _place(cursor: str | None) -> tuple[date | None, UUID | None]:
    if not cursor:
        return None, None
    typed, row_id = decode_place(cursor)
    try:
        return date.fromisoformat(typed), row_id
    except ValueError:
        raise InvalidError({"cursor": "다음 쪽 표시가 올바르지 않습니다."}) from None


async def calendar(ctx: Ctx, first: date, last: date, *, mine: bool = False) -> list[VisitLine]:
    """Return what is planned and what took place between two days, in the order of the days."""
    asked = VisitQuery(first=first, last=last, mine=mine)
    found = (await list_visits(ctx, asked, _MANY)).items
    return [line for line in reversed(found) if line.state != "CANCELLED"]


async def my_plans(ctx: Ctx, size: int = 10) -> list[VisitLine]:
    """Return the actor's planned visits, nearest first, those whose day has passed included."""
    asked = VisitQuery(state="PLANNED", mine=True)
    found = (await list_visits(ctx, asked, _MANY)).items
    return list(reversed(found))[:size]


async def targets(ctx: Ctx, asked: TargetQuery, size: int = q.PAGE) -> Targets:
    """Return active companies that nobody visited for `months`, longest unvisited first.

    One statement; `anniversary_within` days of the founding day narrows it down.
    """
    months = asked.months
    if months is None:
        months = (await visit_settings(ctx)).target_months
    day, row_id = _place(asked.cursor)
    rows = await ctx.db.all(
        q.TARGETS,
        before=clock.today() - _MONTH * months + timedelta(days=1),
        complex=asked.complex or None,
        dong=asked.dong or None,
        size_class=asked.size_class or None,
        employees_from=asked.employees_from,
        agency_id=asked.agency_id,
        anniversary_within=asked.anniversary_within,
        today=clock.today(),
        now=clock.now(),
        c_day=day,
        c_id=row_id,
        size=size + 1,
    )
    last = rows[size - 1] if len(rows) > size else None
    return Targets(
        items=[
            Target(**{f: getattr(row, f) for f in Target.__struct_fields__}) for row in rows[:size]
        ],
        next=encode_cursor(last.sort_on.isoformat(), str(last.company_id)) if last else None,
    )


async def complexes(ctx: Ctx) -> list[str]:
    """Return the 산업단지 that companies name."""
    return await ctx.db.all(q.PLACES)
