"""The counting itself: working hours, working days and calendar periods, with what stops them.

Pure functions of their arguments, cheap enough to run for every row of a list. An open pause is
passed in as ending today, so the answer then means "if the paper came today".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from sinmungo.clock import SEOUL
from sinmungo.deadlines.calendar import WorkCalendar
from sinmungo.deadlines.civil import last_day
from sinmungo.deadlines.extensions import Extension, extension_amount
from sinmungo.deadlines.periods import Period, Unit

_ONE_DAY = timedelta(days=1)
_INTERIM_DAYS = 30
_SITE_CHECK_DAYS = 14
_SITE_CHECK_EXTRA_DAYS = 7


class PauseReason(StrEnum):
    """What the law leaves out of a period (rule 3; L2 art. 17, 20; 행정절차법 시행령 art. 11)."""

    SUPPLEMENT = "SUPPLEMENT"
    DISTANT_TRANSFER = "DISTANT_TRANSFER"
    CHOOSING_REPRESENTATIVE = "CHOOSING_REPRESENTATIVE"
    HEARING = "HEARING"
    TEST_OR_REVIEW = "TEST_OR_REVIEW"
    OUTAGE = "OUTAGE"
    SITE_CHECK = "SITE_CHECK"


@dataclass(frozen=True, slots=True)
class Pause:
    """Whole days that do not count, the first and the last included.

    Make one only for what began before the due moment: a request sent late stops no clock.
    """

    first: date
    last: date
    reason: PauseReason = PauseReason.SUPPLEMENT

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a pause ends on or after the day it begins")

    @classmethod
    def open_since(
        cls, first: date, today: date, reason: PauseReason = PauseReason.SUPPLEMENT
    ) -> Self:
        """A pause that still runs, as of today."""
        return cls(first, max(first, today), reason)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due.

    moment: when to warn by, exact for hour clocks, closing time of the day else (rule 8).
    legal_until: the first instant of lateness is after this; 24:00 of the day for day clocks.
    """

    moment: datetime
    legal_until: datetime
    day: date


@dataclass(frozen=True, slots=True)
class InterimReply:
    """An interim reply: the day its task appears, and the working day it must be out by."""

    task_day: date
    send_by: date


def due_for(
    period: Period,
    accepted_at: datetime,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Due:
    """When a period that began at acceptance (접수) ends (rules 1-4 and 8).

    accepted_at is aware. Extensions are taken as granted: see check_extension. Raises
    ExtensionRefusedError for an extension in another unit than the period.
    """
    extras = [extension_amount(period, extension.period) for extension in extensions]
    accepted = accepted_at.astimezone(SEOUL)
    hours = period.hours
    if hours is not None:
        return _hours_due(hours + sum(extras), accepted, calendar, pauses)
    first = accepted.date()
    if period.unit in {Unit.DAYS, Unit.WORKING_DAYS}:
        return day_due(_count_days(period.amount + sum(extras), first, calendar, pauses), calendar)
    day = _calendar_end(period.unit, period.amount, first, calendar, pauses)
    for extra in extras:
        day = _calendar_end(period.unit, extra, day + _ONE_DAY, calendar, pauses)
    return day_due(day, calendar)


def day_due(day: date, calendar: WorkCalendar) -> Due:
    """The due of a day clock that ends on a day."""
    return Due(
        moment=datetime.combine(day, calendar.hours.closing, SEOUL),
        legal_until=datetime.combine(day + _ONE_DAY, time.min, SEOUL),
        day=day,
    )


def supplement_due(sent_on: date, days: int, calendar: WorkCalendar) -> date:
    """The last day for a supplement: calendar days after sending, on to a working day (rule 5)."""
    return calendar.working_day_from(sent_on + timedelta(days=days))


def interim_reply(accepted_at: datetime, calendar: WorkCalendar, number: int = 1) -> InterimReply:
    """The n-th interim reply of an unfinished case, each 30 days after the last (rule 6)."""
    if number < 1:
        raise ValueError("interim replies are counted from 1")
    task_day = accepted_at.astimezone(SEOUL).date() + timedelta(days=_INTERIM_DAYS * number)
    return InterimReply(task_day, calendar.working_day_from(task_day))


def site_check_pause(first: date, last: date, *, extended: bool = False) -> Pause:
    """What a site check of a hardship petition takes out: 14 days, 21 when extended (L2 art. 17).

    Longer checks run on, but the clock does too. Days are calendar days (DESIGN: the reading that
    never lengthens the wait).
    """
    limit = _SITE_CHECK_DAYS + (_SITE_CHECK_EXTRA_DAYS if extended else 0)
    return Pause(first, min(last, first + timedelta(days=limit - 1)), PauseReason.SITE_CHECK)


def _paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.first <= day <= pause.last for pause in pauses)


def _counts(day: date, calendar: WorkCalendar, pauses: Sequence[Pause]) -> bool:
    return calendar.is_working_day(day) and not (pauses and _paused(day, pauses))


def _hours_due(
    hours: int, accepted: datetime, calendar: WorkCalendar, pauses: Sequence[Pause]
) -> Due:
    left, day = timedelta(hours=hours), accepted.date()
    while True:
        if _counts(day, calendar, pauses):
            for opens, closes in calendar.spans_of(day):
                start = max(opens, accepted)
                if start + left <= closes:
                    moment = start + left
                    return Due(moment, moment, day)
                left -= max(timedelta(), closes - start)
        day += _ONE_DAY


def _count_days(amount: int, first: date, calendar: WorkCalendar, pauses: Sequence[Pause]) -> date:
    day, left = first, amount
    while True:
        if _counts(day, calendar, pauses):
            left -= 1
            if not left:
                return day
        day += _ONE_DAY


def _calendar_end(
    unit: Unit, amount: int, first: date, calendar: WorkCalendar, pauses: Sequence[Pause]
) -> date:
    """Last day of weeks, months or years; each paused calendar day adds one at the end."""
    day, passed = last_day(first, amount, unit), first
    while pauses and passed <= day:
        if _paused(passed, pauses):
            day += _ONE_DAY
        passed += _ONE_DAY
    while not _counts(day, calendar, pauses):
        day += _ONE_DAY
    return day
