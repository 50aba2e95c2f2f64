"""Rows of one city's tables as COPY text, always in the same order and the same words.

The text depends on the rows alone (order of the primary key, UTC, fixed formats), so its hash tells
whether two cities, or a city before and after, are equal.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql

from sinmungo_tenants.archive.problems import ArchiveProblemError

type Rows = psycopg.Connection[Any]

_WORDS = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL statement_timeout = 0",
)
_TABLES = """
SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
_KEYS = """
SELECT conrelid, confrelid FROM pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%s) AND conrelid <> confrelid
"""
_SHAPES = """
SELECT c.relname,
  ARRAY(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY a.attnum),
  k.names, k.are_words
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY p.place) AS names,
         array_agg(a.attcollation <> 0 ORDER BY p.place) AS are_words
  FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS p (number, place), pg_attribute a
  WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = p.number
) k ON true
WHERE n.nspname = %s AND c.relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's columns that hold values of their own; its key's parts, each with whether text."""

    columns: tuple[str, ...]
    key: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """What was read of one table: its columns, number of rows, bytes and the hash of the text."""

    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str


def tables_in_order(connection: Rows, schema: str) -> list[str]:
    """Return a schema's tables (version tables too), each after those it refers to.

    Raises `ArchiveProblemError` when tables refer to each other in a circle.
    """
    names = dict(connection.execute(_TABLES, (schema,)).fetchall())
    order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(names, ()))
    for table, target in connection.execute(_KEYS, (list(names),)).fetchall():
        if target in names:
            order.add(table, target)
    try:
        return [names[oid] for oid in order.static_order()]
    except CycleError as error:
        raise ArchiveProblemError(f"{schema} has tables that refer to each other") from error


def shapes(connection: Rows, schema: str) -> dict[str, Shape]:
    """Return the shape of every table of a schema, by one query."""
    rows = connection.execute(_SHAPES, (schema,)).fetchall()
    return {
        name: Shape(tuple(columns), tuple(zip(names or (), are_words or (), strict=True)))
        for name, columns, names, are_words in rows
    }


def query(schema: str, table: str, shape: Shape, columns: Sequence[str]) -> sql.Composed:
    """Return the SELECT of a table's rows in the order of its primary key."""
    order = [sql.Identifier(k) + sql.SQL(' COLLATE "C"' if words else "") for k, words in shape.key]
    text = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
    )
    return text + sql.SQL(" ORDER BY ") + sql.SQL(", ").join(order) if order else text


def copy_out(
    connection: Rows,
    schema: str,
    table: str,
    shape: Shape,
    write: Callable[[bytes], Any] = lambda _: None,
) -> Copied:
    """Send a table's rows to `write` piece by piece; return what they were.

    Call it inside `snapshot()`: the words of the text are set there.
    """
    columns = shape.columns
    digest, rows, size = hashlib.sha256(), 0, 0
    statement = sql.SQL("COPY ({}) TO STDOUT").format(query(schema, table, shape, columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in copy:
            digest.update(piece)
            size += len(piece)
            rows += bytes(piece).count(b"\n")  # a newline inside a value is written as \n
            write(bytes(piece))
    return Copied(columns, rows, size, digest.hexdigest())


def copy_all(connection: Rows, schema: str, tables: Iterable[str]) -> dict[str, Copied]:
    """Read tables to their last row; return what each was."""
    known = shapes(connection, schema)
    return {table: copy_out(connection, schema, table, known[table]) for table in tables}


def copy_in(
    connection: Rows, schema: str, table: str, columns: Sequence[str], pieces: Iterable[bytes]
) -> int:
    """Write COPY text into a table; return the number of rows."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)
        return cursor.rowcount


@contextmanager
def snapshot(dsn: str, schema: str) -> Iterator[tuple[Rows, list[str]]]:
    """Open one read-only view of a schema; give the connection and the tables in order.

    Every table is locked against changes of its shape first, so rows and shape belong together;
    readers and writers go on.
    """
    with psycopg.connect(dsn) as connection:
        tables = tables_in_order(connection, schema)
        connection.rollback()
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        speak(connection)
        connection.execute("SET LOCAL lock_timeout = '30s'")
        lock(connection, schema, tables, "ACCESS SHARE")
        if tables_in_order(connection, schema) != tables:
            raise ArchiveProblemError("the city's tables were being changed: try again")
        yield connection, tables


def lock(connection: Rows, schema: str, tables: Sequence[str], mode: str) -> None:
    """Lock tables until the transaction ends; raise `ArchiveProblemError` when others hold them."""
    names = sql.SQL(", ").join(sql.Identifier(schema, t) for t in tables)
    statement = sql.SQL("LOCK TABLE {} IN {} MODE").format(names, sql.SQL(mode))
    try:
        if tables:
            connection.execute(statement)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
        raise ArchiveProblemError("the city's tables are in use by others: try again") from error


def speak(connection: Rows) -> None:
    """Fix the formats of the open transaction, whatever the server's or the user's habits."""
    for text in _WORDS:
        connection.execute(text.encode())


def checksums(dsn: str, schema: str) -> dict[str, str]:
    """Return the hash of every table's rows, in one snapshot; equal cities have equal hashes."""
    with snapshot(dsn, schema) as (connection, tables):
        found = copy_all(connection, schema, sorted(tables))
    return {table: copied.sha256 for table, copied in found.items()}


def fingerprint(copied: dict[str, Copied]) -> str:
    """Return one hash over all tables: it changes when any value or column of the city does."""
    digest = hashlib.sha256()
    for table, found in sorted(copied.items()):
        digest.update(f"{table}({','.join(found.columns)}) {found.sha256}\n".encode())
    return digest.hexdigest()
