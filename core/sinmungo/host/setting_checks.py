"""Whether a value fits its field, said in Korean under the name of the form's field."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from sinmungo.host.setting_fields import MAX_LINE, FieldSpec
from sinmungo.text.normalise import clean, clean_multiline

_MAX_TEXT, _MAX_LINES = 4000, 1000
_NEED = "적어 주세요."


def cleaned(spec: FieldSpec, value: Any) -> Any:
    """Return a value with its texts normalised; anything but text stays as it is."""
    match spec.kind, value:
        case "line" | "fixed", str():
            return clean(value)
        case "text", str():
            return clean_multiline(value)
        case "lines", list() if all(isinstance(line, str) for line in value):
            return list(dict.fromkeys(filter(None, map(clean, value))))
        case "rows", list() if all(isinstance(row, dict) for row in value):
            columns = {c.name: c for c in spec.columns}
            return [
                {k: cleaned(columns[k], v) for k, v in row.items() if k in columns} for row in value
            ]
    return value


def problems(spec: FieldSpec, value: Any) -> dict[str, str]:
    """Return what is wrong with a plain value, in Korean, under the name of its form field."""
    if spec.kind == "rows" and isinstance(value, list):
        return _row_problems(spec, value)
    wrong = _problem(spec, value)
    return {spec.name: wrong} if wrong else {}


def _row_problems(spec: FieldSpec, rows: list[Any]) -> dict[str, str]:
    if len(rows) > _MAX_LINES or not all(isinstance(row, dict) for row in rows):
        return {spec.name: f"{_MAX_LINES}줄까지 적을 수 있습니다."}
    found: dict[str, str] = {}
    for index, row in enumerate(rows):
        for column in spec.columns:
            wrong = _problem(column, row.get(column.name, column.default))
            if wrong:
                found[f"{spec.name}-{index}-{column.name}"] = wrong
    return found


def _problem(spec: FieldSpec, value: Any) -> str:
    """Return what is wrong with one value, or an empty text."""
    bound = _out_of_bounds(spec, value)
    if bound:
        return bound
    try:
        msgspec.convert(value, spec.type)
    except msgspec.ValidationError:
        return spec.told or _WRONG.get(spec.kind, "값을 확인해 주세요.")
    return ""


_WRONG = {
    "yes": "켜거나 꺼 주세요.",
    "whole": "숫자로 적어 주세요.",
    "decimal": "숫자로 적어 주세요.",
    "day": "날짜를 확인해 주세요. 예: 2026-11-22",
    "choice": "목록에서 골라 주세요.",
    "choices": "목록에서 골라 주세요.",
}


def _out_of_bounds(spec: FieldSpec, value: Any) -> str:
    match spec.kind, value:
        case "whole", int() if not isinstance(value, bool):
            return _between(spec, value)
        case "decimal", str() if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", value, re.ASCII):
            return _between(spec, Decimal(value))
        case "line" | "text", str():
            return _length(spec, value)
        case "lines", list():
            return _line_count(spec, value)
    return ""


def _between(spec: FieldSpec, value: Any) -> str:
    low, high = spec.low, spec.high
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    match low is None, high is None:
        case False, False:
            return f"{low:,}부터 {high:,}까지의 숫자로 적어 주세요."
        case True, _:
            return f"{high:,}까지의 숫자로 적어 주세요."
    return f"{low:,} 이상의 숫자로 적어 주세요."


def _length(spec: FieldSpec, value: str) -> str:
    longest = spec.longest or (_MAX_TEXT if spec.kind == "text" else MAX_LINE)
    if len(value) < spec.shortest:
        return _NEED if spec.shortest == 1 else f"{spec.shortest}자 이상 적어 주세요."
    return f"{longest:,}자까지 적을 수 있습니다." if len(value) > longest else ""


def _line_count(spec: FieldSpec, value: list[Any]) -> str:
    if len(value) > _MAX_LINES or any(len(str(line)) > spec.longest for line in value):
        return f"한 줄에 하나씩, {spec.longest}자까지, {_MAX_LINES:,}줄까지 적어 주세요."
    return ""
