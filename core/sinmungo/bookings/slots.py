"""Which times of a day can be booked: plain arithmetic over what the tables say, no database.

A room's hours are cut into slots from their beginning. A slot under a line of the rota offers that
line's service with its consultant; one without offers the room's own services with nobody named.
A line for one day goes before the weekly ones that it touches.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.bookings.types import Closure, Hours, Room, RotaLine, Service, Slot
from sinmungo.deadlines import WorkCalendar


class Taken(msgspec.Struct):
    """A booking that holds its time."""

    id: UUID
    room_id: UUID
    consultant_id: UUID | None
    starts_at: datetime
    ends_at: datetime


class Plan(msgspec.Struct, frozen=True):
    """Everything that decides what is free in a span of days."""

    slot: timedelta
    calendar: WorkCalendar
    rooms: Sequence[Room]
    services: Sequence[Service]
    closures: Sequence[Closure]
    rota: Sequence[RotaLine]
    taken: Sequence[Taken]

    def room(self, room_id: UUID) -> Room | None:
        """Return a room of the plan, or None."""
        return next((r for r in self.rooms if r.id == room_id), None)


def closed_reason(plan: Plan, room: Room, day: date) -> str | None:
    """Return why the room is closed all day, None if it is open at some time."""
    if day < room.valid_from or (room.valid_to is not None and day >= room.valid_to):
        return "쓰지 않는 방"
    for closure in plan.closures:
        if closure.room_id in {None, room.id} and closure.first_day <= day <= closure.last_day:
            return closure.reason
    holiday = plan.calendar.holiday_name(day)
    if holiday:
        return holiday
    return None if any(h.weekday == day.isoweekday() for h in room.hours) else "쉬는 요일"


def cut(hours: Iterable[Hours], day: date, slot: timedelta) -> list[tuple[datetime, datetime]]:
    """Return the slots of a day in order; what is left of an opening and too short is dropped."""
    found = []
    for span in sorted((h for h in hours if h.weekday == day.isoweekday()), key=lambda h: h.opens):
        start, end = at(day, span.opens), at(day, span.closes)
        while start + slot <= end:
            found.append((start, start + slot))
            start += slot
    return found


def at(day: date, wall: time) -> datetime:
    """Return the moment of a Seoul wall-clock time."""
    return datetime.combine(day, wall, tzinfo=clock.SEOUL)


def rota_of(lines: Iterable[RotaLine], room_id: UUID, start: datetime) -> RotaLine | None:
    """Return the line under which a slot of this room begins, or None."""
    local = clock.to_seoul(start)
    day, wall = local.date(), local.time()
    mine = [line for line in lines if line.room_id == room_id and line.opens <= wall < line.closes]
    dated = next((line for line in mine if line.on_day == day), None)
    return dated or next((line for line in mine if sits_weekly(line, day)), None)


def sits_weekly(line: RotaLine, day: date) -> bool:
    """Return whether a weekly line holds on a day."""
    return (
        line.weekday == day.isoweekday()
        and line.valid_from <= day
        and (line.valid_to is None or day < line.valid_to)
    )


def day_slots(plan: Plan, room: Room, day: date, now: datetime) -> list[Slot]:
    """Return the room's slots of a day; none on a day when it is closed."""
    if closed_reason(plan, room, day) is not None:
        return []
    return [_slot(plan, room, start, end, now) for start, end in cut(room.hours, day, plan.slot)]


def _slot(plan: Plan, room: Room, start: datetime, end: datetime, now: datetime) -> Slot:
    line = rota_of(plan.rota, room.id, start)
    consultant = line.consultant_id if line else None
    active = [s.id for s in plan.services if s.active]
    wanted = [line.service_id] if line else (room.service_ids or active)
    overlapping = [t for t in plan.taken if t.starts_at < end and start < t.ends_at]
    here = next((t for t in overlapping if t.room_id == room.id), None)
    busy = consultant is not None and any(t.consultant_id == consultant for t in overlapping)
    return Slot(
        room_id=room.id,
        starts_at=start,
        ends_at=end,
        state="TAKEN" if here else "PAST" if end <= now else "BUSY" if busy else "FREE",
        service_ids=[s for s in active if s in wanted],
        consultant_id=consultant,
        booking_id=here.id if here else None,
    )


def free_slots(plan: Plan, day: date, service_id: UUID, now: datetime) -> list[Slot]:
    """Return every free slot for a service that has not begun, rooms in order, then times."""
    return [
        slot
        for room in plan.rooms
        for slot in day_slots(plan, room, day, now)
        if slot.state == "FREE" and service_id in slot.service_ids and slot.starts_at > now
    ]


def runs(plan: Plan, room: Room, start: datetime, count: int, now: datetime) -> list[Slot]:
    """Return `count` neighbouring slots from `start`, fewer where the room closes before."""
    day = clock.to_seoul(start).date()
    found: list[Slot] = []
    for slot in day_slots(plan, room, day, now):
        wanted = found[-1].ends_at if found else start
        if slot.starts_at == wanted and len(found) < count:
            found.append(slot)
    return found
