"""Weeks, months and years as the Civil Code ends them (민법 art. 160; first day counted)."""

from calendar import monthrange
from datetime import date, timedelta

from sinmungo.deadlines.periods import Unit

_MONTHS_PER_YEAR = 12


def last_day(first: date, amount: int, unit: Unit) -> date:
    """The last calendar day of a period whose first day counts; no day off considered.

    The day before the corresponding one; where the last month lacks that, the month's end.
    Raises ValueError for a unit that is no calendar unit.
    """
    match unit:
        case Unit.WEEKS:
            return first + timedelta(weeks=amount, days=-1)
        case Unit.MONTHS:
            return _months_later(first, amount)
        case Unit.YEARS:
            return _months_later(first, amount * _MONTHS_PER_YEAR)
        case _:
            raise ValueError(f"{unit} is not counted by the calendar")


def _months_later(first: date, months: int) -> date:
    years, month_index = divmod(first.month - 1 + months, _MONTHS_PER_YEAR)
    year, month = first.year + years, month_index + 1
    length = monthrange(year, month)[1]
    if first.day > length:
        return date(year, month, length)
    return date(year, month, first.day) - timedelta(days=1)
