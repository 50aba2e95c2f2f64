"""B4 without a database: by which day a company has to be contacted, and which were forgotten.

City halls count by the calendar ("분기 1회 이상"): a cycle is a part of the year, not a span since
the last call. One contact in a period is enough, and a missed period stays missed.
"""

import re
from datetime import date, timedelta
from typing import Literal

import msgspec

type State = Literal["LATE", "SOON", "DUE", "DONE"]
CYCLES = {1: "한 달", 2: "두 달", 3: "분기", 4: "넉 달", 6: "반기", 12: "한 해"}
QUARTERLY = 3
STATES: dict[State, str] = {
    "LATE": "기한 지남",
    "SOON": "기한 30일 안",
    "DUE": "연락 전",
    "DONE": "이번에 연락함",
}
SETTLING = timedelta(days=30)
"""A company taken in later than this before a period's end owes its first contact in the next."""
SOON = timedelta(days=30)
_TOKEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_YEAR = 12


class Period(msgspec.Struct, frozen=True, order=True):
    """A part of a year of `months` months, beginning with the day `start`."""

    start: date
    months: int

    @property
    def end(self) -> date:
        """The last day."""
        return _shift(self.start, self.months) - timedelta(days=1)

    @property
    def next(self) -> "Period":
        """The period after this one."""
        return Period(_shift(self.start, self.months), self.months)

    @property
    def before(self) -> "Period":
        """The period before this one."""
        return Period(_shift(self.start, -self.months), self.months)

    @property
    def token(self) -> str:
        """Its name in addresses: year and first month, "2026-10"."""
        return f"{self.start:%Y-%m}"

    @property
    def title(self) -> str:
        """Its name in words: "2026년 4분기"."""
        return f"{self.start.year}년{self._part}"

    @property
    def latest_start(self) -> date:
        """The last day on which a company may have been taken in and still owe a contact here."""
        return self.end - SETTLING if self.months > 1 else self.start

    @property
    def _part(self) -> str:
        number = (self.start.month - 1) // self.months + 1
        match self.months:
            case 1:
                return f" {number}월"
            case 3:
                return f" {number}분기"
            case 6:
                return " 상반기" if number == 1 else " 하반기"
            case 12:
                return ""
            case _:
                return f" {self.start.month}~{self.end.month}월"


def _shift(start: date, months: int) -> date:
    year, month = divmod(start.year * _YEAR + start.month - 1 + months, _YEAR)
    return date(year, month + 1, 1)


def period_of(day: date, months: int) -> Period:
    """Return the period that a day lies in."""
    first = (day.month - 1) // months * months + 1
    return Period(date(day.year, first, 1), months)


def read_token(token: str, months: int) -> Period | None:
    """Return the period that "2026-10" lies in, or None when it is no such text."""
    found = _TOKEN.fullmatch(token)
    return period_of(date(int(found[1]), int(found[2]), 1), months) if found else None


def first_owed(active_on: date, months: int) -> Period:
    """Return the first period in which a company owes a contact."""
    joined = period_of(active_on, months)
    return joined if active_on <= joined.latest_start else joined.next


def due_on(active_on: date, last_on: date | None, months: int) -> date:
    """Return the day by which a company has to be contacted next."""
    first = first_owed(active_on, months).end
    return first if last_on is None else max(first, period_of(last_on, months).next.end)


def state_of(due: date, last_on: date | None, today: date, months: int) -> State:
    """Return how a company stands on a day; `due` from `due_on`."""
    if due < today:
        return "LATE"
    if last_on is not None and last_on >= period_of(today, months).start:
        return "DONE"
    return "SOON" if due - today <= SOON else "DUE"


def days_of_year(year: int) -> tuple[date, date]:
    """Return the first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)
