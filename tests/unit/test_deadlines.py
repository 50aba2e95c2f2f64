from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from sinmungo import deadlines
from sinmungo.clock import at
from sinmungo.deadlines import (
    Extension,
    ExtensionReason,
    ExtensionRefusedError,
    Pause,
    Period,
    Unit,
    WorkCalendar,
    WorkingHours,
    due_for,
)
from sinmungo.deadlines import periods as known

CALENDAR = WorkCalendar()
SUPPLEMENT = Pause(date(2026, 11, 5), date(2026, 11, 10))


def moment(text: str) -> datetime:
    day, _, wall = text.partition(" ")
    return at(date.fromisoformat(day), wall or "10:00")


def days(amount: int) -> Period:
    return Period(amount, Unit.DAYS)


def extended(amount: int, unit: Unit = Unit.DAYS) -> Extension:
    return Extension(Period(amount, unit), ExtensionReason.COOPERATION)


@pytest.mark.parametrize(
    ("period", "accepted", "pauses", "extensions", "expected"),
    [
        pytest.param(days(7), "2026-09-18", [], [], "2026-09-30", id="D1"),
        pytest.param(days(14), "2026-11-02", [], [], "2026-11-19", id="D2"),
        pytest.param(days(14), "2026-11-02", [SUPPLEMENT], [], "2026-11-25", id="D3"),
        pytest.param(days(14), "2026-11-02", [], [extended(7)], "2026-11-30", id="D4-7"),
        pytest.param(days(14), "2026-11-02", [], [extended(14)], "2026-12-09", id="D4-14"),
        pytest.param(days(7), "2026-04-27", [], [], "2026-05-07", id="D7"),
        pytest.param(Period(1, Unit.MONTHS), "2026-01-31", [], [], "2026-03-03", id="D10"),
        pytest.param(days(7), "2027-07-14", [], [], "2027-07-23", id="D11"),
        pytest.param(days(14), "2026-11-02", [SUPPLEMENT], [extended(7)], "2026-12-04", id="AS-02"),
    ],
)
def test_day_clocks(
    period: Period,
    accepted: str,
    pauses: Sequence[Pause],
    extensions: Sequence[Extension],
    expected: str,
) -> None:
    due = due_for(period, moment(accepted), CALENDAR, pauses, extensions)
    assert due.day == date.fromisoformat(expected)
    assert due.moment == moment(f"{expected} 18:00")
    assert due.legal_until == moment(f"{expected} 18:00") + timedelta(hours=6)


@pytest.mark.parametrize(
    ("period", "accepted", "expected"),
    [
        pytest.param(days(3), "2026-10-02 16:00", "2026-10-08 16:00", id="D5"),
        pytest.param(
            Period(24, Unit.HOURS), "2026-10-02 16:00", "2026-10-08 16:00", id="D5-in-hours"
        ),
        pytest.param(Period(1, Unit.AT_ONCE), "2026-07-16 16:30", "2026-07-20 10:30", id="D6"),
        pytest.param(known.TRANSFER_OUT, "2026-10-08 17:00", "2026-10-12 17:00", id="D8"),
        pytest.param(days(1), "2026-11-02 09:00", "2026-11-02 18:00", id="whole-day"),
        pytest.param(days(1), "2026-11-01 03:00", "2026-11-02 18:00", id="on-a-sunday"),
        pytest.param(days(1), "2026-11-02 18:00", "2026-11-03 18:00", id="at-closing"),
        pytest.param(days(1), "2026-11-02 12:30", "2026-11-03 12:00", id="over-lunch"),
        pytest.param(
            known.FIRST_CONTACT_TARGET, "2026-11-02 10:00", "2026-11-03 10:00", id="first-contact"
        ),
    ],
)
def test_hour_clocks(period: Period, accepted: str, expected: str) -> None:
    due = due_for(period, moment(accepted), CALENDAR)
    assert due.moment == due.legal_until == moment(expected)
    assert due.day == date.fromisoformat(expected[:10])


def test_d9_supplement_ends_on_a_working_day() -> None:
    assert deadlines.supplement_due(date(2026, 9, 16), 10, CALENDAR) == date(2026, 9, 28)


