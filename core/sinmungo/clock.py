"""One clock, because deadlines, tests and the demo must agree on what time it is.

Several processes (web workers, the job worker, the command line) have to jump to the same
instant, so the override lives in a small file named by `SINMUNGO_CLOCK_FILE`. Without that
variable, or without the file, time is real: production simply does not set it.
"""

import os
import secrets
import threading
import time as _time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
CLOCK_FILE_VARIABLE = "SINMUNGO_CLOCK_FILE"


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a clock file says: the instant shown, and the real instant it was set at."""

    shown: datetime
    set_at: datetime | None

    def now(self, real: datetime) -> datetime:
        if self.set_at is None:
            return self.shown
        return self.shown + (real - self.set_at)


type _Stamp = tuple[str, int, int, int]


class _FileCache:
    """The last parsed clock file with the stat values it was parsed from."""

    stamp: _Stamp | None = None
    setting: _Setting | None = None


_cache = _FileCache()
_overrides: list[datetime] = []


def now() -> datetime:
    """The present instant, aware and in UTC.

    Raises ValueError when the clock file exists but cannot be understood.
    """
    if _overrides:
        return _overrides[-1]
    real = datetime.now(UTC)
    path = os.environ.get(CLOCK_FILE_VARIABLE)
    setting = _read(path) if path else None
    return setting.now(real) if setting else real


def today() -> date:
    """The present calendar day in Seoul."""
    return now().astimezone(SEOUL).date()


def to_seoul(moment: datetime) -> datetime:
    """The same instant on Seoul's wall clock; refuses naive values with ValueError."""
    return _aware(moment).astimezone(SEOUL)


def at(day: date, wall: str) -> datetime:
    """Seoul wall time "HH:MM" on a day, as an aware datetime."""
    return datetime.combine(day, time.fromisoformat(wall), tzinfo=SEOUL)


def freeze(instant: datetime) -> None:
    """Stop time at an instant for every process that shares the clock file."""
    _write(f"frozen {_aware(instant).isoformat()}\n")


def run_from(instant: datetime) -> None:
    """Let time run on from an instant for every process that shares the clock file."""
    _write(f"running {_aware(instant).isoformat()} set-at {datetime.now(UTC).isoformat()}\n")


def release() -> None:
    """Return every process that shares the clock file to real time."""
    _clock_file().unlink(missing_ok=True)


@contextmanager
def frozen(instant: datetime) -> Generator[datetime]:
    """Stop time inside this process only, all threads and tasks included; wins over the file."""
    shown = _aware(instant).astimezone(UTC)
    _overrides.append(shown)
    try:
        yield shown
    finally:
        _overrides.pop()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {moment.isoformat()}")
    return moment


def _clock_file() -> Path:
    path = os.environ.get(CLOCK_FILE_VARIABLE)
    if not path:
        raise RuntimeError(f"{CLOCK_FILE_VARIABLE} names no file, so the clock cannot be set")
    return Path(path)


def _write(line: str) -> None:
    target = _clock_file()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    part.write_text(line, encoding="ascii")
    part.replace(target)


def _read(path: str) -> _Setting | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - runs at every now(); Path() would double its cost
    except FileNotFoundError:
        return None
    stamp = (path, stat.st_ino, stat.st_mtime_ns, stat.st_size)
    if stamp != _cache.stamp:
        try:
            text = Path(path).read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        _cache.setting = _parse(text)
        _cache.stamp = stamp
    return _cache.setting


def _parse(text: str) -> _Setting:
    match text.split():
        case ["frozen", shown]:
            return _Setting(_instant(shown), None)
        case ["running", shown, "set-at", set_at]:
            return _Setting(_instant(shown), _instant(set_at))
    raise ValueError("the clock file holds neither 'frozen …' nor 'running … set-at …'")


def _instant(text: str) -> datetime:
    return _aware(datetime.fromisoformat(text)).astimezone(UTC)


class _Uuid7State:
    """Last millisecond and counter handed out in this process."""

    lock = threading.Lock()
    millisecond = 0
    counter = 0


_uuid7 = _Uuid7State()
_COUNTER_LIMIT = 0xFFF


def uuid7() -> uuid.UUID:
    """A time-ordered key (RFC 9562), strictly rising within one process.

    Takes real time, not now(): a key promises uniqueness and index locality, also while a test
    or the demo holds the clock still or turns it back. Order of business is in occurred_at.
    """
    with _uuid7.lock:
        millisecond = _time.time_ns() // 1_000_000
        if millisecond > _uuid7.millisecond:
            _uuid7.millisecond = millisecond
            _uuid7.counter = secrets.randbits(11)
        elif _uuid7.counter < _COUNTER_LIMIT:
            _uuid7.counter += 1
        else:
            _uuid7.millisecond += 1
            _uuid7.counter = 0
        head = (_uuid7.millisecond << 16) | 0x7000 | _uuid7.counter
    return uuid.UUID(int=(head << 64) | (0b10 << 62) | secrets.randbits(62))


def uuid7_moment(key: uuid.UUID) -> datetime:
    """The real instant, to the millisecond, at which `uuid7` made a key."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=key.int >> 80)
