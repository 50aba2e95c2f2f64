"""The city's working days, and what happens to open cases when one of them changes (AS-03).

A registration in flight may have counted with the calendar of a moment ago; so the recount runs
once more, as a job, a little later. It changes nothing where nothing is left to change.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.cases import queries as q
from sinmungo.cases import reference_queries as rq
from sinmungo.cases.events import DueMoved
from sinmungo.cases.reference import load, reference, touch
from sinmungo.cases.types import HolidayRow, Moved
from sinmungo.deadlines import Due, Period, Unit, WorkCalendar, due_for
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit_many
from sinmungo.jobs import outbox
from sinmungo.text.normalise import clean

RECOUNT = "cases.recount_due"
HOLIDAYS = "cases.holidays"
_STRAGGLERS = timedelta(minutes=2)
_KINDS = ("ADDED", "REMOVED")
_WHY = {"ADDED": "HOLIDAY_ADDED", "REMOVED": "HOLIDAY_REMOVED"}
_MAX_NAME = 30


async def city_calendar(ctx: Ctx) -> WorkCalendar:
    """Return the city's calendar, at most five seconds old: for showing, not for promising."""
    return (await reference(ctx)).calendar


async def list_holidays(ctx: Ctx) -> list[HolidayRow]:
    """Return the days on which the city differs from the national calendar."""
    rows = await ctx.db.all(rq.HOLIDAYS)
    return [HolidayRow(day=row.day.isoformat(), kind=row.kind, name=row.name) for row in rows]


async def change_holiday(ctx: Ctx, day: date, kind: str, name: str) -> Moved:
    """Make a day a holiday (ADDED) or a working day (REMOVED) and recount every open case.

    The old due moment stays readable in the history of the case, the change of the day in that of
    the settings. Raises `InvalidError`.
    """
    line = clean(name)
    errors = {}
    if kind not in _KINDS:
        errors["kind"] = "휴일 지정이나 휴일 해제를 골라 주세요."
    if not line or len(line) > _MAX_NAME:
        errors["name"] = f"이름을 {_MAX_NAME}자까지로 적어 주세요."
    if errors:
        raise InvalidError(errors)
    before = await holiday_lines(ctx)
    await put_holiday(ctx, day, kind, line)
    await _remember(ctx, before)
    return await days_changed(ctx, _WHY[kind])


async def put_holiday(ctx: Ctx, day: date, kind: str, name: str) -> None:
    """Write one day, and nothing else."""
    await ctx.db.run(rq.PUT_HOLIDAY, day=day, kind=kind, name=name, changed_at=clock.now())


async def holiday_lines(ctx: Ctx) -> list[dict[str, Any]]:
    """Return the changed days as plain rows, as the settings and their history keep them."""
    rows = await list_holidays(ctx)
    return [{"day": row.day, "kind": row.kind, "name": row.name} for row in rows]


async def _remember(ctx: Ctx, before: list[dict[str, Any]]) -> None:
    after = await holiday_lines(ctx)
    if before != after:
        await set_setting(ctx, HOLIDAYS, after, old=before)


async def drop_holiday(ctx: Ctx, day: date) -> Moved:
    """Follow the national calendar on a day again; `MissingError` if it was followed anyway."""
    before = await holiday_lines(ctx)
    if not await ctx.db.run(rq.DROP_HOLIDAY, day=day):
        raise MissingError
    await _remember(ctx, before)
    return await days_changed(ctx, "CALENDAR")


async def after_hours(ctx: Ctx) -> Moved:
    """Recount after the office's hours were changed."""
    return await days_changed(ctx, "HOURS")


async def days_changed(ctx: Ctx, why: str) -> Moved:
    """Tell every process, and recount now and once more for those who were just counting."""
    await touch(ctx)
    moved = await recount(ctx, why)
    await outbox.put(ctx, RECOUNT, clock.uuid7(), due_at=clock.now() + _STRAGGLERS)
    return moved


async def recount(ctx: Ctx, why: str = "CALENDAR") -> Moved:
    """Count the due moment of every open case again and write down those that moved."""
    calendar = (await load(ctx)).calendar
    moved = _moved(await ctx.db.all(q.OPEN_CASES), calendar)
    changes = [
        {"b_id": row.id, "due_at": due.moment, "legal_until": due.legal_until} for row, due in moved
    ]
    await ctx.db.run_many(q.MOVE_DUE, changes)
    await emit_many(ctx, q.SUBJECT, [_emission(row, due, why) for row, due in moved])
    return Moved(cases=len(moved))


async def would_move(ctx: Ctx, calendar: WorkCalendar) -> list[tuple[q.OpenRow, Due]]:
    """Return the open cases whose due moment another calendar would move, and to where."""
    return _moved(await ctx.db.all(q.OPEN_CASES_SEEN), calendar)


def _moved(rows: Sequence[q.OpenRow], calendar: WorkCalendar) -> list[tuple[q.OpenRow, Due]]:
    counted = [(row, _count(row, calendar)) for row in rows]
    return [(row, due) for row, due in counted if (row.due_at, row.legal_until) != _pair(due)]


def _count(row: q.OpenRow, calendar: WorkCalendar) -> Due:
    return due_for(Period(row.amount, Unit(row.unit)), row.registered_at, calendar)


def _pair(due: Due) -> tuple[datetime, datetime]:
    return due.moment, due.legal_until


def _emission(row: q.OpenRow, due: Due, why: str) -> Emission:
    event = DueMoved(case_id=row.id, old=row.due_at, new=due.moment, why=why)
    return Emission(event, row.id, row.row_version + 1)


async def recount_job(ctx: Ctx, _: UUID) -> None:
    """Do the recount of the job `cases.recount_due`."""
    await recount(ctx)
