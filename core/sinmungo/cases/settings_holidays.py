"""공휴일: where the city differs from the national calendar, as a group of its settings.

The days lie in a table of their own, because deadlines are counted from it. The calendar's own
screen changes one day, this form any number; both show first which promises would move.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from sinmungo.cases import reference_queries as rq
from sinmungo.cases.calendar import (
    city_calendar,
    days_changed,
    holiday_lines,
    put_holiday,
    would_move,
)
from sinmungo.deadlines import WorkCalendar
from sinmungo.deadlines.calendar import national_holidays
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample
from sinmungo.text.dates import datetime_ko

MAX_NAME = 30
_SATURDAY = 5
_SHOWN = 5
_KINDS = {"ADDED": "쉬는 날", "REMOVED": "일하는 날"}


class HolidayLine(msgspec.Struct, frozen=True):
    """A day off that the city adds, or a national one that it works on."""

    day: Annotated[date, about("날짜")] = date(2026, 1, 1)
    kind: Annotated[Literal["ADDED", "REMOVED"], about("구분", choices=_KINDS)] = "ADDED"
    name: Annotated[str, about("이름", min_length=1, max_length=MAX_NAME)] = ""


class Holidays(msgspec.Struct, frozen=True):
    """The days on which the city differs."""

    holidays: Annotated[
        list[HolidayLine],
        about(
            "우리 시에서 바꾼 날",
            "법정 공휴일과 대체공휴일은 자동으로 들어 있어 적지 않습니다. 임시공휴일은 ‘쉬는 날’, "
            "공휴일인데 일하는 날은 ‘일하는 날’로 적습니다.",
        ),
    ] = []


async def load(ctx: Ctx) -> Mapping[str, Any]:
    """Return the days as they are stored."""
    return {"holidays": await holiday_lines(ctx)}


async def check(ctx: Ctx, new: Holidays) -> Mapping[str, str]:
    """Refuse a day twice, and working on a day that is worked anyway or never."""
    known = {(line["day"], line["kind"]) for line in await holiday_lines(ctx)}
    errors, seen = {}, set()
    for index, line in enumerate(new.holidays):
        told = "같은 날을 두 번 적었습니다." if line.day in seen else ""
        if not told and (line.day.isoformat(), line.kind) not in known:
            told = why_not(line.day, line.kind)
        if told:
            errors[f"holidays-{index}-day"] = told
        seen.add(line.day)
    return errors


def why_not(day: date, kind: str) -> str:
    """Return why a day cannot become a working day, an empty text if it can."""
    if kind == "ADDED":
        return ""
    if day.weekday() >= _SATURDAY:
        return "토요일과 일요일은 일하는 날로 바꿀 수 없습니다."
    return "" if day in national_holidays(day.year) else "공휴일이 아니어서 이미 일하는 날입니다."


async def samples(ctx: Ctx, new: Holidays) -> Sequence[Sample]:
    """Say which open cases will be due on another day."""
    return (await moved_sample(ctx, _with(await city_calendar(ctx), new.holidays)),)


async def moved_sample(ctx: Ctx, calendar: WorkCalendar) -> Sample:
    """Return how many open cases another calendar would move, and the first of them."""
    moved = await would_move(ctx, calendar)
    told = [
        f"{row.case_no}: {datetime_ko(row.due_at)} → {datetime_ko(due.moment)}"
        for row, due in moved[:_SHOWN]
    ]
    rest = len(moved) - len(told)
    lines = [f"{len(moved)}건", *told, *([f"그 밖에 {rest}건"] if rest else [])]
    return Sample("처리기한이 바뀌는 진행 중인 건", "\n".join(lines) if moved else "없습니다.")


def _with(now: WorkCalendar, lines: Sequence[HolidayLine]) -> WorkCalendar:
    return WorkCalendar(
        now.hours,
        {line.day: line.name for line in lines if line.kind == "ADDED"},
        frozenset(line.day for line in lines if line.kind == "REMOVED"),
    )


async def save(ctx: Ctx, old: Holidays, new: Holidays) -> None:
    """Write the days that differ and count every open case again."""
    kept = {line.day for line in new.holidays}
    gone = [line for line in old.holidays if line.day not in kept]
    come = [line for line in new.holidays if line not in old.holidays]
    await ctx.db.run_many(rq.DROP_HOLIDAY, [{"day": line.day} for line in gone])
    for line in come:
        await put_holiday(ctx, line.day, line.kind, line.name)
    await days_changed(ctx, _why(gone, come))


def _why(gone: Sequence[HolidayLine], come: Sequence[HolidayLine]) -> str:
    kinds = {line.kind for line in come}
    if gone or len(kinds) != 1:
        return "CALENDAR"
    return "HOLIDAY_ADDED" if kinds == {"ADDED"} else "HOLIDAY_REMOVED"
