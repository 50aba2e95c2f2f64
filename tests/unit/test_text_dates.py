from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.clock import at
from sinmungo.text.dates import DateError, date_ko, datetime_ko, dday, parse_date, parse_datetime

TODAY = date(2026, 11, 2)
NOW = at(TODAY, "10:00")
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        "11.22",
        "11/22",
        "11-22",
        "1122",
        "2026.11.22",
        "2026. 11. 22.",
        "2026. 11. 22.(일)",
        "20261122",
        "2026-11-22",
        "26.11.22",
        "261122",
        "11월 22일",
        "2026년 11월 22일 일요일",
        "１１．２２",
        " 11. 22 ",
    ],
)
def test_one_day_in_many_shapes(typed: str) -> None:
    assert parse_date(typed, TODAY) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "day"),
    [("오늘", 2), ("내일", 3), ("모레", 4), ("어제", 1)],
)
def test_words_follow_the_clock(typed: str, day: int) -> None:
    with clock.frozen(NOW):
        assert parse_date(typed) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("typed", "today", "expected"),
    [
        ("1.5", TODAY, date(2027, 1, 5)),
        ("12.30", date(2027, 1, 4), date(2026, 12, 30)),
        ("5.1", TODAY, date(2027, 5, 1)),
        ("5.10", TODAY, date(2026, 5, 10)),
        ("2.29", date(2027, 12, 1), date(2028, 2, 29)),
    ],
)
def test_without_a_year_the_nearest_day_is_meant(typed: str, today: date, expected: date) -> None:
    assert parse_date(typed, today) == expected


@pytest.mark.parametrize("typed", ["", "11", "언젠가", "2026.11", "1.2.3.4", "11.22x"])
def test_unreadable_days(typed: str) -> None:
    with pytest.raises(DateError, match="알아볼 수 없습니다"):
        parse_date(typed, TODAY)


@pytest.mark.parametrize("typed", ["13.1", "2.30", "2.29", "2026.2.29", "20261301", "0000-01-01"])
def test_days_that_do_not_exist(typed: str) -> None:
    with pytest.raises(DateError, match="달력에 없는"):
        parse_date(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("11.22 14:30", "2026-11-22T14:30"),
        ("14:30", "2026-11-02T14:30"),
        ("어제 오후 2시", "2026-11-01T14:00"),
        ("오전 12:05", "2026-11-02T00:05"),
        ("오후 12시 반", "2026-11-02T12:30"),
        ("2026-11-22T14:30", "2026-11-22T14:30"),
        ("2026. 11. 22.(일) 14:05", "2026-11-22T14:05"),
        ("20261122 9시 5분", "2026-11-22T09:05"),
    ],
)
def test_moments(typed: str, expected: str) -> None:
    moment = parse_datetime(typed, NOW)
    assert moment == datetime.fromisoformat(f"{expected}+09:00")
    assert moment.tzinfo is clock.SEOUL


@pytest.mark.parametrize(
    "typed", ["", "11.22", "24:00", "10:60", "오후 13시", "오전 0:30", "11.31 10:00", "x 10:00"]
)
def test_unreadable_moments(typed: str) -> None:
    with pytest.raises(DateError):
        parse_datetime(typed, NOW)


def test_a_time_alone_is_today_in_seoul() -> None:
    with clock.frozen(datetime.fromisoformat("2026-11-01T20:00:00+00:00")):
        assert parse_datetime("14:30") == at(TODAY, "14:30")


@given(DAYS)
def test_printed_days_are_read_back(day: date) -> None:
    assert parse_date(date_ko(day), TODAY) == day
    assert parse_date(day.isoformat(), TODAY) == day
    assert parse_date(f"{day:%Y%m%d}", TODAY) == day
    assert parse_date(f"{day:%y.%m.%d}", TODAY) == day


@given(DAYS, st.times())
def test_printed_moments_are_read_back(day: date, time: object) -> None:
    wall = f"{time:%H:%M}"
    assert parse_datetime(datetime_ko(at(day, wall)), NOW) == at(day, wall)


def test_display() -> None:
    assert date_ko(date(2026, 11, 22)) == "2026. 11. 22.(일)"
    utc = datetime.fromisoformat("2026-11-22T05:05:00+00:00")
    assert datetime_ko(utc) == "2026. 11. 22.(일) 14:05"
    assert [dday(date(2026, 11, day), date(2026, 11, 5)) for day in (8, 5, 3)] == [
        "D-3",
        "D-day",
        "D+2",
    ]
