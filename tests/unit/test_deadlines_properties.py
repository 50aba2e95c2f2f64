from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sinmungo.clock import SEOUL
from sinmungo.deadlines import (
    Extension,
    ExtensionReason,
    Pause,
    Period,
    Unit,
    WorkCalendar,
    due_for,
)

CALENDAR = WorkCalendar()
FIRST, LAST = date(2024, 1, 1), date(2029, 12, 31)
CLOCK_UNITS = [Unit.HOURS, Unit.DAYS, Unit.WORKING_DAYS, Unit.WEEKS, Unit.MONTHS]

moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - the strategy takes naive bounds
    max_value=datetime(2029, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.just(SEOUL),
)
periods = st.builds(Period, st.integers(1, 30), st.sampled_from(CLOCK_UNITS)) | st.just(
    Period(1, Unit.AT_ONCE)
)
days = st.dates(FIRST, LAST)
near = st.integers(-3, 60)


@st.composite
def pauses_after(draw: st.DrawFn, accepted: datetime) -> Pause:
    first = accepted.date() + timedelta(days=draw(near))
    return Pause(first, first + timedelta(days=draw(st.integers(0, 30))))


@given(periods, moments, st.data())
def test_due_is_a_working_moment_not_before_acceptance(
    period: Period, accepted: datetime, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(pauses_after(accepted), max_size=3))
    due = due_for(period, accepted, CALENDAR, pauses)
    assert CALENDAR.is_working_moment(due.moment)
    assert not any(pause.first <= due.day <= pause.last for pause in pauses)
    assert due.day == due.moment.date()
    assert due.moment <= due.legal_until
    assert due.day >= accepted.date()


@given(st.sampled_from(CLOCK_UNITS), st.integers(1, 29), st.integers(0, 10), moments)
def test_a_longer_period_is_never_due_earlier(
    unit: Unit, amount: int, more: int, accepted: datetime
) -> None:
    shorter = due_for(Period(amount, unit), accepted, CALENDAR)
    assert due_for(Period(amount + more, unit), accepted, CALENDAR).moment >= shorter.moment


@given(periods, moments, st.timedeltas(timedelta(), timedelta(days=40)))
def test_later_acceptance_is_never_due_earlier(
    period: Period, accepted: datetime, wait: timedelta
) -> None:
    first = due_for(period, accepted, CALENDAR)
    assert due_for(period, accepted + wait, CALENDAR).moment >= first.moment


@given(periods, moments, near)
def test_another_holiday_never_brings_the_due_forward(
    period: Period, accepted: datetime, offset: int
) -> None:
    day = accepted.date() + timedelta(days=offset)
    longer = CALENDAR.with_added(day, "임시공휴일")
    assert due_for(period, accepted, longer).moment >= due_for(period, accepted, CALENDAR).moment


@given(periods, moments, st.data())
def test_another_pause_never_brings_the_due_forward(
    period: Period, accepted: datetime, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(pauses_after(accepted), max_size=2))
    more = [*pauses, data.draw(pauses_after(accepted))]
    before = due_for(period, accepted, CALENDAR, pauses)
    assert due_for(period, accepted, CALENDAR, more).moment >= before.moment


@given(st.integers(1, 80), moments)
def test_an_hour_clock_consumes_exactly_its_hours(hours: int, accepted: datetime) -> None:
    due = due_for(Period(hours, Unit.HOURS), accepted, CALENDAR)
    assert CALENDAR.working_time_between(accepted, due.moment) == timedelta(hours=hours)


@given(st.integers(6, 60), moments)
def test_a_day_clock_counts_exactly_its_working_days(amount: int, accepted: datetime) -> None:
    due = due_for(Period(amount, Unit.DAYS), accepted, CALENDAR)
    span = (due.day - accepted.date()).days + 1
    passed = (accepted.date() + timedelta(days=n) for n in range(span))
    assert sum(map(CALENDAR.is_working_day, passed)) == amount


@given(st.integers(6, 30), st.integers(1, 30), moments)
def test_an_extension_is_the_same_as_a_longer_period(
    amount: int, more: int, accepted: datetime
) -> None:
    extra = Extension(Period(more, Unit.DAYS), ExtensionReason.COOPERATION)
    extended = due_for(Period(amount, Unit.DAYS), accepted, CALENDAR, [], [extra])
    assert extended == due_for(Period(amount + more, Unit.DAYS), accepted, CALENDAR)


@given(moments)
def test_the_same_instant_in_another_zone_is_due_the_same(accepted: datetime) -> None:
    period = Period(3, Unit.DAYS)
    in_utc = accepted.astimezone(SEOUL).astimezone()
    assert due_for(period, in_utc, CALENDAR) == due_for(period, accepted, CALENDAR)
