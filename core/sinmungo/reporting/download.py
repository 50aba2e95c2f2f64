"""A counted table, and the rows behind one figure of it, as files.

The header of a table is the first line, numbers are real, "-" and blank are kept.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from litestar import Response

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.reporting import service
from sinmungo.reporting.periods import Period
from sinmungo.reporting.tables import Cell, Table
from sinmungo.web.sheets import Column, FileKind, Row, Sheet, download_pages

_WIDTH = 11


def table_sheet(table: Table) -> Sheet:
    """Return the table as a sheet, the total first as on the screen."""
    columns = [Column(table.dimension_title, 22)]
    columns += [Column(c.title, _WIDTH, "number") for c in table.columns]
    title = f"{table.title} ({table.period.title})"
    return Sheet(title, columns, _rows(table), table.as_of, table.footnotes, table.unit)


async def rows_file(
    ctx: Ctx,
    name: str,
    kind: FileKind,
    *,
    dimension: str,
    value: str | None,
    measure: str,
    period: Period,
) -> Response[bytes]:
    """Return all rows behind a cell as a file, newest first; raises as `service.evidence` does."""
    asked: dict[str, Any] = {
        "dimension": dimension,
        "value": value,
        "measure": measure,
        "period": period,
    }
    first = await service.evidence(ctx, name, **asked)
    what = f"{first.line} {first.measure.title}"

    async def pages() -> AsyncIterator[list[Row]]:
        number, found = 0, first
        while True:
            yield [(at, *row.cells) for at, row in enumerate(found.rows, start=number + 1)]
            number += len(found.rows)
            if not found.next:
                return
            found = await service.evidence(ctx, name, **asked, cursor=found.next)

    columns = [Column("연번", 7, "number"), *(Column(c.title, 20) for c in first.dataset.columns)]
    title = f"{first.dataset.title} {what} ({period.title})"
    sheet = Sheet(title, columns, (), clock.today(), (), first.dataset.unit)
    return await download_pages(f"{what}_{period.code}", sheet, pages(), kind)


def _rows(table: Table) -> Iterator[list[Any]]:
    for line in (table.total, *table.lines):
        yield [line.title, *(_figure(cell) for cell in line.cells)]


def _figure(cell: Cell) -> Any:
    if cell.blank:
        return None
    if cell.hidden:
        return cell.text
    return "-" if cell.value is None else cell.value
