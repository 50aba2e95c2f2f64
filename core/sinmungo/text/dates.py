"""Dates as officers type them (11.22, 20261122, 어제 14:30) and as city halls print them.

Screens echo what was understood, so a year may be guessed: the one that puts the day nearest.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from sinmungo import clock
from sinmungo.text.errors import InputProblem

_WEEKDAYS = "월화수목금토일"
_WORDS = {"그제": -2, "그저께": -2, "어제": -1, "오늘": 0, "내일": 1, "모레": 2}
_HALF_DAY = 12

_FULL = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", re.ASCII)
_SHORT_YEAR = re.compile(
    r"(\d{2})(?:\.(\d{1,2})\.|-(\d{1,2})-|/(\d{1,2})/)(\d{1,2})", re.ASCII
)  # one separator throughout: 12/5-7 is no day but several
_DIGITS = re.compile(r"(\d{4}|\d{2})(\d{2})(\d{2})", re.ASCII)
_MONTH_DAY = re.compile(r"(\d{1,2})[-./](\d{1,2})|(\d{2})(\d{2})", re.ASCII)
_KOREAN_UNITS = re.compile(r"(?<=\d)(?:년|월)")
_WEEKDAY_SUFFIX = re.compile(r"\(?[월화수목금토일](?:요일)?\)?$")
_TIME = re.compile(
    r"(?P<half>오전|오후)?\s*(?P<hour>\d{1,2})\s*(?::\s*(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?"
    r"|시(?:\s*(?P<ko_minute>\d{1,2})\s*분|\s*(?P<ko_half>반))?)$",
    re.ASCII,
)


class DateError(InputProblem):
    """Not a day or time that exists or that we can read."""

    code: ClassVar[str] = "date"


def parse_date(text: str, today: date | None = None) -> date:
    """A day as typed, relative to `today` (default: the clock's). Raises DateError.

    Without a year the nearest such day is meant, 26.11.22 lies in the 2000s.
    """
    today = today or clock.today()
    plain = _compact(text)
    if plain in _WORDS:
        return today + timedelta(days=_WORDS[plain])
    plain = _WEEKDAY_SUFFIX.sub("", plain).removesuffix("일").rstrip(".")
    for pattern, build in _READERS:
        found = pattern.fullmatch(plain)
        if found:
            parts = [int(part) for part in found.groups() if part is not None]
            return _existing(build, parts, today)
    raise DateError("날짜를 알아볼 수 없습니다. 예: 11.22, 2026.11.22, 20261122, 오늘")


def parse_datetime(text: str, now: datetime | None = None) -> datetime:
    """A moment as typed ("11.22 14:30", "14:30" = today, "어제 오후 2시"), in Seoul time.

    Raises DateError, also when the time is missing: a guessed hour would look like a fact.
    """
    today = clock.to_seoul(now).date() if now else clock.today()
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _TIME.search(plain)
    if not found:
        raise DateError("시각을 알아볼 수 없습니다. 예: 11.22 14:30, 14:30, 오후 2시 30분")
    wall = _wall_time(found)
    day_text = plain[: found.start()].strip().removesuffix("T")
    day = parse_date(day_text, today) if day_text else today
    return datetime.combine(day, wall, tzinfo=clock.SEOUL)


def date_ko(day: date) -> str:
    """A day as printed: "2026. 11. 22.(일)"."""
    return f"{day.year}. {day.month}. {day.day}.({_WEEKDAYS[day.weekday()]})"


def datetime_ko(moment: datetime) -> str:
    """A moment as printed, in Seoul time: "2026. 11. 22.(일) 14:05"."""
    local = clock.to_seoul(moment)
    return f"{date_ko(local.date())} {local:%H:%M}"


def dday(due: date, today: date) -> str:
    """Days left: "D-3" before, "D-day" on the day, "D+2" when late."""
    left = (due - today).days
    return f"D{-left:+d}" if left else "D-day"


def _compact(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).split()).lstrip("'’‘`")
    return _KOREAN_UNITS.sub(".", plain)


def _full(parts: list[int], _today: date) -> date:
    return date(*parts)


def _short_year(parts: list[int], _today: date) -> date:
    year, month, day = parts
    return date(2000 + year if year < 100 else year, month, day)  # noqa: PLR2004 - two digits


def _nearest(parts: list[int], today: date) -> date:
    month, day = parts
    found: list[date] = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return min(found, key=lambda candidate: abs(candidate - today))


type _Builder = Callable[[list[int], date], date]

_READERS: tuple[tuple[re.Pattern[str], _Builder], ...] = (
    (_FULL, _full),
    (_SHORT_YEAR, _short_year),
    (_MONTH_DAY, _nearest),
    (_DIGITS, _short_year),
)


def _existing(build: _Builder, parts: list[int], today: date) -> date:
    try:
        return build(parts, today)
    except ValueError:
        raise DateError("달력에 없는 날짜입니다. 월과 일을 확인해 주십시오.") from None


def _wall_time(found: re.Match[str]) -> time:
    hour = int(found["hour"])
    minute = 30 if found["ko_half"] else int(found["minute"] or found["ko_minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= _HALF_DAY:
            raise DateError("오전·오후와 함께 적을 때는 1시부터 12시까지입니다.")
        hour = hour % _HALF_DAY + (_HALF_DAY if found["half"] == "오후" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise DateError("시각은 00:00부터 23:59까지입니다.") from None
