"""The rows of an export: plain values, personal ones opened, as text that any program reads.

Empty and absent stay apart: an absent value is an empty field, an empty text is `""`.
"""

import copy
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.string import TextLoader

from sinmungo.clock import SEOUL
from sinmungo.deploy.dictionary import ColumnEntry, context, entries, table_words
from sinmungo.sealed import CityCipher, SealError
from sinmungo_tenants import Component
from sinmungo_tenants.archive.copy import Shape, query, shapes

_BATCH = 1000
_UNREADABLE = "(열 수 없음)"
# By which of its columns a reader knows a row, the best first; its id says nothing to anybody.
_NAMES = ("case_no", "visit_no", "receipt_no", "no", "name", "title", "label")
# A spreadsheet would take these for a formula; the mark itself is doubled, so nothing is lost.
_MARKED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


class TableRows:
    """One table of the city on its way out."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        schema: str,
        component: Component,
        name: str,
        shape: Shape,
        cipher: CityCipher | None,
    ) -> None:
        table = component.metadata.tables[name]
        self.name = name
        self.entries: Sequence[ColumnEntry] = list(entries(component, table))
        self.left_out = table_words(component, name).left_out
        self.unreadable = 0
        self._columns = [e for e in self.entries if not e.left_out]
        self._contexts = [context(component, name, e.source).encode() for e in self._columns]
        self._key = next((c.name for c in table.primary_key.columns), "")
        self._connection, self._schema, self._cipher = connection, schema, cipher
        self._shape = shape

    @property
    def header(self) -> list[str]:
        """The names of the columns that are exported."""
        return [e.column for e in self._columns]

    @property
    def names(self) -> "TableRows | None":
        """The same rows with id and name alone; None when the table has no such columns."""
        named = next((n for n in _NAMES if n in self.header), None)
        if named is None or "id" not in self.header:
            return None
        narrow = copy.copy(self)
        narrow.keep(("id", named))
        return narrow

    def keep(self, names: Sequence[str]) -> None:
        """Leave out every other column."""
        kept = [self.header.index(name) for name in names]
        self._contexts = [self._contexts[n] for n in kept]
        self._columns = [self._columns[n] for n in kept]

    def batches(self) -> Iterator[list[list[str | None]]]:
        """Return the rows, a thousand at a time, by primary key."""
        wanted = [e.source for e in self._columns]
        statement = query(self._schema, self.name, self._shape, [*wanted, self._key])
        with self._connection.cursor(name=f"leaving_{self.name}"[:60]) as cursor:
            cursor.adapters.register_loader("jsonb", TextLoader)  # as written, null included
            cursor.execute(statement)
            while some := cursor.fetchmany(_BATCH):
                yield [self._row(row) for row in some]

    def _row(self, row: Sequence[Any]) -> list[str | None]:
        *values, key = row
        return [
            self._opened(value, place, key) if column.sealed else _text(value, column.kind)
            for value, column, place in zip(values, self._columns, self._contexts, strict=True)
        ]

    def _opened(self, value: bytes | None, place: bytes, key: Any) -> str | None:
        if value is None:
            return None
        if self._cipher is not None and isinstance(key, UUID):
            with suppress(SealError):
                return _guarded(self._cipher.open(bytes(value), place + key.bytes))
        self.unreadable += 1
        return _UNREADABLE


def tables_to_export(
    connection: psycopg.Connection[Any],
    schema: str,
    names: Iterable[str],
    components: Iterable[Component],
    cipher: CityCipher | None,
) -> Iterator[TableRows]:
    """Return the tables of a schema that a component knows, those it refers to first."""
    owner = {table: c for c in components for table in c.metadata.tables}
    known = shapes(connection, schema)
    for name in names:
        if name in owner:
            yield TableRows(connection, schema, owner[name], name, known[name], cipher)


def _text(value: Any, kind: str) -> str | None:
    match value:
        case None | str():
            return value if value is None or kind == "jsonb" else _guarded(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(SEOUL).isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


def _guarded(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_MARKED) else text


def csv_line(row: Iterable[str | None]) -> str:
    """Return one line of CSV (RFC 4180): absent values are empty, texts are quoted."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_NOTNULL, lineterminator="\r\n").writerow(row)
    return line.getvalue()
