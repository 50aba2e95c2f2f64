"""How an uploaded table is to be read: which sheets, which heading means which field, which year.

Kept sealed with the run, because headings and samples may name persons.
"""

import zlib
from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import msgspec

from sinmungo.host.context import Ctx
from sinmungo.imports.columns import FIELDS, title_of
from sinmungo.imports.header import Header, text
from sinmungo.imports.problems import FileProblemError
from sinmungo.imports.reader import Cell, Line, SheetLines
from sinmungo.imports.terms import Unknown
from sinmungo.imports.values import as_of_in, year_in

BLOCK = 500
_HEAD = 40


class SheetPlan(msgspec.Struct):
    """One sheet. `lines` are those that are not empty; `head` its first forty."""

    name: str
    hidden: bool
    spans: list[tuple[int, int, int]]
    head: list[Line]
    lines: int = 0
    use: bool = False
    header: Header = msgspec.field(default_factory=lambda: Header(0, 0, [], []))
    year: int | None = None
    remembered: bool = False

    def titles(self) -> str:
        """Return what stands above the headings, where registers tell year and 기준일."""
        above = [line for line in self.head if line.number < (self.header.first or 5)]
        return " ".join(text(cell) for line in above for cell in line.cells if cell is not None)

    def missing(self, kind: str) -> list[str]:
        """Return the titles of required fields that no column is matched to."""
        taken = set(self.header.fields)
        return [f.title for f in FIELDS[kind] if f.required and f.code not in taken]

    def columns(self) -> dict[str, int]:
        """Return where each field stands."""
        return {code: column for column, code in enumerate(self.header.fields) if code}


class Plan(msgspec.Struct):
    """All of it. `as_of` is the day on which head counts of a company list held.

    `anchors` tells, by block, the last day with a year before it, for days without one.
    """

    sheets: list[SheetPlan]
    as_of: date | None = None
    unknown: list[Unknown] = []
    anchors: dict[int, date] = {}

    def used(self) -> list[int]:
        """Return the numbers of the sheets to be read."""
        return [number for number, sheet in enumerate(self.sheets) if sheet.use]


class Row:
    """One line of the table with its cells by field; `columns` is where each field stands."""

    __slots__ = ("columns", "line", "sheet")

    def __init__(self, sheet: int, columns: dict[str, int], line: Line) -> None:
        self.sheet = sheet
        self.columns = columns
        self.line = line

    def get(self, field: str) -> Cell:
        """Return the cell of a field, None where there is no such column or nothing in it."""
        column = self.columns.get(field, -1)
        return self.line.cells[column] if 0 <= column < len(self.line.cells) else None


def cut(sheets: Iterator[SheetLines], seal: Callable[[int, bytes], bytes]) -> "Cut":
    """Read every sheet to its end and return its plan's beginning and its sealed blocks.

    `seal(number, bytes)` seals a block. Raises FileProblemError for a file without any line.
    """
    made = Cut()
    for number, sheet in enumerate(sheets):
        made.sheets.append(SheetPlan(sheet.name, sheet.hidden, sheet.spans, []))
        block: list[Line] = []
        for line in sheet.lines:
            if len(made.sheets[-1].head) < _HEAD:
                made.sheets[-1].head.append(line)
            made.sheets[-1].lines += 1
            block.append(line)
            if len(block) == BLOCK:
                made.add(number, block, seal)
                block = []
        made.add(number, block, seal)
    if not made.blocks:
        raise FileProblemError("적힌 줄이 없는 파일입니다.")
    return made


class Cut(msgspec.Struct):
    """A file in pieces: its sheets, and (sheet, sealed lines) in order."""

    sheets: list[SheetPlan] = []
    blocks: list[tuple[int, bytes]] = []

    def add(self, sheet: int, lines: list[Line], seal: Callable[[int, bytes], bytes]) -> None:
        """Add a block of lines unless it is empty."""
        if lines:
            packed = zlib.compress(msgspec.msgpack.encode(lines), 1)
            self.blocks.append((sheet, seal(len(self.blocks), packed)))


def open_block(ctx: Ctx, run_id: UUID, number: int, body: bytes) -> list[Line]:
    """Return the lines of a stored block."""
    packed = ctx.cipher.open_bytes(body, block_context(run_id, number))
    return msgspec.msgpack.decode(zlib.decompress(packed), type=list[Line])


def block_context(run_id: UUID, number: int) -> bytes:
    """Return what a block's seal is bound to."""
    return b"import.block" + run_id.bytes + number.to_bytes(4, "big")


def seal_plan(ctx: Ctx, run_id: UUID, plan: Plan) -> bytes:
    """Return a plan as it is stored."""
    raw = msgspec.msgpack.encode(plan)
    return ctx.cipher.seal_bytes(raw, context=b"import.plan" + run_id.bytes)


def open_plan(ctx: Ctx, run_id: UUID, sealed: bytes) -> Plan:
    """Return a stored plan."""
    raw = ctx.cipher.open_bytes(sealed, b"import.plan" + run_id.bytes)
    return msgspec.msgpack.decode(raw, type=Plan)


def guess_days(plan: Plan, file_name: str) -> None:
    """Fill in each sheet's year and the 기준일 from titles, sheets' names and the file's name."""
    for sheet in plan.sheets:
        for where in (sheet.titles(), sheet.name, file_name):
            sheet.year = sheet.year or year_in(where)
            plan.as_of = plan.as_of or as_of_in(where)


def field_options(kind: str) -> list[tuple[str, str]]:
    """Return the fields of a kind for a select, without serial numbers."""
    return [
        (f.code, title_of(kind, f.code)) for f in FIELDS[kind] if f.code not in {"serial", "note"}
    ]
