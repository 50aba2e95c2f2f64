"""Statements are built and compiled once; rows become Structs without a layer between.

Building a `select()` and hydrating entities per request costs more than the query itself
(docs/explanation/speed.md), so slices keep their statements as module constants of these types.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Table, Text, bindparam, func, insert
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql import Executable, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from sinmungo_tenants.errors import MissingParameterError

# Changes in a CTE, rows that are kept locked, advisory locks, waking the worker.
_ACTS = re.compile(r"\b(INSERT|UPDATE|DELETE|FOR (KEY )?SHARE)\b|\bpg_\w*lock|\bwake\(")
_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


class Write:
    """A statement compiled on first use; parameters are given by name when it is run."""

    def __init__(self, statement: Executable, optional: frozenset[str] = frozenset()) -> None:
        self.statement = statement
        self.optional = optional

    @cached_property
    def _compiled(self) -> tuple[str, tuple[str, ...], Mapping[str, Any]]:
        compiled = self.statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        if not isinstance(compiled, SQLCompiler):  # pragma: no cover - DDL is not run here
            raise TypeError("only queries and DML are run through a door")
        if compiled.post_compile_params:
            raise TypeError("use any_of() instead of in_(): the text must not depend on values")
        names = tuple(compiled.positiontup or ())
        fixed = {
            name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required
        }
        return str(compiled), names, fixed

    @property
    def sql(self) -> str:
        """The text sent to PostgreSQL."""
        return self._compiled[0]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the text; raise if one is missing or unknown."""
        _, names, fixed = self._compiled
        try:
            values = [
                given[n] if n in given else fixed[n] if n in fixed else self._default(n)
                for n in names
            ]
        except KeyError as error:
            raise MissingParameterError(f"parameter {error} is missing") from None
        if len(given) > len(names) or not given.keys() <= set(names):
            unknown = sorted(given.keys() - set(names))
            if unknown:
                raise MissingParameterError(f"unknown parameters: {', '.join(unknown)}")
        return values

    def _default(self, name: str) -> Any:
        if name in self.optional:
            return None
        raise KeyError(name)


class Read[T](Write):
    """A query whose rows become `T`: a Struct by position, or the one column's own value."""

    def __init__(self, statement: Select[Any], row: type[T]) -> None:
        super().__init__(statement)
        self.row = row
        fields = getattr(row, "__struct_fields__", None)
        names = tuple(c.name for c in statement.selected_columns if c.name is not None)
        if fields is None and len(names) != 1:
            raise TypeError(f"{row.__name__} is not a Struct, so the query must have one column")
        if fields is not None and fields != names:
            raise TypeError(f"{row.__name__} has {fields}, the query gives {names}")
        self.is_struct = fields is not None

    @cached_property
    def repeatable(self) -> bool:
        """Whether running it leaves nothing behind: no lock, and none of the functions that act."""
        return not _ACTS.search(self.sql)


def read[T](statement: Select[Any], row: type[T]) -> Read[T]:
    """Return a query whose rows become `row`, to be kept as a module constant."""
    return Read(statement, row)


def write(statement: Executable) -> Write:
    """Return an INSERT, UPDATE or DELETE constant with `bindparam` parameters."""
    return Write(statement)


def insert_into(table: Table, *, columns: tuple[str, ...] | None = None) -> Write:
    """Return an INSERT of all (or the named) columns; nullable ones may be left out."""
    chosen = [c for c in table.c if columns is None or c.name in columns]
    statement = insert(table).values({c.name: bindparam(c.name, type_=c.type) for c in chosen})
    return Write(statement, frozenset(c.name for c in chosen if c.nullable))


def any_of(
    column: ColumnElement[Any], name: str, type_: TypeEngine[Any] | None = None
) -> ColumnElement[bool]:
    """Return `column = ANY(:name)`: a list as one parameter, so that the text stays the same."""
    return column == func.any(bindparam(name, type_=ARRAY(type_ or Text())))
