"""How a slice says what of its records is destroyed: the writes behind a `RetentionRule`.

The row stays with its facts, so that counts and reports do not move. A name's mask becomes a word
that says why it is missing; ciphertext, keyed hashes and tails go, so that nobody finds the person.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Table, Uuid, case, null, or_, update

from sinmungo_tenants import Write, any_of, write

GONE = "(보존기간이 지나 파기했습니다.)"
GONE_MASK = "(파기)"
_PARTS = ("sealed", "hash", "tail")


def chosen(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return whether a record is one of those to be destroyed (`ids` of a rule's writes)."""
    return any_of(column, "ids", Uuid())


def holds(table: Table, *fields: str) -> ColumnElement[bool]:
    """Return whether any of these sealed fields still holds a value."""
    return or_(*(table.c[f"{field}_sealed"].is_not(None) for field in fields))


def blank(
    table: Table,
    *fields: str,
    where: ColumnElement[bool] | None = None,
    empty: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> Write:
    """Return the write that empties sealed `fields` and `empty` columns, and replaces `texts`.

    Only texts that say something are replaced. Rows are those of `ids`, unless `where` says so.
    """
    values: dict[str, Any] = dict.fromkeys(empty, null())
    for field in fields:
        values |= _blanked(table, field)
    values |= {t: case((table.c[t].is_not(None), GONE)) for t in texts}
    if "row_version" in table.c:
        values["row_version"] = table.c.row_version + 1
    return write(update(table).where(chosen(table.c.id) if where is None else where).values(values))


def _blanked(table: Table, field: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"{field}_{part}": null() for part in _PARTS if f"{field}_{part}" in table.c
    }
    mask = table.c[f"{field}_mask"]
    has_tail = f"{field}_tail" in table.c
    is_name = not has_tail and field != "email"
    found[mask.name] = case((mask.is_not(None), GONE_MASK)) if is_name else null()
    return found
