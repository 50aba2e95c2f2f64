"""A plugin's data as files that outlive it: one CSV per table in one zip, with what is in it.

Made before a purge, inside the transaction that drops the tables, row by row. Personal values are
opened: they are the city's own, and after the purge nothing else could open them.
"""

import base64
import csv
import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from sinmungo.host.personal import opened
from sinmungo.host.types import Right
from sinmungo.sealed import CityCipher, SealError

if TYPE_CHECKING:
    import psycopg

MANIFEST = "manifest.json"
_BATCH = 2000
_SEALED = "_sealed"
_BESIDE = ("_mask", "_hash", "_tail")
_BOM = b"\xef\xbb\xbf"
_UNREADABLE = "(풀 수 없음)"


class TableFile(msgspec.Struct, frozen=True):
    """One table: its file in the zip, its rows and the file's hash."""

    table: str
    file: str
    rows: int
    sha256: str
    columns: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True):
    """What the zip holds, of which city and plugin, and which settings the city had.

    `rights` are the city's own word about the plugin's permissions: role, permission, granted.
    """

    city: str
    plugin: str
    version: str
    revision: str
    made_at: datetime
    settings: dict[str, Any]
    rights: tuple[Right, ...]
    tables: tuple[TableFile, ...]


type Head = Callable[[tuple[TableFile, ...]], Manifest]


def write_zip(
    connection: "psycopg.Connection[Any]",
    tables: Sequence[str],
    cipher: CityCipher,
    target: Path,
    head: Head,
) -> Path:
    """Write the tables of the connection's path to `target`, whole or not at all.

    Only its owner may read the file. Raises OSError when the folder cannot be written.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                files = tuple(_table(connection, t, cipher, archive) for t in tables)
                archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(head(files))))
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return target


def _table(
    connection: "psycopg.Connection[Any]", table: str, cipher: CityCipher, archive: zipfile.ZipFile
) -> TableFile:
    from psycopg import sql

    digest, rows, name = hashlib.sha256(), 0, f"{table}.csv"
    with (
        connection.cursor(name=f"export_{table}"[:63]) as cursor,
        archive.open(name, "w", force_zip64=True) as stream,
    ):
        cursor.itersize = _BATCH
        cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        columns = [column.name for column in cursor.description or ()]
        kept = _kept(columns)
        _write(stream, digest, _BOM + _line([shown for _, shown in kept]))
        for row in cursor:
            values = dict(zip(columns, row, strict=True))
            _write(stream, digest, _line([_value(values, c, cipher) for c, _ in kept]))
            rows += 1
    titles = tuple(shown for _, shown in kept)
    return TableFile(table, name, rows, digest.hexdigest(), titles)


def _write(stream: Any, digest: Any, data: bytes) -> None:
    stream.write(data)
    digest.update(data)


def _kept(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Pair each column with its title; masks and hashes of an opened value are left out."""
    opens = {c.removesuffix(_SEALED) for c in columns if c.endswith(_SEALED)}
    beside = {f"{field}{end}" for field in opens for end in _BESIDE}
    return [(c, c.removesuffix(_SEALED)) for c in columns if c not in beside]


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _value(row: dict[str, Any], column: str, cipher: CityCipher) -> str:
    value = row[column]
    if column.endswith(_SEALED) and value is not None:
        try:
            return opened(cipher, column.removesuffix(_SEALED), bytes(value), row["id"])
        except (SealError, KeyError):
            return _UNREADABLE
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case datetime() | date():
            return value.isoformat()
        case dict() | list():
            return msgspec.json.encode(value).decode()
        case UUID() | _:
            return str(value)
