"""B4 as plain rules: periods of the year, by which day, and who was forgotten."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo_bucheon.project100.cadence import (
    CYCLES,
    due_on,
    first_owed,
    period_of,
    read_token,
    state_of,
)

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
MONTHS = st.sampled_from(sorted(CYCLES))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "months", "title", "end"),
    [
        ("2026-11-22", 3, "2026년 4분기", "2026-12-31"),
        ("2026-03-31", 3, "2026년 1분기", "2026-03-31"),
        ("2026-02-10", 1, "2026년 2월", "2026-02-28"),
        ("2028-02-10", 1, "2028년 2월", "2028-02-29"),
        ("2026-07-01", 6, "2026년 하반기", "2026-12-31"),
        ("2026-05-01", 4, "2026년 5~8월", "2026-08-31"),
        ("2026-05-01", 12, "2026년", "2026-12-31"),
    ],
)
def test_periods(on, months, title, end):
    period = period_of(day(on), months)
    assert period.title == title
    assert period.end == day(end)


@given(DAYS, MONTHS)
def test_every_day_lies_in_one_period_and_they_follow_each_other(on, months):
    period = period_of(on, months)
    assert period.start <= on <= period.end
    assert period.next.start == period.end + timedelta(days=1)
    assert period.next.before == period
    assert read_token(period.token, months) == period


@pytest.mark.parametrize("token", ["", "2026", "2026-13", "2026-4", "x", "2026-10-01"])
def test_no_period_has_such_a_name(token):
    assert read_token(token, 3) is None


@pytest.mark.parametrize(
    ("active_on", "title"),
    [
        ("2026-02-03", "2026년 1분기"),
        ("2026-03-01", "2026년 1분기"),
        ("2026-03-02", "2026년 2분기"),
        ("2026-12-31", "2027년 1분기"),
    ],
)
def test_who_came_late_in_a_quarter_owes_from_the_next(active_on, title):
    assert first_owed(day(active_on), 3).title == title


@pytest.mark.parametrize(
    ("last_on", "today", "due", "state"),
    [
        (None, "2026-02-20", "2026-03-31", "DUE"),
        (None, "2026-03-10", "2026-03-31", "SOON"),
        (None, "2026-03-31", "2026-03-31", "SOON"),
        (None, "2026-04-01", "2026-03-31", "LATE"),
        ("2026-02-20", "2026-02-20", "2026-06-30", "DONE"),
        ("2026-02-20", "2026-04-01", "2026-06-30", "DUE"),
        ("2026-02-20", "2026-07-01", "2026-06-30", "LATE"),
        ("2026-07-01", "2026-07-02", "2026-12-31", "DONE"),
    ],
)
def test_due_days_and_states(last_on, today, due, state):
    last = day(last_on) if last_on else None
    found = due_on(day("2026-02-03"), last, 3)
    assert found == day(due)
    assert state_of(found, last, day(today), 3) == state


@given(DAYS, st.integers(0, 900), st.integers(0, 900), MONTHS)
def test_a_contact_never_brings_the_due_day_nearer(active_on, later, more, months):
    """Late means that a whole period, in which a contact was owed, went by without one."""
    first, second = active_on + timedelta(days=later), active_on + timedelta(days=later + more)
    due = due_on(active_on, first, months)
    assert due_on(active_on, None, months) <= due <= due_on(active_on, second, months)
    assert due > first
    owed = period_of(due, months)
    assert active_on <= owed.latest_start or owed.before.end >= first
    assert first < owed.start or first_owed(active_on, months) == owed
