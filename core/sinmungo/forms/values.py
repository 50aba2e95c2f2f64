"""One answer, understood by the kind of its question: the same for a form, the API and an import.

What comes in is a text as typed, or the value itself over the API; what is stored is JSON: a text,
a whole or decimal number, true or false, a list, a day as "2026-11-22".
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sinmungo.forms.types import Field, Given
from sinmungo.text import dates, money
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, clean_multiline

MAX_LINE, MAX_TEXT = 200, 4000
YES, NO = "예", "아니오"
_NUMBER = re.compile(r"-?\d{1,11}(?:\.\d{1,4})?", re.ASCII)
_YES_NO = {"1": True, "예": True, "true": True, "네": True, "0": False, "아니오": False}
_YES_NO |= {"아니요": False, "false": False}


class AnswerProblemError(InputProblem):
    """An answer that cannot be stored."""

    code: ClassVar[str] = "forms.answer"


def understand(field: Field, raw: object) -> Given:
    """Return what was answered. Raises InputProblem (a Korean message without the value)."""
    text = as_text(raw)
    if not text.strip():
        return Given(field, None, "")
    value = _READ[field.kind](field, text)
    return Given(field, value, shown(field, value))


def as_text(raw: object) -> str:
    """Return an answer as a form has it. Raises AnswerProblemError for what no answer can be."""
    match raw:
        case None:
            return ""
        case str():
            return raw
        case bool():
            return "1" if raw else "0"
        case int() | Decimal():
            return str(raw)
        case float():
            return format(Decimal(str(raw)), "f")
        case list() if all(isinstance(one, str) for one in raw):
            return ",".join(raw)
    raise AnswerProblemError("답의 꼴이 맞지 않습니다.")


def shown(field: Field, value: Any) -> str:
    """Return a stored value as a person reads it."""
    match field.kind:
        case "YESNO":
            return YES if value else NO
        case "MANY":
            return ", ".join(value)
        case "WON":
            return f"{value:,}원"
        case "NUMBER":
            return f"{value:,}{_with_space(field.unit)}"
        case "DATE":
            return dates.date_ko(date.fromisoformat(value))
    return str(value)


def _with_space(unit: str) -> str:
    """A unit of letters stands apart from its number (50 kW), a Korean one does not (50명)."""
    return f" {unit}" if unit and unit.isascii() and unit != "%" else unit


def _short(_: Field, text: str) -> str:
    return _checked(clean(text), MAX_LINE)


def _long(_: Field, text: str) -> str:
    return _checked(clean_multiline(text), MAX_TEXT)


def _checked(text: str, limit: int) -> str:
    if len(text) > limit:
        raise AnswerProblemError(f"{limit:,}자까지 적을 수 있습니다.")
    if resident_number_at(text):
        raise AnswerProblemError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return text


def _number(field: Field, text: str) -> int | float:
    plain = clean(text).removesuffix(field.unit).replace(",", "").strip()
    if not _NUMBER.fullmatch(plain):
        raise AnswerProblemError("숫자로 적어 주세요. 예: 1,200 또는 12.5")
    found = Decimal(plain)
    return int(found) if found == found.to_integral_value() else float(found)


def _won(_: Field, text: str) -> int:
    return money.parse(text)


def _date(_: Field, text: str) -> str:
    return dates.parse_date(text).isoformat()


def _yes_no(_: Field, text: str) -> bool:
    found = _YES_NO.get(clean(text).lower())
    if found is None:
        raise AnswerProblemError("예나 아니오를 골라 주세요.")
    return found


def _one(field: Field, text: str) -> str:
    chosen = clean(text)
    if chosen not in field.choices:
        raise AnswerProblemError("목록에서 골라 주세요.")
    return chosen


def _many(field: Field, text: str) -> list[str]:
    chosen = {clean(part) for part in text.split(",")} - {""}
    if not chosen <= set(field.choices):
        raise AnswerProblemError("목록에서 골라 주세요.")
    return [choice for choice in field.choices if choice in chosen]


_READ: dict[str, Callable[[Field, str], Any]] = {
    "SHORT": _short,
    "LONG": _long,
    "NUMBER": _number,
    "WON": _won,
    "DATE": _date,
    "YESNO": _yes_no,
    "ONE": _one,
    "MANY": _many,
}
