"""An archive opened for reading. Nothing in it is believed before its hashes are checked."""

import gzip
import hashlib
import hmac
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from sinmungo_tenants.archive.manifest import (
    FORMAT,
    MANIFEST,
    SIGNATURE,
    FilePart,
    Manifest,
    TablePart,
)
from sinmungo_tenants.archive.problems import ArchiveProblemError

type Progress = Callable[[str, int, int], None]
_PIECE = 1 << 20
_MANIFEST_BYTES = 64 << 20


class Archive:
    """One archive file; made by `open_archive`."""

    def __init__(self, tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> None:
        self._tar = tar
        self._members = members
        self._raw = self._whole(MANIFEST)
        self._seal = self._whole(SIGNATURE)
        self.manifest = _decode(self._raw)
        self._check_members()

    def check_seal(self, sign: Callable[[bytes], bytes]) -> None:
        """Raise `ArchiveProblemError` unless the manifest was sealed under this key."""
        if not hmac.compare_digest(self._seal, sign(self._raw)):
            raise ArchiveProblemError(
                "the manifest was changed, or sealed under another deployment's key:"
                " name that key with --key-file"
            )

    def verify(self, progress: Progress = lambda *_: None) -> None:
        """Read every table and file and compare; raise `ArchiveProblemError` at the first lie."""
        parts = _parts(self.manifest)
        for number, part in enumerate(parts):
            progress(part.member, number, len(parts))
            pieces = self.rows(part) if isinstance(part, TablePart) else self.file(part)
            digest, rows = hashlib.sha256(), 0
            for piece in pieces:
                digest.update(piece)
                rows += piece.count(b"\n")
            wrong = isinstance(part, TablePart) and rows != part.rows
            if digest.hexdigest() != part.sha256 or wrong:
                raise _damaged(part.member)
        progress("", len(parts), len(parts))

    def rows(self, part: TablePart) -> Iterator[bytes]:
        """Return the COPY text of a table piece by piece."""
        with self._open(part.member) as packed, gzip.GzipFile(fileobj=packed) as file:
            yield from _pieces(file, part.size, part.member)

    def file(self, part: FilePart) -> Iterator[bytes]:
        """Return a file of the city piece by piece."""
        with self._open(part.member) as file:
            yield from _pieces(file, part.size, part.member)

    def table(self, name: str) -> TablePart | None:
        """Return a table's entry, if the archive has it."""
        return next((t for t in self.manifest.tables if t.name == name), None)

    def _open(self, member: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[member])
        if found is None:
            raise _damaged(member)
        return found

    def _whole(self, member: str) -> bytes:
        info = self._members.get(member)
        if info is None or info.size > _MANIFEST_BYTES:
            raise ArchiveProblemError(f"no {member}: the file was cut short, or is no archive")
        with self._open(member) as file:
            return file.read()

    def _check_members(self) -> None:
        parts = _parts(self.manifest)
        wanted = {MANIFEST, SIGNATURE, *(p.member for p in parts)}
        if len(wanted) != len(parts) + 2 or wanted != self._members.keys():
            raise ArchiveProblemError("the archive has other members than its manifest says")
        for file in self.manifest.files:
            steps = (file.folder, *Path(file.path).parts)
            if Path(file.path).is_absolute() or ".." in steps or len(Path(file.folder).parts) != 1:
                raise ArchiveProblemError(f"{file.member} would be written outside its folder")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive; raise `ArchiveProblemError` when it is none, or newer than this code."""
    try:
        with tarfile.open(path, "r:") as tar:
            members: dict[str, tarfile.TarInfo] = {}
            for info in tar:
                if not info.isreg() or info.name in members:
                    raise _damaged(info.name)
                members[info.name] = info
            yield Archive(tar, members)
    except FileNotFoundError as error:
        raise ArchiveProblemError(f"there is no file {path}") from error
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ArchiveProblemError(f"{path.name} is damaged: {error}") from error


def check_sum(path: Path) -> None:
    """Compare a file with the `<name>.sha256` beside it, if there is one."""
    beside = path.with_name(f"{path.name}.sha256")
    if not path.is_file() or not beside.is_file():
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not beside.read_text("utf-8").startswith(found):
        raise ArchiveProblemError(f"{path.name} is damaged: {beside.name} has another hash")


def _decode(raw: bytes) -> Manifest:
    try:
        found = msgspec.json.decode(raw)
        newer = isinstance(found, dict) and found.get("format", FORMAT) != FORMAT
        if newer:
            raise ArchiveProblemError(
                f"the archive has format {found['format']}, this code reads {FORMAT}: upgrade first"
            )
        return msgspec.convert(found, Manifest)
    except msgspec.MsgspecError as error:
        raise ArchiveProblemError(f"the manifest cannot be read: {error}") from error


def _parts(manifest: Manifest) -> list[TablePart | FilePart]:
    return [*manifest.tables, *manifest.files]


def _pieces(file: IO[bytes] | gzip.GzipFile, size: int, member: str) -> Iterator[bytes]:
    """Read what the manifest promises and not a byte more, however far it would unpack."""
    left = size
    while left and (piece := file.read(min(_PIECE, left))):
        left -= len(piece)
        yield piece
    if left or file.read(1):
        raise _damaged(member)


def _damaged(member: str) -> ArchiveProblemError:
    return ArchiveProblemError(f"{member} is not what the manifest says: the archive is damaged")
