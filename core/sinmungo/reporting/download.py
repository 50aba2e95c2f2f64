"""A table as CSV that a spreadsheet opens right: BOM, real numbers, no text that acts as a formula.

The header is the first line, so that the file is a table; notes follow after an empty line.
"""

import csv
import io

from sinmungo.reporting.tables import Cell, Table, TableLine

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_ACTIVE) else text


def table_csv(table: Table) -> bytes:
    """Return the table in UTF-8 with BOM; figures unrounded by commas, "-" and blank kept."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([table.dimension_title, *(c.title for c in table.columns)])
    writer.writerows(_line(line) for line in (table.total, *table.lines))
    writer.writerow([])
    writer.writerow([plain_text(f"{table.title} ({table.period.title}, 단위: {table.unit})")])
    writer.writerows([plain_text(note)] for note in table.footnotes)
    return out.getvalue().encode("utf-8-sig")


def _line(line: TableLine) -> list[str]:
    return [plain_text(line.title), *(_figure(cell) for cell in line.cells)]


def _figure(cell: Cell) -> str:
    if cell.blank:
        return ""
    return "-" if cell.value is None else str(cell.value)
