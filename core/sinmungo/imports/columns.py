"""The columns an import knows, with the names that city halls give them, from columns.toml.

A heading is compared without spaces, punctuation and what stands in brackets.
"""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from sinmungo.text.normalise import clean

_BRACKETS = re.compile(r"[(\[<{〈《][^)\]>}〉》]*[)\]>}〉》]")
_LEADING = re.compile(r"^[\d①-⑳.)\s※*□○◦·-]+(?=\D)")


class Field(msgspec.Struct, frozen=True):
    """A column: its code, its Korean title, and the headings that mean it."""

    code: str
    title: str
    names: tuple[str, ...]
    required: bool = False


_FILE = Path(__file__).parent / "columns.toml"


def _read(table: dict[str, Any]) -> tuple[Field, ...]:
    return tuple(
        Field(code, of["title"], (of["title"], *of.get("names", ())), of.get("required", False))
        for code, of in table.items()
    )


FIELDS: dict[str, tuple[Field, ...]] = {
    kind: _read(table) for kind, table in tomllib.loads(_FILE.read_text("utf-8")).items()
}


def key_of(text: str) -> str:
    """Return a heading or word for comparison: letters and digits only, one width, one case."""
    plain = unicodedata.normalize("NFKC", clean(text)).casefold()
    return "".join(char for char in plain if char.isalnum())


def _index(fields: tuple[Field, ...]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for field in fields:
        for rank, name in enumerate(field.names):
            found.setdefault(key_of(name), (field.code, rank))
    return found


_BY_KEY = {kind: _index(fields) for kind, fields in FIELDS.items()}
_BY_CODE = {kind: {f.code: f for f in fields} for kind, fields in FIELDS.items()}


def title_of(kind: str, code: str) -> str:
    """Return the Korean title of a column."""
    return _BY_CODE[kind][code].title


def field_for(kind: str, heading: str) -> tuple[str, int] | None:
    """Return the field a heading means and how usual that name of it is (0: its own), or None.

    The heading is tried whole, without its brackets, and without a number before it.
    """
    known = _BY_KEY[kind]
    plain = unicodedata.normalize("NFKC", clean(heading))
    bare = _BRACKETS.sub("", plain)
    for text in (plain, bare, _LEADING.sub("", bare)):
        found = known.get(key_of(text))
        if found:
            return found
    return None
