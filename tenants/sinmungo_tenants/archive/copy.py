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
_COLUMNS = """
SELECT a.attname FROM pg_attribute a
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""
_ORDER = """
SELECT a.attname, a.attcollation <> 0
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = to_regclass(%s) AND i.indisprimary
ORDER BY array_position(i.indkey::int2[], a.attnum)
"""


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


def columns_of(connection: Rows, schema: str, table: str) -> tuple[str, ...]:
    """Return the columns of a table that hold values of their own, in the table's order."""
    rows = connection.execute(_COLUMNS, (f'"{schema}"."{table}"',)).fetchall()
    return tuple(name for (name,) in rows)


def query(connection: Rows, schema: str, table: str, columns: Sequence[str]) -> sql.Composed:
    """Return the SELECT of a table's rows in the order of its primary key."""
    keys = connection.execute(_ORDER, (f'"{schema}"."{table}"',)).fetchall()
    order = [sql.Identifier(k) + sql.SQL(' COLLATE "C"' if words else "") for k, words in keys]
    text = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
    )
    return text + sql.SQL(" ORDER BY ") + sql.SQL(", ").join(order) if order else text


def copy_out(
    connection: Rows, schema: str, table: str, write: Callable[[bytes], Any] = lambda _: None
) -> Copied:
    """Send a table's rows to `write` piece by piece; return what they were.

    Call it inside `snapshot()`: the words of the text are set there.
    """
    columns = columns_of(connection, schema, table)
    digest, rows, size = hashlib.sha256(), 0, 0
    statement = sql.SQL("COPY ({}) TO STDOUT").format(query(connection, schema, table, columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in copy:
            digest.update(piece)
            size += len(piece)
            rows += bytes(piece).count(b"\n")  # a newline inside a value is written as \n
            write(bytes(piece))
    return Copied(columns, rows, size, digest.hexdigest())


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
        return {t: copy_out(connection, schema, t).sha256 for t in sorted(tables)}


def fingerprint(copied: dict[str, Copied]) -> str:
    """Return one hash over all tables: it changes when any value or column of the city does."""
    digest = hashlib.sha256()
    for table, found in sorted(copied.items()):
        digest.update(f"{table}({','.join(found.columns)}) {found.sha256}\n".encode())
    return digest.hexdigest()
