"""What was typed into a company's record, understood: one place for screen and API.

Texts come in by field name; a missing field keeps what is stored, an empty one clears it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from sinmungo import clock
from sinmungo.companies.models import PREMISES, SIZE_CLASSES
from sinmungo.companies.search import looks_like_number
from sinmungo.text import business_no, dates, phone
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, company_key, is_initials
from sinmungo.web.forms import Gather

LABELS = {
    "name": "업체명",
    "business_no": "사업자등록번호",
    "representative": "대표자",
    "phone": "대표전화",
    "address": "주소",
    "dong": "읍·면·동",
    "complex": "산업단지",
    "industry": "업종",
    "products": "주생산품",
    "size_class": "기업 규모",
    "employees": "종업원 수",
    "employees_foreign": "외국인",
    "employees_on": "종업원 수 기준일",
    "founded_on": "설립일",
    "factory_registered": "공장등록",
    "premises": "자가·임대",
}
YES_NO = {"Y": "등록", "N": "미등록"}
DATE_FIELDS = ("employees_on", "founded_on", "state_on")
_MAX_TEXT = 300
_MAX_PEOPLE = 1_000_000
_LONGEST_NUMERIC_NAME = 5


class CompanyValues(msgspec.Struct, frozen=True):
    """The fields people fill in, understood and normalised. None: not known."""

    name: str
    business_no: str | None = None
    representative: str | None = None
    phone: str | None = None
    address: str | None = None
    dong: str | None = None
    complex: str | None = None
    industry: str | None = None
    products: str | None = None
    size_class: str | None = None
    employees: int | None = None
    employees_foreign: int | None = None
    employees_on: date | None = None
    founded_on: date | None = None
    factory_registered: bool | None = None
    premises: str | None = None


class FieldError(InputProblem):
    """A rule of the record that has no parser of its own."""

    code = "companies.field"


def _name(text: str) -> str:
    line = plain_text(text)
    if is_initials(line) or (looks_like_number(line) and len(line) > _LONGEST_NUMERIC_NAME):
        raise FieldError(
            "번호나 초성만으로는 등록할 수 없습니다. 업체를 고르거나 이름을 적어 주세요."
        )
    return line


def plain_text(text: str) -> str:
    """Return one clean line of at most 300 letters without a resident number in it."""
    line = clean(text)
    if len(line) > _MAX_TEXT:
        raise FieldError(f"{_MAX_TEXT}자까지 적을 수 있습니다.")
    if resident_number_at(line):
        raise FieldError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return line


def people_count(text: str) -> int:
    """Return a number of people as typed: "52", "1,200명"."""
    plain = "".join(text.split()).replace(",", "").removesuffix("명")
    if not (plain.isascii() and plain.isdigit() and int(plain) <= _MAX_PEOPLE):
        raise FieldError("사람 수는 숫자로 적어 주세요. 예: 52")
    return int(plain)


def past_day(text: str) -> date:
    """Return a day as typed that does not lie ahead."""
    day = dates.parse_date(text)
    if day > clock.today():
        raise FieldError(f"아직 오지 않은 날입니다: {dates.date_ko(day)}")
    return day


def _choice(options: Mapping[str, object]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in options:
            raise FieldError("목록에서 골라 주세요.")
        return text

    return parse


def _yes_no(text: str) -> bool:
    return _choice(YES_NO)(text) == "Y"


_PARSERS: dict[str, Callable[[str], Any]] = {
    "name": _name,
    "business_no": business_no.parse,
    "phone": phone.parse,
    "size_class": _choice(SIZE_CLASSES),
    "employees": people_count,
    "employees_foreign": people_count,
    "employees_on": past_day,
    "founded_on": past_day,
    "factory_registered": _yes_no,
    "premises": _choice(PREMISES),
}


def understand(texts: Mapping[str, str]) -> CompanyValues:
    """Return the values of a filled-in record; `InvalidError` names every field at fault."""
    gather = Gather()
    found: dict[str, Any] = {}
    for field in CompanyValues.__struct_fields__:
        typed = texts.get(field, "").strip()
        value = gather.take(field, _PARSERS.get(field, plain_text), typed, None) if typed else None
        found[field] = None if value == "" else value
    gather.need("name", company_key(found["name"] or ""), "업체명을 적어 주세요.")
    _check_people(gather, found)
    gather.done()
    return CompanyValues(**found)


def _check_people(gather: Gather, found: Mapping[str, Any]) -> None:
    total, foreign = found["employees"], found["employees_foreign"]
    if total is not None and found["employees_on"] is None:
        gather.errors.setdefault("employees_on", "종업원 수를 센 기준일을 적어 주세요.")
    if foreign is None or {"employees", "employees_foreign"} & gather.errors.keys():
        return
    if total is None:
        gather.errors["employees"] = "전체 종업원 수도 적어 주세요."
    elif foreign > total:
        gather.errors["employees_foreign"] = "외국인이 전체 종업원 수보다 많습니다."


def as_texts(values: CompanyValues) -> dict[str, str]:
    """Return the values as a form shows them; `understand` gives the same values back."""
    found = {f: getattr(values, f) for f in values.__struct_fields__}
    return {field: _as_text(field, value) for field, value in found.items()}


def _as_text(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field == "business_no":
        return business_no.display(value)
    if field == "phone":
        return phone.display(value)
    if isinstance(value, bool):
        return "Y" if value else "N"
    return str(value)


def echoes(texts: Mapping[str, str]) -> dict[str, str]:
    """Return how the typed dates were understood, for showing beside their fields."""
    found = dict.fromkeys(DATE_FIELDS, "")
    for field in DATE_FIELDS:
        try:
            found[field] = dates.date_ko(dates.parse_date(texts.get(field, "")))
        except dates.DateError:
            continue
    return found


def changed_fields(old: CompanyValues, new: CompanyValues) -> list[str]:
    """Return the names of the fields that differ, in the record's order."""
    return [f for f in new.__struct_fields__ if getattr(old, f) != getattr(new, f)]
