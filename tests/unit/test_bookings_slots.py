"""The arithmetic of slots: hours cut, closed days, the rota, and no slot free that is taken."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.bookings import look
from sinmungo.bookings.booking import at_remind, months_before
from sinmungo.bookings.setup import hours_problem
from sinmungo.bookings.slots import (
    Plan,
    Taken,
    at,
    closed_reason,
    cut,
    day_slots,
    free_slots,
    rota_of,
    runs,
)
from sinmungo.bookings.types import Closure, Hours, Room, RotaLine, Service
from sinmungo.deadlines import WorkCalendar

TUESDAY = date(2026, 11, 3)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FUNDS, EXPORT = UUID(int=1), UUID(int=2)
ROOM, OTHER = UUID(int=11), UUID(int=12)
WHO = UUID(int=21)
HALF = timedelta(minutes=30)
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))


def room(room_id: UUID = ROOM, **given: object) -> Room:
    values = {
        "id": room_id,
        "name": "1호",
        "place": "1층",
        "seats": 4,
        "equipment": None,
        "service_ids": [],
        "hours": [Hours(2, time(9), time(12))],
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "row_version": 1,
    }
    return Room(**{**values, **given})  # type: ignore[arg-type]


def plan(**given: object) -> Plan:
    values = {
        "slot": HALF,
        "calendar": WorkCalendar(),
        "rooms": [room()],
        "services": [Service(FUNDS, "자금", 10, True, 1), Service(EXPORT, "수출", 20, True, 1)],
        "closures": [],
        "rota": [],
        "taken": [],
    }
    return Plan(**{**values, **given})  # type: ignore[arg-type]


def line(**given: object) -> RotaLine:
    values = {
        "id": UUID(int=31),
        "room_id": ROOM,
        "consultant_id": WHO,
        "service_id": EXPORT,
        "weekday": 2,
        "on_day": None,
        "opens": time(10),
        "closes": time(11),
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "row_version": 1,
    }
    return RotaLine(**{**values, **given})  # type: ignore[arg-type]


@given(quarters, quarters, st.sampled_from([10, 15, 20, 30, 40, 60]))
def test_slots_tile_their_hours(opens: time, closes: time, minutes: int):
    if opens >= closes:
        assert hours_problem([Hours(2, opens, closes)])
        return
    found = cut([Hours(2, opens, closes)], TUESDAY, timedelta(minutes=minutes))
    begin, end = at(TUESDAY, opens), at(TUESDAY, closes)
    assert all(b - a == timedelta(minutes=minutes) for a, b in found)
    assert [b for _, b in found[:-1]] == [a for a, _ in found[1:]]
    left = end - (found[-1][1] if found else begin)
    assert timedelta() <= left < timedelta(minutes=minutes)
    assert not found or found[0][0] == begin


@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(1, 4), st.sampled_from([ROOM, OTHER])), max_size=6
    )
)
def test_nothing_taken_is_free(held: list[tuple[int, int, UUID]]):
    start = at(TUESDAY, time(9))
    taken = [
        Taken(UUID(int=100 + n), where, None, start + a * HALF / 2, start + (a + b) * HALF / 2)
        for n, (a, b, where) in enumerate(held)
    ]
    whole = plan(rooms=[room(), room(OTHER)], taken=taken)
    for slot in free_slots(whole, TUESDAY, FUNDS, LONG_AGO):
        for t in taken:
            assert (
                t.room_id != slot.room_id
                or t.ends_at <= slot.starts_at
                or slot.ends_at <= t.starts_at
            )


def test_why_a_room_is_closed():
    whole = plan(closures=[Closure(UUID(int=5), None, TUESDAY, TUESDAY, "공사")])
    assert closed_reason(whole, room(), TUESDAY) == "공사"
    assert closed_reason(plan(), room(), date(2026, 11, 4)) == "쉬는 요일"
    assert closed_reason(plan(), room(valid_to=TUESDAY), TUESDAY) == "쓰지 않는 방"
    friday = room(hours=[Hours(5, time(9), time(12))])
    assert closed_reason(plan(), friday, date(2026, 12, 25)) == "기독탄신일"
    added = WorkCalendar(added={TUESDAY: "임시공휴일"})
    assert closed_reason(plan(calendar=added), room(), TUESDAY) == "임시공휴일"


def test_under_the_rota_only_its_service():
    by_time = {
        look.hm(s.starts_at): (s.service_ids, s.consultant_id)
        for s in day_slots(plan(rota=[line()]), room(), TUESDAY, LONG_AGO)
    }
    assert by_time["09:30"] == ([FUNDS, EXPORT], None)
    assert by_time["10:00"] == by_time["10:30"] == ([EXPORT], WHO)
    assert by_time["11:00"] == ([FUNDS, EXPORT], None)
    own = day_slots(plan(), room(service_ids=[FUNDS]), TUESDAY, LONG_AGO)
    assert {tuple(s.service_ids) for s in own} == {(FUNDS,)}


def test_a_day_before_the_week_and_only_while_valid():
    guest = line(id=UUID(int=32), consultant_id=UUID(int=22), weekday=None, on_day=TUESDAY)
    ten = at(TUESDAY, time(10))
    assert rota_of([line(), guest], ROOM, ten) is guest
    assert rota_of([guest], ROOM, ten + timedelta(days=7)) is None
    assert rota_of([line(valid_to=TUESDAY)], ROOM, ten) is None
    assert rota_of([line()], OTHER, ten) is None


def test_busy_elsewhere_is_not_free():
    held = Taken(UUID(int=101), OTHER, WHO, at(TUESDAY, time(10)), at(TUESDAY, time(10, 30)))
    states = {
        look.hm(s.starts_at): s.state
        for s in day_slots(plan(rota=[line()], taken=[held]), room(), TUESDAY, LONG_AGO)
    }
    assert (states["10:00"], states["10:30"]) == ("BUSY", "FREE")


def test_neighbouring_slots_do_not_cross_lunch():
    lunch = room(hours=[Hours(2, time(11), time(12)), Hours(2, time(13), time(14))])
    found = runs(plan(), lunch, at(TUESDAY, time(11, 30)), 3, LONG_AGO)
    assert [look.hm(s.starts_at) for s in found] == ["11:30"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9시~12시, 13:00-18:00", "09:00~12:00, 13:00~18:00"),
        ("오전 9시 ~ 오후 6시", "09:00~18:00"),
        ("", None),
    ],
)
def test_hours_as_they_are_typed(text: str, said: str | None):
    assert look.hours_texts(look.parse_hours(text, 3)).get(3) == said


def test_hours_as_people_say_them():
    week = [Hours(day, time(9), time(18)) for day in range(1, 6)]
    assert look.hours_ko(week) == "월~금 09:00~18:00"
    assert look.hours_ko([week[0], week[1], Hours(6, time(10), time(13))]) == (
        "월·화 09:00~18:00 / 토 10:00~13:00"
    )
    assert look.hours_ko([week[1], week[3], week[4]]) == "화·목·금 09:00~18:00"


@pytest.mark.parametrize(
    ("day", "months", "since"),
    [
        ("2026-11-22", 3, "2026-08-22"),
        ("2026-05-31", 3, "2026-02-28"),
        ("2026-02-10", 14, "2024-12-10"),
    ],
)
def test_months_back(day: str, months: int, since: str):
    assert months_before(date.fromisoformat(day), months) == clock.at(
        date.fromisoformat(since), "00:00"
    )


def test_the_reminder_goes_out_the_morning_before():
    assert at_remind(TUESDAY) == datetime.fromisoformat("2026-11-02T09:00:00+09:00")
