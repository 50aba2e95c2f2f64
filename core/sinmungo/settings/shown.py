"""What the templates show of a group: each field with the text that stands in it."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from sinmungo.host.setting_fields import FieldSpec
from sinmungo.settings.reading import WON
from sinmungo.settings.service import View
from sinmungo.text.money import display
from sinmungo.web.forms import Form

SPARE_ROWS = 3


class Cell(msgspec.Struct, frozen=True):
    """A control: its field, the name and text of it, and what is wrong."""

    spec: FieldSpec
    name: str
    value: Any
    error: str = ""


class Row(msgspec.Struct, frozen=True):
    """A row of a field of kind "rows": its cells, and what it is called."""

    cells: tuple[Cell, ...]
    title: str


class Shown(msgspec.Struct, frozen=True):
    """A field of the form. `is_set` tells of a secret that there is one."""

    cell: Cell
    rows: tuple[Row, ...] = ()
    is_set: bool = False


def shown(
    now: View, values: Mapping[str, Any], typed: Form | None, errors: Mapping[str, str]
) -> list[Shown]:
    """Return the fields with these values; what was `typed` and could not be read stays."""
    return [_shown(s, values[s.name], now.values[s.name], typed, errors) for s in now.specs]


def _shown(
    spec: FieldSpec, value: Any, stored: Any, typed: Form | None, errors: Mapping[str, str]
) -> Shown:
    cell = _cell(spec, spec.name, value, typed, errors)
    rows = _rows(spec, value, typed, errors) if spec.kind == "rows" else ()
    return Shown(cell, rows, bool(spec.secret and stored))


def _cell(
    spec: FieldSpec, name: str, value: Any, typed: Form | None, errors: Mapping[str, str]
) -> Cell:
    error = errors.get(name, "")
    if spec.secret:
        return Cell(spec, name, typed[name] if typed is not None else "", error)
    if error and typed is not None and name in typed and spec.kind not in {"choices", "yes"}:
        return Cell(spec, name, typed[name], error)
    return Cell(spec, name, _text(spec, value), error)


def _text(spec: FieldSpec, value: Any) -> Any:
    if spec.kind == "lines" and isinstance(value, list):
        return "\n".join(value)
    if spec.kind == "whole" and spec.unit == WON and isinstance(value, int):
        return display(value)
    return value


def _rows(
    spec: FieldSpec, value: Any, typed: Form | None, errors: Mapping[str, str]
) -> tuple[Row, ...]:
    given = list(value) if isinstance(value, list) else []
    given += [] if spec.fixed else [spec.empty_row()] * SPARE_ROWS
    rows = []
    for index, row in enumerate(given):
        cells = tuple(
            _cell(c, f"{spec.name}-{index}-{c.name}", row.get(c.name, c.default), typed, errors)
            for c in spec.columns
        )
        rows.append(Row(cells, _row_title(spec, row, index)))
    return tuple(rows)


def _row_title(spec: FieldSpec, row: Mapping[str, Any], index: int) -> str:
    return spec.row_name(row) if spec.fixed else f"{index + 1}번째 줄"


def digest(now: View, values: Mapping[str, Any]) -> str:
    """Return a mark of what was previewed, secrets aside, to notice what was changed after."""
    seen = {s.name: values[s.name] for s in now.specs if not s.secret}
    return hashlib.sha256(msgspec.json.encode(seen, order="sorted")).hexdigest()[:20]
