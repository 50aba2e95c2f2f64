"""Tables as files: XLSX as city halls print them, CSV that a spreadsheet opens right.

One home, so that every list guards formulas, dates and blanks alike. A list page adds its file in
a few lines of a handler, with the rows that it shows:

    columns = (Column("업체명", 24), Column("종업원수", 10, "number"))
    return download_list("기업목록", "기업 목록", columns, rows, kind)

Blank (None), "-" and 0 are three things and stay three things. What may grow without bound is
written page by page with `download_pages`.
"""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import quote

from litestar import Response

from sinmungo import clock
from sinmungo.errors import MissingError
from sinmungo.web.sheet_types import Column, Kind, Row, Sheet

if TYPE_CHECKING:
    from sinmungo.web.xlsx_file import XlsxFile

__all__ = [
    "Column",
    "FileKind",
    "Kind",
    "Row",
    "Sheet",
    "csv_bytes",
    "download",
    "download_list",
    "download_pages",
    "file_kind",
    "plain_text",
    "xlsx",
]

type FileKind = Literal["xlsx", "csv"]

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = b"\xef\xbb\xbf"
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class _File(Protocol):
    def begin(self, sheet: Sheet) -> None: ...
    def add(self, rows: Iterable[Row]) -> None: ...
    def end(self) -> None: ...
    def finish(self) -> bytes: ...


def file_kind(text: str) -> FileKind:
    """Return the kind of file that an address asks for; MissingError for any other."""
    match text:
        case "xlsx" | "csv":
            return text
        case _:
            raise MissingError


def plain_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula when it opens a CSV."""
    return f"'{text}" if text.lstrip(" ").startswith(_ACTIVE) else text


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as an XLSX file."""
    with _workbook() as file:
        return _write(file, sheets)


def csv_bytes(sheet: Sheet) -> bytes:
    """Return the sheet in UTF-8 with BOM: header first, notes after an empty line."""
    return _write(CsvFile(), [sheet])


def download(name: str, sheets: Sequence[Sheet], kind: FileKind) -> Response[bytes]:
    """Return the sheets as a file of this name (without ending, may be Korean)."""
    if kind == "csv":
        return _response(name, kind, _write(CsvFile(), sheets))
    return _response(name, kind, xlsx(sheets))


def download_list(
    name: str, title: str, columns: Sequence[Column], rows: Iterable[Row], kind: str, unit: str = ""
) -> Response[bytes]:
    """Return one list as of today as the file that an address asks for (`file_kind`)."""
    sheet = Sheet(title, columns, rows, clock.today(), (), unit)
    return download(name, [sheet], file_kind(kind))


async def download_pages(
    name: str, sheet: Sheet, pages: AsyncIterable[Sequence[Row]], kind: FileKind
) -> Response[bytes]:
    """Like `download` for one long sheet whose rows come page by page (`sheet.rows` first)."""
    if kind == "csv":
        return _response(name, kind, await _write_pages(CsvFile(), sheet, pages))
    with _workbook() as file:
        return _response(name, kind, await _write_pages(file, sheet, pages))


def _workbook() -> "XlsxFile":
    from sinmungo.web.xlsx_file import XlsxFile  # 2 MB that most workers never need

    return XlsxFile()


def _write(file: _File, sheets: Sequence[Sheet]) -> bytes:
    for sheet in sheets:
        file.begin(sheet)
        file.add(sheet.rows)
        file.end()
    return file.finish()


async def _write_pages(file: _File, sheet: Sheet, pages: AsyncIterable[Sequence[Row]]) -> bytes:
    file.begin(sheet)
    file.add(sheet.rows)
    async for rows in pages:
        await asyncio.to_thread(file.add, rows)
    file.end()
    return await asyncio.to_thread(file.finish)


def _response(name: str, kind: FileKind, content: bytes) -> Response[bytes]:
    plain = re.sub(r"[^A-Za-z0-9._-]", "", name).strip("._-") or "list"
    named = (
        f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{quote(name, safe='')}.{kind}"
    )
    headers = {"content-disposition": named, "cache-control": "no-store"}
    return Response(content, media_type=_MEDIA[kind], headers=headers)


class CsvFile:
    """The sheets one after the other, with an empty line between them."""

    def __init__(self) -> None:
        self._content = io.BytesIO(_BOM)
        self._content.seek(0, io.SEEK_END)
        self._out = io.TextIOWrapper(self._content, "utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._out)
        self._first = True

    def begin(self, sheet: Sheet) -> None:
        """Write the header: one line, a group's name before its columns' titles."""
        self._sheet = sheet
        if not self._first:
            self._writer.writerow([])
        self._first = False
        titles = (f"{c.group} {c.title}" if c.group else c.title for c in sheet.columns)
        self._writer.writerow([plain_text(title) for title in titles])

    def add(self, rows: Iterable[Row]) -> None:
        """Write lines of the sheet."""
        self._writer.writerows([_csv_cell(value) for value in row] for row in rows)

    def end(self) -> None:
        """Write what the table is, and its footnotes."""
        notes = [_caption(self._sheet), *self._sheet.footnotes]
        self._writer.writerow([])
        self._writer.writerows([plain_text(note)] for note in notes)

    def finish(self) -> bytes:
        """Return the file."""
        self._out.flush()
        return self._content.getvalue()


def _csv_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case "-":
            return "-"
        case datetime():
            return f"{clock.to_seoul(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case str():
            return plain_text(value)
        case _:
            return str(value)


def _caption(sheet: Sheet) -> str:
    return f"{sheet.title} ({', '.join(sheet.told)})" if sheet.told else sheet.title
