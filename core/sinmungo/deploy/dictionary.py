"""What each table and column means, in Korean: for the city that takes its data along.

Every component carries `dictionary.toml` beside its migrations. Columns that mean the same
everywhere are told once under `[columns]`; a table tells only those that mean something of its own.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from sqlalchemy import Column, LargeBinary, Table
from sqlalchemy.dialects.postgresql import dialect

from sinmungo.component import COMPONENT
from sinmungo_tenants import Component

FILE = "dictionary.toml"
SEALED = "_sealed"
_BESIDE_SEALED = ("_mask", "_hash", "_tail")
_DIALECT = dialect()  # type: ignore[no-untyped-call]


class TableWords(msgspec.Struct, forbid_unknown_fields=True):
    """A table's title, why it stays here if it does, and its own columns."""

    title: str
    left_out: str = ""
    columns: dict[str, str] = {}


class Words(msgspec.Struct, forbid_unknown_fields=True):
    """One component's `dictionary.toml`.

    `left_out` gives columns that stay here their reason; `kept` names the columns of bytes that are
    exported all the same; `sealed` names the place (`context`) of sealed columns that are not
    sealed as plain personal fields.
    """

    columns: dict[str, str] = {}
    left_out: dict[str, str] = {}
    kept: tuple[str, ...] = ()
    sealed: dict[str, str] = {}
    tables: dict[str, TableWords] = {}


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """One line of the data dictionary."""

    table: str
    table_title: str
    column: str
    title: str
    kind: str
    nullable: bool
    key: bool
    refers_to: str
    source: str = ""
    sealed: bool = False
    left_out: str = ""


@lru_cache(maxsize=64)
def words(component: Component) -> Words:
    """Return a component's dictionary, empty if it has none; raise `msgspec.ValidationError`."""
    file = component.scripts / FILE
    if not file.is_file():
        return Words()
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Words)


def table_words(component: Component, table: str) -> TableWords:
    """Return a table's words; without a dictionary its name must serve."""
    return words(component).tables.get(table) or TableWords(title=table)


def entries(component: Component, table: Table) -> Iterator[ColumnEntry]:
    """Return the columns of a table as they are exported: a personal field is one column."""
    own = table_words(component, table.name)
    sealed = {c.name.removesuffix(SEALED) for c in table.c if c.name.endswith(SEALED)}
    for column in table.c:
        if _beside(column, sealed):
            continue
        is_sealed = column.name.endswith(SEALED)
        name = _exported(table, column)
        yield ColumnEntry(
            table=table.name,
            table_title=own.title,
            column=name,
            title=title(component, table.name, name),
            kind="text" if is_sealed else column.type.compile(_DIALECT).lower(),
            nullable=bool(column.nullable),
            key=column.primary_key,
            refers_to=", ".join(sorted(k.target_fullname for k in column.foreign_keys)),
            source=column.name,
            sealed=is_sealed,
            left_out=_reason(component, table.name, column),
        )


def _exported(table: Table, column: Column[object]) -> str:
    """Return the name of a column in an export: that of its plain value."""
    base = column.name.removesuffix(SEALED)
    return f"{base}_personal" if base != column.name and base in table.c else base


def context(component: Component, table: str, column: str) -> str:
    """Return the place that a sealed column's values are bound to, together with their row."""
    return words(component).sealed.get(f"{table}.{column}", column.removesuffix(SEALED))


def _beside(column: Column[object], sealed: set[str]) -> bool:
    """Whether a column only serves to find or to show a sealed one."""
    return any(column.name == f"{name}{end}" for name in sealed for end in _BESIDE_SEALED)


def title(component: Component, table: str, column: str) -> str:
    """Return what a column means: the table's word, the component's, core's, or an empty text."""
    own = table_words(component, table).columns
    for known in (own, words(component).columns, words(COMPONENT).columns):
        if column in known:
            return known[column]
    return ""


def _reason(component: Component, table: str, column: Column[object]) -> str:
    whole = table_words(component, table).left_out
    for known in (words(component).left_out, words(COMPONENT).left_out):
        for name in (f"{table}.{column.name}", column.name):
            if name in known:
                return whole or known[name]
    is_raw = isinstance(column.type, LargeBinary) and not column.name.endswith(SEALED)
    if is_raw and not whole and f"{table}.{column.name}" not in words(component).kept:
        return "기계만 읽는 값"
    return whole
