"""Writes a city into one file while it is in use: rows in one snapshot, then its files.

One member after the other goes to disk, so memory stays small whatever the city's size. The
manifest comes last: a file that was cut short has none and is refused.
"""

import gzip
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from sinmungo_tenants.archive.copy import Copied, Rows, copy_out, fingerprint, shapes, snapshot
from sinmungo_tenants.archive.hashed import Hashed
from sinmungo_tenants.archive.manifest import (
    FORMAT,
    MANIFEST,
    SIGNATURE,
    City,
    FilePart,
    Manifest,
    TablePart,
)
from sinmungo_tenants.names import schema_of

type Progress = Callable[[str, int, int], None]
UNFINISHED = ".part"  # what a file that is still being written ends with, here and in a city
_LEVEL = 5
_VERSION_TABLE = re.compile(r"alembic_([a-z][a-z0-9_]*)")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What goes into an archive: the city, whose its tables are, its folders, and the seal.

    `owners` maps tables to components; `sign` is a keyed hash over the manifest.
    """

    city: City
    owners: Mapping[str, str]
    folders: Mapping[str, Path]
    sign: Callable[[bytes], bytes]
    made_at: datetime
    product: str
    deployment: str
    progress: Progress = field(default=lambda *_: None)


def pack(dsn: str, target: Path, contents: Contents) -> tuple[Manifest, str]:
    """Write the archive of a city; return its manifest and the hash of the file.

    The file appears under its name only when it is whole, with `<name>.sha256` beside it.
    Raises `ArchiveProblemError` when the tables are being changed, OSError when the disk is full.
    """
    part, beside = (target.with_name(target.name + end) for end in (UNFINISHED, ".sha256"))
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            out = Hashed(file)
            stream: Any = out  # it writes, which is all that a stream needs
            with tarfile.open(mode="w|", fileobj=stream, format=tarfile.PAX_FORMAT) as tar:
                manifest = _fill(tar, dsn, target.parent, contents)
            file.flush()
            os.fsync(file.fileno())
        beside.write_text(f"{out.sha256}  {target.name}\n", "utf-8")
        part.replace(target)
    except BaseException:
        for left in (part, beside):
            left.unlink(missing_ok=True)
        raise
    return manifest, out.sha256


def _fill(tar: tarfile.TarFile, dsn: str, folder: Path, contents: Contents) -> Manifest:
    with snapshot(dsn, schema_of(contents.city.id)) as (connection, tables):
        revisions = _revisions(connection, schema_of(contents.city.id), tables)
        parts, copied = _tables(tar, connection, tables, folder, contents)
    manifest = Manifest(
        format=FORMAT,
        product=contents.product,
        deployment=contents.deployment,
        made_at=contents.made_at,
        city=contents.city,
        revisions=revisions,
        tables=tuple(parts),
        files=tuple(_files(tar, contents.folders)),
        content_sha256=fingerprint(copied),
    )
    raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    _add(tar, MANIFEST, io.BytesIO(raw), len(raw))
    seal = contents.sign(raw)
    _add(tar, SIGNATURE, io.BytesIO(seal), len(seal))
    return manifest


def _revisions(connection: Rows, schema: str, tables: list[str]) -> dict[str, str]:
    found = {}
    for table in tables:
        if match := _VERSION_TABLE.fullmatch(table):
            row = connection.execute(
                f'SELECT version_num FROM "{schema}"."{table}"'.encode()
            ).fetchone()
            found[match[1]] = "" if row is None else str(row[0])
    return found


def _tables(
    tar: tarfile.TarFile, connection: Rows, tables: list[str], folder: Path, contents: Contents
) -> tuple[list[TablePart], dict[str, Copied]]:
    parts, copied, schema = [], {}, schema_of(contents.city.id)
    known = shapes(connection, schema)
    for number, table in enumerate(tables):
        contents.progress(table, number, len(tables))
        with tempfile.TemporaryFile(dir=folder) as spool:
            with gzip.GzipFile(fileobj=spool, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
                found = copy_out(connection, schema, table, known[table], packed.write)
            copied[table] = found
            if _VERSION_TABLE.fullmatch(table):
                continue  # the manifest has it; restoring stamps the schema itself
            owner = contents.owners.get(table) or _by_prefix(table, tables)
            part = TablePart(table, owner, found.columns, found.rows, found.size, found.sha256)
            parts.append(part)
            size = spool.tell()
            spool.seek(0)
            _add(tar, part.member, spool, size)
    contents.progress("", len(tables), len(tables))
    return parts, copied


def _by_prefix(table: str, tables: Iterable[str]) -> str:
    """Return whose a table is when its plugin is not installed any more: its name says so."""
    found = (match[1] for name in tables if (match := _VERSION_TABLE.fullmatch(name)))
    return max((c for c in found if table.startswith(f"{c}_")), key=len, default="")


def _files(tar: tarfile.TarFile, folders: Mapping[str, Path]) -> Iterator[FilePart]:
    for name, folder in sorted(folders.items()):
        for path, relative in files_of(folder):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # taken away since: the city is in use
            with file:
                source, size = Hashed(file), os.fstat(file.fileno()).st_size
                _add(tar, FilePart(name, relative, 0, "").member, source, size)
            yield FilePart(name, relative, size, source.sha256)


def files_of(folder: Path) -> list[tuple[Path, str]]:
    """Return the finished files below a city's folder, with their places in it, in order."""
    found = (p for p in folder.rglob("*") if p.suffix != UNFINISHED)
    whole = sorted(p for p in found if p.is_file() and not p.is_symlink())
    return [(path, path.relative_to(folder).as_posix()) for path in whole]


def _add(tar: tarfile.TarFile, name: str, source: Any, size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, source)
