"""What was typed about an agency, understood: one place for screen, API, seed and import."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import msgspec

from sinmungo.agencies.models import KINDS
from sinmungo.agencies.queries import AgencyRow
from sinmungo.text import dates, phone
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, company_key
from sinmungo.web.forms import Gather

LABELS = {
    "name": "기관명",
    "short_name": "줄임말",
    "kind": "종류",
    "phone": "대표전화",
    "url": "누리집",
    "valid_from": "생긴 날",
}
_MAX_TEXT = 100


class AgencyValues(msgspec.Struct, frozen=True):
    """The fields people fill in, understood. `phone` is national digits, of the institution."""

    name: str
    kind: str
    short_name: str | None = None
    phone: str | None = None
    url: str | None = None
    valid_from: date | None = None


class AgencyFieldError(InputProblem):
    """A rule of the record that has no parser of its own."""

    code = "agencies.field"


def _line(text: str) -> str:
    line = clean(text)
    if len(line) > _MAX_TEXT:
        raise AgencyFieldError(f"{_MAX_TEXT}자까지 적을 수 있습니다.")
    if resident_number_at(line):
        raise AgencyFieldError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return line


def _kind(text: str) -> str:
    if text not in KINDS:
        raise AgencyFieldError("목록에서 골라 주세요.")
    return text


def _url(text: str) -> str:
    line = _line(text)
    whole = line if "://" in line else f"https://{line}"
    try:
        parts = urlsplit(whole)
        sound = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:
        sound = False
    if not sound or " " in line:
        raise AgencyFieldError("누리집 주소를 알아볼 수 없습니다. 예: https://www.example.go.kr")
    return whole


_PARSERS: dict[str, Callable[[str], Any]] = {
    "kind": _kind,
    "phone": phone.parse,
    "url": _url,
    "valid_from": dates.parse_date,
}


def understand(texts: Mapping[str, str]) -> AgencyValues:
    """Return the values of a filled-in form; `InvalidError` names every field at fault."""
    gather = Gather()
    found: dict[str, Any] = {}
    for field in AgencyValues.__struct_fields__:
        typed = texts.get(field, "").strip()
        value = gather.take(field, _PARSERS.get(field, _line), typed, None) if typed else None
        found[field] = value or None
    gather.need("name", company_key(found["name"] or ""), "기관명을 적어 주세요.")
    gather.need("kind", found["kind"], "종류를 골라 주세요.")
    gather.done()
    return AgencyValues(**found)


def as_texts(row: AgencyRow) -> dict[str, str]:
    """Return a stored agency as its form shows it; `understand` gives the same values back."""
    return {
        "name": row.name,
        "kind": row.kind,
        "short_name": row.short_name or "",
        "phone": phone.display(row.phone) if row.phone else "",
        "url": row.url or "",
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
    }
