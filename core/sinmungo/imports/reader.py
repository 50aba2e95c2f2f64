"""A table as lines of plain cells, whatever file it came in; nothing is understood here.

Line numbers are those that the person sees in Excel. Cells that are merged downwards repeat their
value in every line, since registers merge one company over its several difficulties. A resident
number is taken out before anything is stored.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from sinmungo.imports.files import MAX_LINES, FileKind, decode
from sinmungo.imports.problems import FileProblemError
from sinmungo.text.guards import resident_number_at

type Cell = str | float | int | None

MAX_COLUMNS = 100
MAX_CELL = 8000
RESIDENT_MARK = "[주민등록번호 삭제]"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
HEAD_LINES = 40
_MAYBE_RESIDENT = re.compile(r"\d{6}")
_LARGE = 10**11


class Line(msgspec.Struct, array_like=True):
    """One line of a sheet: its number in Excel and its cells from column A on.

    A day or moment is an ISO text ("2024-03-05T00:00:00"), a number a number.
    """

    number: int
    cells: list[Cell]


class SheetLines(msgspec.Struct):
    """A sheet while it is read. `spans`: merged cells of the head, (line, first, last column)."""

    name: str
    hidden: bool
    spans: list[tuple[int, int, int]]
    lines: Iterator[Line]


def read_sheets(raw: bytes, kind: FileKind) -> Iterator[SheetLines]:
    """Yield the sheets of a file one after another; use each before asking for the next.

    Raises FileProblemError when the reader cannot make sense of it.
    """
    if kind == "CSV":
        yield SheetLines("CSV", hidden=False, spans=[], lines=_csv_lines(decode(raw)))
        return
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            for meta in book.sheets_metadata:
                if meta.typ == SheetTypeEnum.WorkSheet:
                    hidden = "Hidden" in str(meta.visible)
                    yield _sheet(book.get_sheet_by_name(meta.name), hidden=hidden)
    except CalamineError:
        raise FileProblemError("엑셀 파일을 읽을 수 없습니다. 다시 저장해서 올려 주세요.") from None


def _sheet(sheet: CalamineSheet, *, hidden: bool) -> SheetLines:
    merged = sheet.merged_cell_ranges or []
    spans = [
        (top + 1, left, right)
        for (top, left), (_, right) in merged
        if right > left and top < HEAD_LINES
    ]
    downwards = {
        (top, left): (bottom, right) for (top, left), (bottom, right) in merged if bottom > top
    }
    return SheetLines(sheet.name, hidden, spans, _excel_lines(sheet, downwards))


def _excel_lines(
    sheet: CalamineSheet, downwards: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[Line]:
    left = sheet.start[1] if sheet.start else 0
    by_line: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _) in downwards.items():
        by_line.setdefault(top, []).append((column, bottom))
    repeated: dict[int, tuple[int, Cell]] = {}
    for index, values in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [None] * left + [plain_cell(value) for value in values]
        del cells[MAX_COLUMNS:]
        for column, (bottom, value) in list(repeated.items()):
            if index > bottom:
                del repeated[column]
            elif column < len(cells) and cells[column] is None:
                cells[column] = value
        for column, bottom in by_line.get(index, ()):
            if column < len(cells):
                repeated[column] = (bottom, cells[column])
        if any(cell is not None for cell in cells):
            yield Line(index + 1, cells)


def _csv_lines(text: str) -> Iterator[Line]:
    sample = text[:4000]
    delimiter = max(",\t;", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if reader.line_num > MAX_LINES:
                raise FileProblemError(f"{MAX_LINES:,}줄까지 읽습니다.")
            cells = [plain_cell(value) for value in row[:MAX_COLUMNS]]
            if any(cell is not None for cell in cells):
                yield Line(reader.line_num, cells)
    except csv.Error:
        raise FileProblemError("CSV를 읽을 수 없습니다. 따옴표가 짝이 맞는지 봐 주세요.") from None


def plain_cell(value: Any) -> Cell:
    """Return a cell as it is stored, without a resident number in it."""
    for kind, plain in _PLAIN:
        if isinstance(value, kind):
            return plain(value)
    return None


def _number(value: float) -> Cell:
    if not value.is_integer():
        return value if abs(value) < _LARGE else str(value)
    whole = int(value)
    return _text(str(whole)) if whole >= _LARGE else whole


def _text(text: str) -> str | None:
    if _MAYBE_RESIDENT.search(text):
        while found := resident_number_at(text):
            text = text[: found[0]] + RESIDENT_MARK + text[found[1] :]
    text = text[:MAX_CELL].replace("\0", "")
    return text if text.strip() else None


_PLAIN: tuple[tuple[type, Callable[[Any], Cell]], ...] = (
    (str, _text),
    (bool, lambda value: "Y" if value else "N"),
    (float, _number),
    (datetime, lambda value: str(value.replace(microsecond=0, tzinfo=None).isoformat())),
    (date, lambda value: f"{value.isoformat()}T00:00:00"),
    (time, lambda value: str(value.strftime("%H:%M"))),
    (int, str),
    (timedelta, str),
)
