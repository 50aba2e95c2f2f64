"""How pages say what the tables hold: weekdays, hours, states and the grid of a day."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.bookings.models import STATES
from sinmungo.bookings.slots import Plan, closed_reason, day_slots
from sinmungo.bookings.types import Hours, Line, Room, Slot
from sinmungo.text.dates import parse_datetime
from sinmungo.text.errors import InputProblem

WEEKDAYS = {1: "월", 2: "화", 3: "수", 4: "목", 5: "금", 6: "토", 7: "일"}
TONES = {"BOOKED": "primary", "DONE": "success", "NO_SHOW": "danger", "CANCELLED": ""}
_LONG = 2


class HoursError(InputProblem):
    """Opening hours that cannot be read."""

    code = "bookings.hours"


class Cell(msgspec.Struct):
    """One room at one time: `kind` is a SlotState, `service_id` what the rota decides."""

    kind: str
    room_id: UUID
    starts_at: datetime
    booking: Line | None = None
    goes_on: bool = False
    service_id: UUID | None = None


class RoomColumn(msgspec.Struct):
    """A room of the day with its cells by time; `closed` says why there are none."""

    room: Room
    closed: str | None
    cells: dict[str, Cell]


class DayGrid(msgspec.Struct):
    """A day: times down, rooms across. `others` are bookings that no slot shows any more."""

    times: list[str]
    columns: list[RoomColumn]
    others: list[Line]

    @property
    def free(self) -> int:
        """How many times are free."""
        return sum(cell.kind == "FREE" for c in self.columns for cell in c.cells.values())


def state(code: str) -> str:
    """Return the Korean word for a state."""
    return STATES.get(code, code)


def hm(moment: datetime) -> str:
    """Return a moment's wall-clock time, "09:30"."""
    return f"{clock.to_seoul(moment):%H:%M}"


def day_grid(plan: Plan, day: date, lines: Sequence[Line], now: datetime) -> DayGrid:
    """Return the grid of a day from its plan and bookings."""
    by_id = {line.id: line for line in lines}
    columns, shown = [], set[UUID]()
    for room in plan.rooms:
        slots = day_slots(plan, room, day, now)
        cells = {hm(slot.starts_at): _cell(slot, by_id, shown) for slot in slots}
        columns.append(RoomColumn(room, closed_reason(plan, room, day), cells))
    times = sorted({wall for column in columns for wall in column.cells})
    standing = [line for line in lines if line.state != "CANCELLED"]
    return DayGrid(times, columns, [line for line in standing if line.id not in shown])


def _cell(slot: Slot, by_id: dict[UUID, Line], shown: set[UUID]) -> Cell:
    booking = by_id.get(slot.booking_id) if slot.booking_id else None
    goes_on = booking is not None and booking.id in shown
    if booking:
        shown.add(booking.id)
    decided = slot.service_ids[0] if slot.consultant_id and slot.service_ids else None
    return Cell(slot.state, slot.room_id, slot.starts_at, booking, goes_on, decided)


def until(days: int) -> str:
    """Return until when something is possible, so many days before: "당일까지", "3일 전까지"."""
    return {0: "당일까지", 1: "전날까지"}.get(days, f"{days}일 전까지")


def hours_texts(hours: Sequence[Hours]) -> dict[int, str]:
    """Return opening hours as a form shows them, by weekday: "09:00~12:00, 13:00~18:00"."""
    found: dict[int, list[str]] = {}
    for h in sorted(hours, key=lambda h: (h.weekday, h.opens)):
        found.setdefault(h.weekday, []).append(f"{h.opens:%H:%M}~{h.closes:%H:%M}")
    return {weekday: ", ".join(spans) for weekday, spans in found.items()}


def parse_hours(text: str, weekday: int) -> list[Hours]:
    """Return the openings of a weekday from such a text. Raises an InputProblem."""
    found = []
    for part in text.replace("，", ",").split(","):
        if not part.strip():
            continue
        opens, mark, closes = part.replace("-", "~").replace("∼", "~").partition("~")
        if not mark:
            raise HoursError("09:00~12:00, 13:00~18:00처럼 적어 주세요.")
        found.append(Hours(weekday, parse_time(opens), parse_time(closes)))
    return found


def parse_time(text: str) -> time:
    """Return a wall-clock time as typed: 09:00, 9시, 오후 2시. Raises an InputProblem."""
    return parse_datetime(text).time()


def hours_ko(hours: Sequence[Hours]) -> str:
    """Return opening hours as people say them: "월~금 09:00~18:00, 토 10:00~13:00"."""
    groups: dict[str, list[int]] = {}
    for weekday, text in sorted(hours_texts(hours).items()):
        groups.setdefault(text, []).append(weekday)
    return " / ".join(f"{_days(days)} {text}" for text, days in groups.items())


def _days(days: list[int]) -> str:
    if len(days) > _LONG and days[-1] - days[0] + 1 == len(days):
        return f"{WEEKDAYS[days[0]]}~{WEEKDAYS[days[-1]]}"
    return "·".join(WEEKDAYS[day] for day in days)
