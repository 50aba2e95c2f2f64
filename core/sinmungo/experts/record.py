"""What was typed about an expert, understood: one place for screen and API."""

import re
from collections.abc import Collection, Mapping
from datetime import date

import msgspec

from sinmungo.text.dates import parse_date
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, clean_multiline
from sinmungo.text.phone import display as display_phone
from sinmungo.text.phone import parse as parse_phone
from sinmungo.web.forms import Gather

LABELS = {
    "name": "이름",
    "phone": "연락처",
    "email": "전자우편",
    "affiliation": "소속",
    "title": "직함",
    "fields": "분야",
    "regions": "활동 지역",
    "capacity": "한 달 자문 건수",
    "term_from": "위촉일",
    "term_to": "임기 끝",
    "active": "활동",
}
MAX_TEXT = 100
MAX_BODY = 4000
MAX_REGIONS = 20
MAX_CAPACITY = 99
USUAL_CAPACITY = 4
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")


class ExpertValues(msgspec.Struct, frozen=True):
    """An expert, opened. `phone` is national digits, `fields` are codes in the city's order.

    `regions` are places as addresses name them (none: anywhere), `capacity` sessions a month.
    """

    name: str
    phone: str | None
    email: str | None
    affiliation: str
    title: str | None
    fields: list[str]
    regions: list[str]
    capacity: int
    term_from: date
    term_to: date
    active: bool


class FieldProblemError(InputProblem):
    """Something typed that cannot be taken; the message says why."""

    code = "experts.field"


def line(text: str) -> str:
    """Return a line of text; refuse a long one and one with a resident number."""
    return _checked(clean(text), MAX_TEXT)


def body(text: str) -> str:
    """Return a text of several lines under the same rules."""
    return _checked(clean_multiline(text), MAX_BODY)


def _checked(text: str, longest: int) -> str:
    if len(text) > longest:
        raise FieldProblemError(f"{longest:,}자까지 적을 수 있습니다.")
    if resident_number_at(text):
        raise FieldProblemError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return text


def whole_number(text: str, most: int) -> int:
    """Return a whole number from 0 to `most`, commas allowed."""
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit()) or int(plain) > most:
        raise FieldProblemError(f"0부터 {most:,}까지의 수로 적어 주세요.")
    return int(plain)


def _capacity(text: str) -> int:
    return whole_number(text, MAX_CAPACITY)


def _regions(text: str) -> list[str]:
    found = list(dict.fromkeys(name for part in text.split(",") if (name := line(part))))
    if len(found) > MAX_REGIONS:
        raise FieldProblemError(f"활동 지역은 {MAX_REGIONS}곳까지 적을 수 있습니다.")
    return found


def _email(text: str) -> str:
    address = line(text)
    if address and not _EMAIL.fullmatch(address):
        raise FieldProblemError("전자우편 주소를 알아볼 수 없습니다. 예: name@example.com")
    return address


def understand(texts: Mapping[str, str], known: Collection[str]) -> ExpertValues:
    """Return the values of a filled-in record; `known` are the codes of the city's fields.

    Raises `InvalidError` naming every field at fault.
    """
    gather = Gather()
    lines = {f: gather.take(f, line, texts.get(f, ""), "") for f in ("name", "affiliation")}
    gather.need("name", lines["name"], "이름을 적어 주세요.")
    gather.need("affiliation", lines["affiliation"], "소속을 적어 주세요.")
    phone = texts.get("phone", "").strip()
    chosen = {f for f in texts.get("fields", "").split(",") if f}
    gather.need("fields", chosen, "분야를 하나 이상 골라 주세요.")
    gather.need("fields", chosen <= set(known), "분야를 목록에서 골라 주세요.")
    first = gather.take("term_from", parse_date, texts.get("term_from", ""), date.min)
    last = gather.take("term_to", parse_date, texts.get("term_to", ""), date.max)
    if not {"term_from", "term_to"} & gather.errors.keys():
        gather.need("term_to", first <= last, "위촉일과 같거나 늦은 날이어야 합니다.")
    values = ExpertValues(
        name=lines["name"],
        phone=gather.take("phone", parse_phone, phone, None) if phone else None,
        email=gather.take("email", _email, texts.get("email", ""), "") or None,
        affiliation=lines["affiliation"],
        title=gather.take("title", line, texts.get("title", ""), "") or None,
        fields=[code for code in known if code in chosen],
        regions=gather.take("regions", _regions, texts.get("regions", ""), []),
        capacity=gather.take("capacity", _capacity, texts.get("capacity", ""), 0),
        term_from=first,
        term_to=last,
        active=texts.get("active", "") == "1",
    )
    gather.done()
    return values


def as_texts(values: ExpertValues) -> dict[str, str]:
    """Return a record as a form shows it; `understand` gives the same values back."""
    found = msgspec.structs.asdict(values)
    texts = {key: "" if value is None else str(value) for key, value in found.items()}
    return texts | {
        "phone": display_phone(values.phone) if values.phone else "",
        "fields": ",".join(values.fields),
        "regions": ", ".join(values.regions),
        "active": "1" if values.active else "",
    }
