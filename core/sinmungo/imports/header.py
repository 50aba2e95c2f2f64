"""Where the table begins: the line, or pair of lines, whose cells best read like headings.

Titles, dates and empty lines stand above, and headings may lie in two lines with merged groups
(종업원수 over 남, 여, 외국인). Each candidate is scored by how many different columns it names.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from sinmungo.imports.columns import FIELDS, field_for, key_of
from sinmungo.imports.reader import Cell, Line

type Match = tuple[str, int] | None

REASON = "가져오지 못한 까닭"
"""The heading of the last column of a file of bad lines."""

_ENOUGH = 2


class Header(msgspec.Struct):
    """The headings of a table: first and last of their lines, a text and a field per column.

    `fields` has an empty text where a column is not taken. `first` 0: none was found.
    """

    first: int
    last: int
    labels: list[str]
    fields: list[str]


def find_header(kind: str, head: Sequence[Line], spans: Sequence[tuple[int, int, int]]) -> Header:
    """Return the best header among the first lines of a sheet."""
    best, best_score = Header(0, 0, [], []), 0
    for index, line in enumerate(head):
        two = head[index + 1] if index + 1 < len(head) else None
        pair = two if two is not None and two.number == line.number + 1 else None
        for candidate in (_one(kind, line), _two(kind, line, pair, spans) if pair else None):
            score = _score(kind, candidate) if candidate else 0
            if candidate and score > best_score:
                best, best_score = candidate, score
    return best


def header_at(
    kind: str, head: Sequence[Line], spans: Sequence[tuple[int, int, int]], first: int, last: int
) -> Header:
    """Return the header that a person pointed at, by its lines' numbers."""
    lines = {line.number: line for line in head}
    top, bottom = lines.get(first), lines.get(last)
    if top is None:
        return Header(0, 0, [], [])
    return _two(kind, top, bottom, spans) if bottom and last > first else _one(kind, top)


def signature(header: Header) -> bytes:
    """Return 32 bytes that equal headers share, whatever their spaces and punctuation.

    The column of reasons in a file of bad lines does not count, nor do empty ones at the end.
    """
    keys = [key_of(label) for label in header.labels if label != REASON]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256("|".join(keys).encode()).digest()


def is_repeated(header: Header, line: Line) -> bool:
    """Whether a line of the table is its header once more, as on every printed page."""
    same = 0
    for cell, label in zip(line.cells, header.labels, strict=False):
        if cell is None:
            continue
        if not isinstance(cell, str) or "".join(cell.split()) != "".join(label.split()):
            return False
        same += 1
    return same >= _ENOUGH


def text(cell: Cell) -> str:
    """Return a cell as text; a whole number without its point."""
    return "" if cell is None else str(cell)


def _one(kind: str, line: Line) -> Header:
    labels = [text(cell).strip() for cell in line.cells]
    return Header(line.number, line.number, labels, _unique([field_for(kind, t) for t in labels]))


def _two(kind: str, top: Line, bottom: Line, spans: Sequence[tuple[int, int, int]]) -> Header:
    width = max(len(top.cells), len(bottom.cells))
    upper = _spread([text(c).strip() for c in top.cells], top.number, spans, width)
    lower = [text(c).strip() for c in bottom.cells] + [""] * (width - len(bottom.cells))
    labels, fields = [], []
    for over, under in zip(upper, lower, strict=True):
        same = not under or not over or over == under
        labels.append((over or under) if same else f"{over} {under}")
        fields.append(_best(kind, over, under, same=same))
    return Header(top.number, bottom.number, labels, _unique(fields))


def _best(kind: str, over: str, under: str, *, same: bool) -> Match:
    if same:
        return field_for(kind, over or under)
    return field_for(kind, f"{over}{under}") or field_for(kind, under)


def _spread(
    texts: list[str], number: int, spans: Sequence[tuple[int, int, int]], width: int
) -> list[str]:
    """Write a merged heading over every column it covers."""
    spread = texts + [""] * (width - len(texts))
    for line, first, last in spans:
        if line == number:
            for column in range(first + 1, min(last + 1, width)):
                spread[column] = spread[column] or spread[first]
    return spread


def _unique(found: list[Match]) -> list[str]:
    """Take each field once, in the column that names it most plainly, else the first."""
    ranked = sorted((m[1], column, m[0]) for column, m in enumerate(found) if m)
    fields, seen = [""] * len(found), set()
    for _, column, code in ranked:
        if code not in seen:
            fields[column] = code
            seen.add(code)
    return fields


def _score(kind: str, header: Header) -> int:
    """Return how telling a header is: its fields, the required ones twice; too few are none."""
    named = set(header.fields) - {"", "serial", "note"}
    required = {f.code for f in FIELDS[kind] if f.required}
    if len(named) < _ENOUGH and not required <= named:
        return 0
    if not named & required:
        return 0
    blank = sum(1 for label in header.labels if not label)
    return 10 * (len(named) + len(named & required)) - min(blank, 5) + (header.first == header.last)
