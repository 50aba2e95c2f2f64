"""Periods: calendar months in Seoul, their neighbours, 누계 and 전년동기."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.reporting.periods import Period, around, days_between, parse_period, typed_period

DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))
KINDS = st.sampled_from(["month", "quarter", "year", "days"])


@pytest.mark.parametrize(
    ("code", "first", "last", "kind", "title"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "month", "2026년 11월"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month", "2024년 2월"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "quarter", "2026년 4분기"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "year", "2026년"),
        (
            "2026-02-01..2026-04-30",
            date(2026, 2, 1),
            date(2026, 4, 30),
            "days",
            "2026. 2. 1. ~ 2026. 4. 30.",
        ),
    ],
)
def test_codes(code: str, first: date, last: date, kind: str, title: str):
    period = parse_period(code)
    assert (period.first, period.last) == (first, last)
    assert (period.kind, period.title, period.code) == (kind, title, code)


@given(DAYS, DAYS)
def test_any_days_survive_their_code(a: date, b: date):
    period = Period(min(a, b), max(a, b))
    assert parse_period(period.code) == period


@given(DAYS, KINDS)
def test_a_period_holds_its_day_and_its_neighbours_touch_it(day: date, kind: str):
    period = around(day, kind)
    assert period.first <= day <= period.last
    before, after = period.shifted(-1), period.shifted(1)
    if kind == "days":
        assert before is after is None
        return
    assert before is not None
    assert after is not None
    assert before.last + timedelta(days=1) == period.first
    assert period.last + timedelta(days=1) == after.first
    assert before.kind == after.kind == period.kind == kind


@given(DAYS, DAYS, DAYS)
def test_bounds_hold_exactly_the_days(a: date, b: date, day: date):
    period = Period(min(a, b), max(a, b))
    start, end = period.bounds()
    for wall in ("00:00", "23:59:59.999999"):
        assert (start <= clock.at(day, wall) < end) == (period.first <= day <= period.last)
    assert start.tzinfo is UTC


def test_a_month_begins_at_15_utc_of_the_day_before():
    assert parse_period("2026-11").bounds() == (
        datetime(2026, 10, 31, 15, tzinfo=UTC),
        datetime(2026, 11, 30, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("code", "today", "first", "last"),
    [
        ("2026-11", date(2026, 12, 1), date(2025, 11, 1), date(2025, 11, 30)),
        ("2026-11", date(2026, 11, 30), date(2025, 11, 1), date(2025, 11, 30)),
        ("2026-11", date(2026, 11, 22), date(2025, 11, 1), date(2025, 11, 22)),
        ("2025-02", date(2026, 1, 1), date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02", date(2026, 1, 1), date(2023, 2, 1), date(2023, 2, 28)),
        ("2024", date(2024, 2, 29), date(2023, 1, 1), date(2023, 2, 28)),
        ("2025", date(2025, 2, 28), date(2024, 1, 1), date(2024, 2, 28)),
        ("2024-02-29..2024-03-10", date(2026, 1, 1), date(2023, 2, 28), date(2023, 3, 10)),
    ],
)
def test_the_same_days_a_year_before(code: str, today: date, first: date, last: date):
    assert parse_period(code).year_before(today) == Period(first, last)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2026-11", "2026-01-01..2026-11-30"),
        ("2026Q1", "2026Q1"),
        ("2026", "2026"),
        ("2025-12-15..2026-01-15", "2025-12-15..2026-01-15"),
    ],
)
def test_cumulative_runs_from_new_year_and_holds_the_period(code: str, expected: str):
    assert parse_period(code).cumulative().code == expected


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026-13",
        "2026-00",
        "2026Q5",
        "1989",
        "3000",
        "2026-11-02..2026-11-01",
        "x..y",
        "２０２６",
    ],
)
def test_what_is_no_period(code: str):
    with pytest.raises(InvalidError):
        parse_period(code)


def test_typed_days_name_the_field_at_fault():
    assert typed_period("2026.10.5", "20261009").code == "2026-10-05..2026-10-09"
    for first, last, fields in (
        ("", "2026.1.1", {"from"}),
        ("모름", "언젠가", {"from", "to"}),
        ("2026.1.2", "2026.1.1", {"to"}),
    ):
        with pytest.raises(InvalidError) as caught:
            typed_period(first, last)
        assert caught.value.errors.keys() == fields
    with pytest.raises(InvalidError) as caught:
        days_between(date(1900, 1, 1), date(2026, 1, 1))
    assert caught.value.errors.keys() == {"from"}
