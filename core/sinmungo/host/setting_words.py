"""Values and changes in words, for previews and histories."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from sinmungo.host.setting_fields import FieldSpec
from sinmungo.text.dates import date_ko

NONE = "(없음)"


def told(spec: FieldSpec, value: Any) -> str:
    """Return a value in words, for lists of changes; a secret only says that it is there."""
    if spec.secret:
        return "(비밀 값)" if value else NONE
    if value in (None, "", []):
        return "(비어 있음)"
    if isinstance(value, list):
        return _list_told(spec, value)
    if spec.kind == "choice":
        return next((label for code, label in spec.options if code == value), str(value))
    if spec.kind == "day":
        return _day_told(str(value))
    return _plain_told(spec, value)


def _plain_told(spec: FieldSpec, value: Any) -> str:
    if isinstance(value, bool):
        return "켬" if value else "끔"
    return f"{value:,}{spec.unit}" if isinstance(value, int) else f"{value}{spec.unit}"


def _day_told(value: str) -> str:
    """Return a day as people read it; a history may hold what is none."""
    try:
        return date_ko(date.fromisoformat(value))
    except ValueError:
        return value


def _list_told(spec: FieldSpec, value: list[Any]) -> str:
    if spec.kind == "rows" and _are_rows(value):
        return " / ".join(_row_told(spec, row) for row in value)
    if spec.kind == "choices":
        return ", ".join(label for code, label in spec.options if code in value)
    return ", ".join(map(str, value))


def _are_rows(value: Any) -> bool:
    """Whether it is a list of rows; a history may hold what a former version stored."""
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _row_told(spec: FieldSpec, row: Mapping[str, Any]) -> str:
    cells = [told(c, row.get(c.name, c.default)) for c in spec.columns if not _is_key(spec, c)]
    return " ".join(cells)


def _is_key(spec: FieldSpec, column: FieldSpec) -> bool:
    """Whether a column only names its row, for the program: the first of rows that are fixed."""
    return spec.fixed and column is spec.columns[0]


class Change(msgspec.Struct, frozen=True):
    """A field before and after, in words."""

    title: str
    old: str
    new: str


def changes(spec: FieldSpec, old: Any, new: Any) -> list[Change]:
    """Return what differs, in words: of fixed rows the cells, of others the rows."""
    if old == new and not (spec.secret and new):
        return []
    if not (spec.kind == "rows" and _are_rows(old) and _are_rows(new)):
        return [Change(spec.title, told(spec, old), told(spec, new))]
    return _cells(spec, old, new) if spec.fixed else _rows(spec, old, new)


def _rows(spec: FieldSpec, old: Any, new: Any) -> list[Change]:
    """Return the rows that went and came; the whole when only their order is another."""
    gone = [Change(spec.title, _row_told(spec, row), NONE) for row in old if row not in new]
    come = [Change(spec.title, NONE, _row_told(spec, row)) for row in new if row not in old]
    return [*gone, *come] or [Change(spec.title, told(spec, old), told(spec, new))]


def _cells(spec: FieldSpec, old: Any, new: Any) -> list[Change]:
    key = spec.columns[0].name
    before = {str(row.get(key)): row for row in old}
    found = []
    for row in new:
        former = before.get(str(row.get(key)), {})
        name = spec.row_name(row) or row.get(key)
        found += [
            Change(f"{name} {c.title}", told(c, former.get(c.name)), told(c, value))
            for c in spec.columns
            if c.kind != "fixed"
            and c.name != key
            and former.get(c.name) != (value := row.get(c.name, c.default))
        ]
    return found
