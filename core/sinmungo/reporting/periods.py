"""Periods as city halls report them: month, quarter, year or any days, all whole days in Seoul.

A period is one short text, so that the link of a cell says exactly what was counted.
"""

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.text.dates import DateError, parse_date

type PeriodKind = Literal["month", "quarter", "year", "days"]
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})Q([1-4])", re.ASCII)
_YEAR = re.compile(r"(\d{4})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1990, 2999
_DECEMBER = 12
TITLES: dict[PeriodKind, str] = {"month": "월", "quarter": "분기", "year": "연", "days": "직접"}


class Period(msgspec.Struct, frozen=True):
    """Whole days from `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def kind(self) -> PeriodKind:
        """What the two days make up: a calendar month, quarter, year, or just days."""
        kinds: tuple[PeriodKind, ...] = ("month", "quarter", "year")
        return next((kind for kind in kinds if self == around(self.first, kind)), "days")

    @property
    def code(self) -> str:
        """The text for links: "2026-11", "2026Q4", "2026", "2026-11-01..2026-11-22"."""
        match self.kind:
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first.year:04d}Q{(self.first.month + 2) // 3}"
            case "year":
                return f"{self.first.year:04d}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def title(self) -> str:
        """The period in Korean: "2026년 11월", "2026년 4분기", "2026년", or its days."""
        match self.kind:
            case "month":
                return f"{self.first.year}년 {self.first.month}월"
            case "quarter":
                return f"{self.first.year}년 {(self.first.month + 2) // 3}분기"
            case "year":
                return f"{self.first.year}년"
        return self.days

    @property
    def days(self) -> str:
        """The first and last day: "2026. 11. 1. ~ 2026. 11. 22."."""
        return f"{_day(self.first)} ~ {_day(self.last)}"

    def cumulative(self) -> "Period":
        """From Jan 1 of the year it ends in (누계) to its end."""
        return Period(min(self.first, date(self.last.year, 1, 1)), self.last)

    def year_before(self, today: date) -> "Period":
        """The same days a year earlier (전년동기); of a running period only those gone by."""
        running = self.first <= today < self.last
        last = today if running else self.last
        return Period(_earlier(self.first, closing=False), _earlier(last, closing=not running))

    def shifted(self, steps: int) -> "Period | None":
        """The neighbour of the same kind; None for free days and beyond what can be asked."""
        months = {"month": 1, "quarter": 3, "year": 12, "days": 0}[self.kind]
        if not months:
            return None
        index = self.first.year * 12 + self.first.month - 1 + steps * months
        year, month = divmod(index, 12)
        return _months(year, month + 1, months) if _FIRST_YEAR <= year <= _LAST_YEAR else None

    def bounds(self) -> tuple[datetime, datetime]:
        """Half-open in UTC: Seoul's midnight of the first day and of the day after the last."""
        end = self.last + timedelta(days=1)
        return clock.at(self.first, "00:00").astimezone(UTC), clock.at(end, "00:00").astimezone(UTC)


def around(day: date, kind: PeriodKind) -> Period:
    """Return the month, quarter or year that holds a day; that day alone for "days"."""
    match kind:
        case "month":
            return _months(day.year, day.month, 1)
        case "quarter":
            return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
        case "year":
            return _months(day.year, 1, 12)
    return Period(day, day)


def parse_period(code: str) -> Period:
    """Return the period of a link's text. Raises InvalidError on `period`."""
    try:
        return _checked(_parse(code))
    except ValueError:
        raise InvalidError({"period": "기간을 알아볼 수 없습니다."}) from None


def month_of(code: str) -> Period:
    """Return the month that a code stands for or begins in, today's for no code or a wrong one."""
    try:
        period = parse_period(code) if code else around(clock.today(), "month")
    except InvalidError:
        period = around(clock.today(), "month")
    return around(period.first, "month")


def typed_period(first: str, last: str) -> Period:
    """Return the period between two days as typed. Raises InvalidError on `from` and `to`."""
    errors: dict[str, str] = {}
    days: list[date] = []
    for name, text in (("from", first), ("to", last)):
        try:
            days.append(parse_date(text))
        except DateError as error:
            errors[name] = error.message
    if errors:
        raise InvalidError(errors)
    return days_between(days[0], days[1])


def days_between(first: date, last: date) -> Period:
    """Return the period from one day to another. Raises InvalidError on `from` and `to`."""
    if last < first:
        raise InvalidError({"to": "시작일과 같거나 늦은 날이어야 합니다."})
    try:
        return _checked(Period(first, last))
    except ValueError:
        wrong = "from" if first.year < _FIRST_YEAR else "to"
        message = f"{_FIRST_YEAR}년부터 {_LAST_YEAR}년까지 볼 수 있습니다."
        raise InvalidError({wrong: message}) from None


def _parse(code: str) -> Period:
    if found := _MONTH.fullmatch(code):
        return _months(int(found[1]), int(found[2]), 1)
    if found := _QUARTER.fullmatch(code):
        return _months(int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := _YEAR.fullmatch(code):
        return _months(int(found[1]), 1, 12)
    first, separator, last = code.partition("..")
    if not separator:
        raise ValueError(code)
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def _checked(period: Period) -> Period:
    inside = period.first.year >= _FIRST_YEAR and period.last.year <= _LAST_YEAR
    if not inside or period.last < period.first:
        raise ValueError(period)
    return period


def _months(year: int, month: int, count: int) -> Period:
    end_year, end = divmod(month - 1 + count - 1, _DECEMBER)
    last = calendar.monthrange(year + end_year, end + 1)[1]
    return Period(date(year, month, 1), date(year + end_year, end + 1, last))


def _earlier(day: date, *, closing: bool) -> date:
    """The day a year before. A month's last day stays the last where it closes a period."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, last if closing and is_last else min(day.day, last))


def _day(day: date) -> str:
    return f"{day.year}. {day.month}. {day.day}."
