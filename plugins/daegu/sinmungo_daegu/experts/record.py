"""What was typed about an expert, understood: one place for screen and API."""

import re
from collections.abc import Collection, Mapping
from datetime import date

import msgspec

from sinmungo.sdk import (
    Gather,
    InputProblem,
    clean,
    display_phone,
    parse_date,
    parse_phone,
    resident_number_at,
)

LABELS = {
    "name": "이름",
    "phone": "연락처",
    "email": "전자우편",
    "affiliation": "소속",
    "title": "직함",
    "fields": "분야",
    "term_from": "위촉일",
    "term_to": "임기 끝",
    "active": "활동",
}
MAX_TEXT = 100
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")


class ExpertValues(msgspec.Struct, frozen=True):
    """An expert, opened. `phone` is national digits, `fields` are codes in the city's order."""

    name: str
    phone: str | None
    email: str | None
    affiliation: str
    title: str | None
    fields: list[str]
    term_from: date
    term_to: date
    active: bool


class _ProblemError(InputProblem):
    code = "daegu.experts.field"


def _line(text: str) -> str:
    line = clean(text)
    if len(line) > MAX_TEXT:
        raise _ProblemError(f"{MAX_TEXT}자까지 적을 수 있습니다.")
    if resident_number_at(line):
        raise _ProblemError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return line


def _email(text: str) -> str:
    line = _line(text)
    if line and not _EMAIL.fullmatch(line):
        raise _ProblemError("전자우편 주소를 알아볼 수 없습니다. 예: name@example.com")
    return line


def understand(texts: Mapping[str, str], known: Collection[str]) -> ExpertValues:
    """Return the values of a filled-in record; `known` are the codes of the city's fields.

    Raises `InvalidError` naming every field at fault.
    """
    gather = Gather()
    lines = {f: gather.take(f, _line, texts.get(f, ""), "") for f in ("name", "affiliation")}
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
        title=gather.take("title", _line, texts.get("title", ""), "") or None,
        fields=[code for code in known if code in chosen],
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
        "active": "1" if values.active else "",
    }