def test_d12_interim_replies() -> None:
    accepted = moment("2026-10-15 14:00")
    first = deadlines.interim_reply(accepted, CALENDAR)
    assert (first.task_day, first.send_by) == (date(2026, 11, 14), date(2026, 11, 16))
    second = deadlines.interim_reply(accepted, CALENDAR, 2)
    assert (second.task_day, second.send_by) == (date(2026, 12, 14), date(2026, 12, 14))
    with pytest.raises(ValueError, match="from 1"):
        deadlines.interim_reply(accepted, CALENDAR, 0)


def test_as03_an_added_holiday_moves_the_due_and_leaves_the_old_calendar() -> None:
    later = CALENDAR.with_added(date(2026, 11, 13), "임시공휴일")
    accepted = moment("2026-11-02")
    assert due_for(days(14), accepted, later).day == date(2026, 11, 20)
    assert due_for(days(14), accepted, CALENDAR).day == date(2026, 11, 19)
    assert later.day_off_reason(date(2026, 11, 13)) == "임시공휴일"


def test_service_targets_never_become_hours() -> None:
    due = due_for(known.ANSWER_TARGET, moment("2026-11-02 17:50"), CALENDAR)
    assert due.moment == moment("2026-11-06 18:00")


def test_pauses_take_whole_days_out_of_hour_clocks_too() -> None:
    accepted = moment("2026-11-02 16:00")
    pause = Pause(date(2026, 11, 3), date(2026, 11, 4))
    assert due_for(days(1), accepted, CALENDAR, [pause]).moment == moment("2026-11-05 16:00")


def test_overlapping_pauses_count_once() -> None:
    halves = [Pause(date(2026, 11, 5), date(2026, 11, 9)), SUPPLEMENT]
    assert due_for(days(14), moment("2026-11-02"), CALENDAR, halves).day == date(2026, 11, 25)


def test_an_open_pause_shifts_with_today() -> None:
    pause = Pause.open_since(date(2026, 11, 5), date(2026, 11, 10))
    assert pause == SUPPLEMENT
    assert Pause.open_since(date(2026, 11, 5), date(2026, 11, 4)).last == date(2026, 11, 5)
    with pytest.raises(ValueError, match="pause ends"):
        Pause(date(2026, 11, 5), date(2026, 11, 4))


def test_site_checks_take_out_a_limited_number_of_days() -> None:
    first, last = date(2026, 11, 2), date(2026, 12, 31)
    assert deadlines.site_check_pause(first, last).last == date(2026, 11, 15)
    assert deadlines.site_check_pause(first, last, extended=True).last == date(2026, 11, 22)
    assert deadlines.site_check_pause(first, first).last == first


@pytest.mark.parametrize(
    ("period", "first", "expected"),
    [
        (Period(2, Unit.WEEKS), "2026-11-03", "2026-11-16"),
        (Period(2, Unit.WEEKS), "2026-11-02", "2026-11-16"),
        (Period(1, Unit.MONTHS), "2026-11-10", "2026-12-09"),
        (Period(1, Unit.MONTHS), "2026-12-01", "2026-12-31"),
        (Period(3, Unit.MONTHS), "2026-11-30", "2027-03-02"),
        (Period(1, Unit.YEARS), "2028-02-29", "2029-02-28"),
        (Period(1, Unit.YEARS), "2026-03-10", "2027-03-09"),
    ],
)
def test_weeks_months_and_years_end_by_the_civil_code(
    period: Period, first: str, expected: str
) -> None:
    assert due_for(period, moment(first), CALENDAR).day == date.fromisoformat(expected)


def test_pauses_and_extensions_of_a_month() -> None:
    accepted = moment("2026-11-10")
    month = Period(1, Unit.MONTHS)
    pause = Pause(date(2026, 11, 12), date(2026, 11, 13))
    assert due_for(month, accepted, CALENDAR, [pause]).day == date(2026, 12, 11)
    more = [extended(1, Unit.MONTHS)]
    assert due_for(month, accepted, CALENDAR, [], more).day == date(2027, 1, 11)


def check(
    period: Period, earlier: Sequence[Extension], wanted: Extension, now: str = "2026-11-10"
) -> None:
    due = due_for(period, moment("2026-11-02"), CALENDAR, [], earlier)
    deadlines.check_extension(
        period, earlier, wanted, legal_until=due.legal_until, decided_at=moment(now)
    )


def test_extensions_that_the_law_allows() -> None:
    check(days(14), [], extended(14))
    check(days(3), [], extended(24, Unit.HOURS), "2026-11-03")
    check(days(3), [], extended(3), "2026-11-03")
    agreed = replace(extended(14), consented_on=date(2026, 11, 20))
    check(days(14), [extended(7)], agreed, "2026-11-20")


