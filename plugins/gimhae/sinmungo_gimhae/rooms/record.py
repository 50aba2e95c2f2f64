"""What was typed about a room, understood: one place for screen and API."""

from collections.abc import Mapping
from datetime import time

import msgspec

from sinmungo.sdk import Gather, InputProblem, clean, parse_datetime
from sinmungo_gimhae.rooms.models import WEEKDAYS

MAX_NAME, MAX_TEXT, MAX_SEATS = 60, 300, 1000


class RoomValues(msgspec.Struct, frozen=True):
    """A room as people fill it in; `open_days` are ISO weekdays in order."""

    name: str
    floor: str
    seats: int
    equipment: str | None
    open_days: str
    opens: time
    closes: time
    active: bool


class _ProblemError(InputProblem):
    code = "gimhae.rooms.field"


def _seats(text: str) -> int:
    plain = text.replace(",", "").removesuffix("석").removesuffix("명").strip()
    if not (plain.isascii() and plain.isdigit() and 1 <= int(plain) <= MAX_SEATS):
        raise _ProblemError(f"좌석 수는 1부터 {MAX_SEATS}까지의 숫자로 적어 주세요.")
    return int(plain)


def _time(text: str) -> time:
    return parse_datetime(text).time()


def _days(text: str) -> str:
    days = sorted({day for day in text.split(",") if day})
    if any(day not in WEEKDAYS for day in days):
        raise _ProblemError("요일을 목록에서 골라 주세요.")
    return "".join(days)


def understand(texts: Mapping[str, str]) -> RoomValues:
    """Return the values of a filled-in room; `InvalidError` names every field at fault."""
    gather = Gather()
    typed = {key: clean(value) for key, value in texts.items()}
    name, floor = typed.get("name", ""), typed.get("floor", "")
    gather.need("name", name and len(name) <= MAX_NAME, f"이름을 {MAX_NAME}자 안으로 적어 주세요.")
    gather.need("floor", floor and len(floor) <= MAX_NAME, "층을 적어 주세요. 예: 3층")
    equipment = typed.get("equipment", "")
    gather.need("equipment", len(equipment) <= MAX_TEXT, f"{MAX_TEXT}자까지 적을 수 있습니다.")
    seats = gather.take("seats", _seats, typed.get("seats", ""), 0)
    days = gather.take("open_days", _days, typed.get("open_days", ""), "")
    if "open_days" not in gather.errors:
        gather.need("open_days", days, "여는 요일을 하나 이상 골라 주세요.")
    opens = gather.take("opens", _time, typed.get("opens", ""), time())
    closes = gather.take("closes", _time, typed.get("closes", ""), time())
    if not {"opens", "closes"} & gather.errors.keys():
        gather.need("closes", opens < closes, "닫는 시각은 여는 시각보다 늦어야 합니다.")
    gather.done()
    active = typed.get("active", "") == "1"
    return RoomValues(name, floor, seats, equipment or None, days, opens, closes, active)


def as_texts(room: msgspec.Struct) -> dict[str, str]:
    """Return a room as a form shows it; `understand` gives the same values back."""
    found = {field: getattr(room, field) for field in RoomValues.__struct_fields__}
    texts = {key: "" if value is None else str(value) for key, value in found.items()}
    return texts | {
        "open_days": ",".join(found["open_days"]),
        "opens": f"{found['opens']:%H:%M}",
        "closes": f"{found['closes']:%H:%M}",
        "active": "1" if found["active"] else "",
    }


def days_ko(open_days: str) -> str:
    """Return weekdays as people say them: "월~금", "월·수·금", "매일"."""
    if len(open_days) == len(WEEKDAYS):
        return "매일"
    first, last = open_days[0], open_days[-1]
    unbroken = int(last) - int(first) + 1 == len(open_days)
    if unbroken and len(open_days) > 2:  # noqa: PLR2004 - two days read better as 월·화
        return f"{WEEKDAYS[first]}~{WEEKDAYS[last]}"
    return "·".join(WEEKDAYS[day] for day in open_days)
