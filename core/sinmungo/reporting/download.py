"""A counted table as a file: the header is the first line, real numbers, "-" and blank kept."""

from collections.abc import Iterator
from typing import Any

from sinmungo.reporting.tables import Cell, Table
from sinmungo.web.sheets import Column, Sheet

_WIDTH = 11


def table_sheet(table: Table) -> Sheet:
    """Return the table as a sheet, the total first as on the screen."""
    columns = [Column(table.dimension_title, 22)]
    columns += [Column(c.title, _WIDTH, "number") for c in table.columns]
    title = f"{table.title} ({table.period.title})"
    return Sheet(title, columns, _rows(table), table.as_of, table.footnotes, table.unit)


def _rows(table: Table) -> Iterator[list[Any]]:
    for line in (table.total, *table.lines):
        yield [line.title, *(_figure(cell) for cell in line.cells)]


def _figure(cell: Cell) -> Any:
    if cell.blank:
        return None
    return "-" if cell.value is None else cell.value