@pytest.mark.parametrize(
    ("period", "earlier", "wanted", "now", "message"),
    [
        (days(14), [], extended(15), "2026-11-10", "길게"),
        (days(3), [], extended(25, Unit.HOURS), "2026-11-03", "길게"),
        (days(3), [], extended(7), "2026-11-03", "길게"),
        (Period(1, Unit.AT_ONCE), [], extended(4, Unit.HOURS), "2026-11-02", "길게"),
        (days(14), [], extended(1, Unit.MONTHS), "2026-11-10", "같은 단위"),
        (days(14), [extended(7)], extended(7), "2026-11-10", "동의"),
        (days(14), [extended(7), extended(7)], extended(7), "2026-11-10", "두 번까지만"),
        (days(14), [], extended(7), "2026-11-20", "지난 뒤"),
    ],
)
def test_extensions_that_the_law_refuses(
    period: Period, earlier: list[Extension], wanted: Extension, now: str, message: str
) -> None:
    with pytest.raises(ExtensionRefusedError, match=message):
        check(period, earlier, wanted, now)


@pytest.mark.parametrize("code", ["WORKLOAD", "LATE_ASSIGNMENT", "ABSENCE", "", "OTHER"])
def test_reasons_that_the_law_refuses(code: str) -> None:
    with pytest.raises(ExtensionRefusedError) as refused:
        deadlines.reason_from_code(code)
    assert refused.value.code == "extension.refused"
    assert refused.value.message.endswith(("없습니다.", "주십시오."))


def test_the_four_legal_reasons_have_labels() -> None:
    assert len({deadlines.reason_from_code(reason).label for reason in ExtensionReason}) == 4


def test_calendar_names_days_off() -> None:
    expected = {
        date(2026, 5, 1): "노동절",
        date(2026, 7, 17): "제헌절",
        date(2026, 10, 5): "개천절 대체 휴일",
        date(2026, 11, 7): "토요일",
        date(2026, 11, 8): "일요일",
        date(2026, 11, 9): None,
    }
    assert {day: CALENDAR.day_off_reason(day) for day in expected} == expected


def test_weekdays_off_of_2026_are_those_of_the_decree() -> None:
    decree = "1.1 2.16 2.17 2.18 3.2 5.1 5.5 5.25 6.3 7.17 8.17 9.24 9.25 10.5 10.9 12.25"
    year = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    off = [day for day in year if day.weekday() < 5 and not CALENDAR.is_working_day(day)]
    assert " ".join(f"{day.month}.{day.day}" for day in off) == decree


def test_a_removed_holiday_is_worked_and_can_be_added_again() -> None:
    day = date(2026, 7, 17)
    working = WorkCalendar(removed=frozenset({day}))
    assert working.is_working_day(day)
    assert working.day_off_reason(day) is None
    again = working.with_added(day, "휴무")
    assert not again.is_working_day(day)
    assert not WorkCalendar(removed=frozenset({date(2026, 11, 8)})).is_working_day(
        date(2026, 11, 8)
    )


def test_a_city_sets_its_own_hours() -> None:
    hours = WorkingHours(((time(9), time(11, 30)), (time(12, 30), time(18))))
    calendar = WorkCalendar(hours)
    assert due_for(days(1), moment("2026-11-02 09:00"), calendar).moment == moment(
        "2026-11-02 18:00"
    )
    assert not calendar.is_working_moment(moment("2026-11-02 11:45"))
    with pytest.raises(ValueError, match="in order"):
        WorkingHours(((time(9), time(12)), (time(11), time(18))))
    with pytest.raises(ValueError, match="in order"):
        WorkingHours(())


def test_periods_say_what_they_are() -> None:
    labels = [period.label for period in (days(14), known.TRANSFER_OUT, Period(1, Unit.AT_ONCE))]
    assert labels == ["14일", "8시간", "즉시(3시간)"]
    for amount, unit in [(0, Unit.DAYS), (2, Unit.AT_ONCE)]:
        with pytest.raises(ValueError, match=r"unit long|fixed"):
            Period(amount, unit)


def test_preloading_covers_what_is_asked() -> None:
    deadlines.preload_holidays([2026, 2027])
    assert CALENDAR.holiday_name(date(2027, 7, 19)) == "제헌절 대체 휴일"
