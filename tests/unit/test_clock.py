import os
import subprocess
import sys
import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sinmungo import clock

INSTANT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")


@pytest.fixture
def clock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clock"
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(path))
    return path


def test_without_a_file_time_is_real(clock_file: Path) -> None:
    assert not clock_file.exists()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_freeze_release_and_run_from(clock_file: Path) -> None:
    clock.freeze(INSTANT)
    assert clock.now() == INSTANT
    assert clock.now().utcoffset() == timedelta(0)
    clock.freeze(INSTANT + timedelta(days=1))
    assert clock.now() == INSTANT + timedelta(days=1)
    clock.run_from(INSTANT)
    first = clock.now()
    assert INSTANT <= first < INSTANT + timedelta(minutes=5)
    assert clock.now() > first
    clock.release()
    clock.release()
    assert clock.now() > INSTANT - timedelta(days=400)
    assert not clock_file.exists()


def test_same_sized_rewrites_are_noticed(clock_file: Path) -> None:
    for day in range(1, 10):
        clock.freeze(INSTANT + timedelta(days=day))
        assert clock.now() == INSTANT + timedelta(days=day)
    assert clock_file.exists()


def test_another_process_sees_the_same_time(clock_file: Path) -> None:
    clock.freeze(INSTANT)
    root = Path(clock.__file__).parents[1]
    shown = subprocess.run(
        [sys.executable, "-c", "from sinmungo import clock; print(clock.now().isoformat())"],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert clock_file.exists()
    assert datetime.fromisoformat(shown.strip()) == INSTANT


@pytest.mark.parametrize("text", ["", "frozen", "frozen soon", "frozen 2026-11-02T10:00:00"])
def test_a_broken_file_is_refused(clock_file: Path, text: str) -> None:
    clock_file.write_text(text)
    with pytest.raises(ValueError, match=r"clock file|isoformat|time zone"):
        clock.now()


def test_setting_needs_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.CLOCK_FILE_VARIABLE, raising=False)
    with pytest.raises(RuntimeError, match="SINMUNGO_CLOCK_FILE"):
        clock.freeze(INSTANT)


def test_frozen_reaches_threads_nests_and_ends() -> None:
    seen: list[datetime] = []
    with clock.frozen(INSTANT):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        with clock.frozen(INSTANT + timedelta(hours=1)):
            assert clock.now() == INSTANT + timedelta(hours=1)
        assert clock.now() == INSTANT
    assert seen == [INSTANT]
    assert clock.now() != INSTANT


def test_today_turns_at_midnight_in_seoul() -> None:
    with clock.frozen(datetime(2026, 11, 1, 14, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 1)
    with clock.frozen(datetime(2026, 11, 1, 15, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 2)


def test_at_and_to_seoul() -> None:
    assert clock.at(date(2026, 11, 2), "10:00") == INSTANT
    assert clock.to_seoul(INSTANT.astimezone(UTC)).hour == 10
    with pytest.raises(ValueError, match="time zone"):
        clock.to_seoul(datetime(2026, 11, 2, 10))  # noqa: DTZ001 - the naive value under test


def test_uuid7_is_version_7_rising_and_dated() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    keys = [clock.uuid7() for _ in range(20_000)]
    assert keys == sorted(set(keys))
    assert {(key.version, key.variant) for key in keys} == {(7, uuid.RFC_4122)}
    assert before <= clock.uuid7_moment(keys[0]) <= datetime.now(UTC) + timedelta(seconds=1)


def test_uuid7_ignores_a_frozen_clock() -> None:
    with clock.frozen(INSTANT - timedelta(days=3650)):
        key = clock.uuid7()
    assert clock.uuid7_moment(key) > INSTANT - timedelta(days=400)


def test_uuid7_survives_a_clock_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = 1_000_000 * 1_900_000_000_000
    monkeypatch.setattr("time.time_ns", lambda: stuck)
    monkeypatch.setattr(clock._uuid7, "millisecond", 0)
    keys = [clock.uuid7() for _ in range(5000)]
    assert keys == sorted(set(keys))
    assert clock.uuid7_moment(keys[-1]) > clock.uuid7_moment(keys[0])
