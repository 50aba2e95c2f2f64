"""A workbook as city halls print them, written row by row so that its length costs no memory."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any, Self

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sinmungo import clock
from sinmungo.web.sheet_types import Column, Row, Sheet

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_WRAPS_FROM = 24
_A4 = 9
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "wrapped": {"text_wrap": True},
    "number": {"num_format": "#,##0", "align": "right"},
    "decimal": {"num_format": "#,##0.0", "align": "right"},
    "money": {"num_format": '#,##0;"△"#,##0', "align": "right"},
    "date": {"num_format": 'yyyy". "m". "d"."', "align": "center"},
    "datetime": {"num_format": 'yyyy". "m". "d". "hh:mm', "align": "center"},
    "right": {"align": "right"},
    "center": {"align": "center"},
}
_CELL = {"border": 1, "valign": "top", "font_size": 10}
_HEAD = {
    "bold": True,
    "border": 1,
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
    "bg_color": "#E9EDF3",
    "font_size": 10,
}
_TITLE = {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}


class XlsxFile:
    """A workbook that keeps one row in memory; the rest waits in a folder that is removed."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="sinmungo-sheet-")
        self._content = io.BytesIO()
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        self._book = Workbook(self._content, options)
        self._formats = {
            name: self._book.add_format(_CELL | look) for name, look in _FORMATS.items()
        }
        self._head = self._book.add_format(_HEAD)
        self._title = self._book.add_format(_TITLE)
        self._told = self._book.add_format({"align": "right", "font_size": 10})
        self._note = self._book.add_format({"font_size": 10})
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        """Open the folder until the file is read."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was written, also after an error."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        self._folder.cleanup()

    def begin(self, sheet: Sheet) -> None:
        """Write the title, the day and unit, and the header; freeze and repeat them."""
        self._sheet, self._row = sheet, 0
        self._at: Worksheet = self._book.add_worksheet(self._name(sheet.title))
        self._lay_out(sheet)
        self._line(sheet.title, self._title)
        self._at.set_row(0, 28)
        if sheet.told:
            self._line(", ".join(sheet.told), self._told)
        self._header(sheet.columns)
        self._at.freeze_panes(self._row, 0)
        self._at.repeat_rows(0, self._row - 1)
        self._first = self._row

    def add(self, rows: Iterable[Row]) -> None:
        """Write lines of the sheet, in order."""
        columns = self._sheet.columns
        for row in rows:
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._cell(at, column, value)
            self._row += 1

    def end(self) -> None:
        """Write the footnotes; filters only where the header is one plain line."""
        last = len(self._sheet.columns) - 1
        if self._row > self._first and not any(c.group for c in self._sheet.columns):
            self._at.autofilter(self._first - 1, 0, self._row - 1, last)
        for note in self._sheet.footnotes:
            self._at.write_string(self._row, 0, f"※ {note}", self._note)
            self._row += 1

    def finish(self) -> bytes:
        """Return the file."""
        self._book.close()
        return self._content.getvalue()

    def _name(self, title: str) -> str:
        plain = _NO_SHEET_NAME.sub(" ", title).strip()[:28] or "표"
        names = [plain, *(f"{plain}({n})" for n in range(2, 10))]
        name = next(n for n in names if n.lower() not in self._names)
        self._names.add(name.lower())
        return name

    def _lay_out(self, sheet: Sheet) -> None:
        self._at.set_landscape()
        self._at.set_paper(_A4)
        self._at.fit_to_pages(1, 0)
        self._at.set_margins(0.4, 0.4, 0.6, 0.6)
        self._at.set_footer("&C&P / &N")
        for at, column in enumerate(sheet.columns):
            self._at.set_column(at, at, column.width)

    def _line(self, text: str, look: Format) -> None:
        """Write a line over all columns."""
        last = len(self._sheet.columns) - 1
        self._at.write_string(self._row, 0, text, look)
        for at in range(1, last + 1):
            self._at.write_blank(self._row, at, None, look)
        self._merge(self._row, 0, self._row, last)
        self._row += 1

    def _header(self, columns: Sequence[Column]) -> None:
        top = self._row
        if not any(column.group for column in columns):
            self._titles([column.title for column in columns])
            return
        groups = [column.group for column in columns]
        starts = [at for at, group in enumerate(groups) if not at or group != groups[at - 1]]
        self._titles([c.title if not c.group else c.group for c in columns], frozenset(starts))
        self._titles([c.title if c.group else "" for c in columns])
        for at, column in enumerate(columns):
            if not column.group:
                self._merge(top, at, top + 1, at)
        for start, stop in zip(starts, [*starts[1:], len(columns)], strict=True):
            if groups[start]:
                self._merge(top, start, top, stop - 1)

    def _titles(self, titles: Sequence[str], only: frozenset[int] | None = None) -> None:
        """Write one line of the header; where `only` is given, other group names stay empty."""
        for at, title in enumerate(titles):
            ungrouped = not self._sheet.columns[at].group
            shown = only is None or at in only or ungrouped
            if title and shown:
                self._at.write_string(self._row, at, title, self._head)
            else:
                self._at.write_blank(self._row, at, None, self._head)
        self._row += 1

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge cells already written: `merge_range` would write upwards, lost in this mode."""
        if (top, left) != (bottom, right):
            self._at.merge.append([top, left, bottom, right])

    def _cell(self, at: int, column: Column, value: Any) -> None:
        row, put, looks = self._row, self._at, self._formats
        match value:
            case None | "":
                put.write_blank(row, at, None, looks["text"])
            case bool() | str():
                put.write_string(row, at, _words(value), looks[_text_look(column)])
            case datetime():
                moment = clock.to_seoul(value).replace(tzinfo=None)
                put.write_datetime(row, at, moment, looks[column.kind])
            case date():
                put.write_datetime(row, at, value, looks["date"])
            case Decimal() | float() if column.kind != "money":
                put.write_number(row, at, value, looks["decimal"])
            case _:
                look = column.kind if column.kind in {"number", "money"} else "number"
                put.write_number(row, at, value, looks[look])


def _words(value: str | bool) -> str:  # noqa: FBT001 - a cell's value, not a switch
    return value if isinstance(value, str) else ("예" if value else "아니요")


def _text_look(column: Column) -> str:
    if column.kind in {"number", "money"}:
        return "right"
    if column.kind in {"date", "datetime"}:
        return "center"
    return "wrapped" if column.width >= _WRAPS_FROM else "text"
