"""From a typed form to the plain values of a group; what cannot be read stays as it was typed."""

import re
from typing import Any

from sinmungo.host.setting_fields import FieldSpec
from sinmungo.text import dates, money
from sinmungo.text.errors import InputProblem
from sinmungo.web.forms import Form

_ROW = re.compile(r"(\d{1,4})-(\w+)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
WON = "원"


def read_values(specs: tuple[FieldSpec, ...], form: Form) -> tuple[dict[str, Any], dict[str, str]]:
    """Return plain values by field, and what could not be read by the name of its form field.

    A secret that was left empty, and a picture that was not sent along, are missing: unchanged.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for spec in specs:
        if spec.kind == "rows":
            values[spec.name] = _rows(spec, form, errors)
        elif spec.secret:
            if form[spec.name] or form[f"{spec.name}-clear"]:
                values[spec.name] = form[spec.name]
        elif spec.kind != "fixed" or spec.name in form:
            values[spec.name] = _read(spec, form, spec.name, errors)
    return values, errors


def _rows(spec: FieldSpec, form: Form, errors: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows in order; one that was left empty is no row, unless rows are fixed."""
    prefix = f"{spec.name}-"
    numbers = {
        int(found[1])
        for key in form
        if key.startswith(prefix) and (found := _ROW.fullmatch(key[len(prefix) :]))
    }
    rows: list[dict[str, Any]] = []
    for number in sorted(numbers):
        names = {c.name: f"{prefix}{number}-{c.name}" for c in spec.columns}
        typed = [form[names[c.name]] for c in spec.columns if c.kind not in {"yes", "choice"}]
        if not spec.fixed and not any(typed):
            continue
        wrong: dict[str, str] = {}
        rows.append({c.name: _read(c, form, names[c.name], wrong) for c in spec.columns})
        at = f"{prefix}{len(rows) - 1}-"
        errors |= {key.replace(f"{prefix}{number}-", at, 1): text for key, text in wrong.items()}
    return rows


def _read(spec: FieldSpec, form: Form, name: str, errors: dict[str, str]) -> Any:
    text = form[name]
    match spec.kind:
        case "yes":
            return text == "1"
        case "whole" | "decimal" | "day":
            return _parsed(spec, text, name, errors)
        case "choice":
            return next((value for value, _ in spec.options if str(value) == text), text)
        case "choices":
            chosen = set(text.split(","))
            return [value for value, _ in spec.options if str(value) in chosen]
        case "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
    return text


def _parsed(spec: FieldSpec, text: str, name: str, errors: dict[str, str]) -> Any:
    plain = text.replace(",", "")
    try:
        if spec.kind == "day":
            return dates.parse_date(text).isoformat()
        if spec.kind == "whole" and spec.unit == WON:
            return money.parse(text)
    except InputProblem as problem:
        errors[name] = problem.message
        return spec.default
    if spec.kind == "decimal":
        return plain
    if not _WHOLE.fullmatch(plain):
        errors[name] = "숫자로 적어 주세요."
        return spec.default
    return int(plain)
