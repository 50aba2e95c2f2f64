"""Whether the demo's cities are as code and city files want them, known without looking at them.

The last start that made and checked the cities leaves a fingerprint of all it went by. When nothing
has changed since, the next start spares importing the application only to find nothing to do.
"""

import hashlib
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from sinmungo.config import Settings
from sinmungo_tenants.server.folder import ServerFolder

FILE = "demo-made"
_PACKAGES = ("sinmungo", "sinmungo_tenants")
_PLUGINS = "sinmungo.plugins"
_SUFFIXES = {".py", ".toml"}


def is_made(settings: Settings) -> bool:
    """Whether the last whole start went by the same code, city files and database of our own."""
    if settings.database_url:
        return False
    file = settings.data_path / FILE
    return file.exists() and file.read_text("ascii") == _fingerprint(settings)


def note_made(settings: Settings) -> None:
    """Remember what this start went by; call it when the cities are whole."""
    if settings.database_url:
        return
    (settings.data_path / FILE).write_text(_fingerprint(settings), "ascii")


def _fingerprint(settings: Settings) -> str:
    found = hashlib.sha256()
    for file in sorted(_files(settings)):
        known = file.stat()
        found.update(f"{file} {known.st_mtime_ns} {known.st_size}\n".encode())
    return found.hexdigest()


def _files(settings: Settings) -> Iterator[Path]:
    yield ServerFolder(settings.data_path).made  # another database is to be filled again
    yield from Path(settings.tenants).absolute().glob("*.toml")
    plugins = {entry.module.partition(".")[0] for entry in entry_points(group=_PLUGINS)}
    for name in (*_PACKAGES, *plugins):
        spec = find_spec(name)
        if spec is not None and spec.origin:
            yield from (f for f in Path(spec.origin).parent.rglob("*") if f.suffix in _SUFFIXES)
