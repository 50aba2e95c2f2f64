"""Which days and hours count.

National holidays come from the `holidays` library, which takes long to load, so a process loads
it once (`preload_holidays` at start). Ad-hoc days of the cabinet and local exceptions are the
operator's rows and come in as `added` and `removed`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Self

from sinmungo.clock import SEOUL

_SATURDAY = 5
_WEEKEND_NAMES = {5: "토요일", 6: "일요일"}
_ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def national_holidays(year: int) -> Mapping[date, str]:
    """Public holidays of a year with their Korean names (관공서의 공휴일에 관한 규정)."""
    from holidays import country_holidays

    return dict(country_holidays("KR", years=[year], language="ko").items())


def preload_holidays(years: Iterable[int]) -> None:
    """Pay the library's loading time now instead of in somebody's first request."""
    for year in years:
        national_holidays(year)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Spans of work on every working day, in order and apart (rule 2). Raises ValueError."""

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(18)))

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("working hours are spans in order, apart from each other")

    @property
    def opening(self) -> time:
        """When a working day begins."""
        return self.spans[0][0]

    @property
    def closing(self) -> time:
        """When a working day ends."""
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """One city's working days and hours.

    added: further days off with their names (임시공휴일). removed: national holidays that are
    worked after all; weekends stay free whatever is removed.
    """

    hours: WorkingHours = field(default_factory=WorkingHours)
    added: Mapping[date, str] = field(default_factory=dict)
    removed: frozenset[date] = frozenset()
    _years: dict[int, frozenset[date]] = field(default_factory=dict, init=False, repr=False)

    def with_added(self, day: date, name: str) -> Self:
        """The calendar with one more day off; this one stays as it is."""
        return type(self)(self.hours, {**self.added, day: name}, self.removed - {day})

    def holiday_name(self, day: date) -> str | None:
        """Name of the public or added holiday on a day, weekends aside."""
        if day in self.added:
            return self.added[day]
        return None if day in self.removed else national_holidays(day.year).get(day)

    def day_off_reason(self, day: date) -> str | None:
        """Why nobody works on a day: the holiday's name, else 토요일 or 일요일, else None."""
        return self.holiday_name(day) or _WEEKEND_NAMES.get(day.weekday())

    def is_working_day(self, day: date) -> bool:
        """Whether a day counts."""
        if day.weekday() >= _SATURDAY:
            return False
        days_off = self._years.get(day.year)
        if days_off is None:
            days_off = self._years[day.year] = self._days_off(day.year)
        return day not in days_off

    def _days_off(self, year: int) -> frozenset[date]:
        return frozenset({*(national_holidays(year).keys() - self.removed), *self.added})

    def working_day_from(self, day: date) -> date:
        """The day itself, or the next one that counts (민법 art. 161)."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def is_working_moment(self, moment: datetime) -> bool:
        """Whether an instant lies in working hours, both edges of a span included."""
        local = moment.astimezone(SEOUL)
        return self.is_working_day(local.date()) and any(
            start <= local.time() <= end for start, end in self.hours.spans
        )

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from one instant to a later one; zero when they are the other way round."""
        start, end = start.astimezone(SEOUL), end.astimezone(SEOUL)
        total, day = timedelta(), start.date()
        while day <= end.date():
            for opens, closes in self.spans_of(day):
                total += max(timedelta(), min(end, closes) - max(start, opens))
            day += _ONE_DAY
        return total

    def spans_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Working spans of a day as Seoul datetimes; none on a day off."""
        if not self.is_working_day(day):
            return ()
        return tuple(
            (datetime.combine(day, start, SEOUL), datetime.combine(day, end, SEOUL))
            for start, end in self.hours.spans
        )
