"""The same figures for programs. A figure is a number, null ("-"), or absent (not yet)."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.params import FromPath, FromQuery, QueryParameter

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.reporting import links, service
from sinmungo.reporting.periods import Period, around, days_between
from sinmungo.reporting.permissions import READ
from sinmungo.reporting.tables import Cell, Table, TableLine
from sinmungo.reporting.terms import Kind, Unit
from sinmungo.web.access import heavy, needs
from sinmungo.web.types import CtxDep

From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]


class Named(msgspec.Struct):
    """A code and its Korean title."""

    code: str
    title: str


class ColumnItem(Named):
    """A column. `kind`: count, share (percent), days (average) or score (of 100)."""

    kind: Kind


class DatasetItem(msgspec.Struct):
    """Something that is counted in this city."""

    slug: str
    title: str
    unit: Unit
    dimensions: list[Named]
    measures: list[ColumnItem]
    href: str


class DatasetList(msgspec.Struct):
    """All that is counted in this city; a switched-off plugin's datasets are not there."""

    items: list[DatasetItem]


class CellItem(msgspec.Struct):
    """One figure and the address of the rows behind it (empty: they are not shown).

    `hidden`: it rests on too few rows to be told.
    """

    column: str
    rows: str
    value: int | float | msgspec.UnsetType | None = msgspec.UNSET
    hidden: bool | msgspec.UnsetType = msgspec.UNSET


class LineItem(msgspec.Struct):
    """One line; `code` null is the total."""

    code: str | None
    title: str
    cells: list[CellItem]


class TableItem(msgspec.Struct):
    """A table of one dataset by one dimension, as it stands on `as_of`; `to` is counted too."""

    dataset: str
    title: str
    unit: Unit
    dimension: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    as_of: date
    columns: list[ColumnItem]
    total: LineItem
    lines: list[LineItem]
    footnotes: tuple[str, ...]


class RowItem(msgspec.Struct):
    """One row: its cells in the order of the columns."""

    id: UUID
    cells: tuple[str, ...]


class RowPage(msgspec.Struct):
    """A page of the rows behind a cell, newest first; `total` is the figure of the cell."""

    total: int
    columns: list[str]
    items: list[RowItem]
    next: str | None


class ReportingApi(Controller):
    """`/api/v1/reporting`."""

    @get("/", opt=needs(READ))
    async def datasets(self, ctx: CtxDep) -> DatasetList:
        """List what is counted in this city."""
        return DatasetList(
            [
                DatasetItem(
                    slug=name,
                    title=d.title,
                    unit=d.unit,
                    dimensions=[Named(x.code, x.title) for x in d.dimensions],
                    measures=[ColumnItem(m.code, m.title, m.kind) for m in d.measures],
                    href=f"{links.API}/{name}",
                )
                for name, d in service.datasets(ctx).items()
            ]
        )

    @get("/{dataset:str}", opt=heavy(needs(READ)))
    async def table(
        self,
        ctx: CtxDep,
        dataset: FromPath[str],
        dimension: FromQuery[str] = "",
        first: From = None,
        last: To = None,
    ) -> TableItem:
        """Count a dataset by a dimension between two days (default: this month)."""
        return _table(await service.table(ctx, dataset, dimension, _period(first, last)))

    @get("/{dataset:str}/rows", opt=heavy(needs(READ)))
    async def rows(
        self,
        ctx: CtxDep,
        dataset: FromPath[str],
        dimension: FromQuery[str] = "",
        value: FromQuery[str | None] = None,
        measure: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
        first: From = None,
        last: To = None,
    ) -> RowPage:
        """Return the rows behind a cell; without `value` those behind the total."""
        found = await service.evidence(
            ctx,
            dataset,
            dimension=dimension,
            value=value,
            measure=measure,
            period=_period(first, last),
            cursor=cursor,
        )
        return RowPage(
            total=found.total,
            columns=[c.title for c in found.dataset.columns],
            items=[RowItem(r.id, r.cells) for r in found.rows],
            next=found.next or None,
        )


def _period(first: date | None, last: date | None) -> Period:
    if first is None and last is None:
        return around(clock.today(), "month")
    if first is None or last is None:
        missing = "from" if first is None else "to"
        raise InvalidError({missing: "시작일과 종료일을 함께 보내 주세요."})
    return days_between(first, last)


def _table(table: Table) -> TableItem:
    return TableItem(
        dataset=table.dataset,
        title=table.title,
        unit=table.unit,
        dimension=table.dimension,
        first=table.period.first,
        last=table.period.last,
        as_of=table.as_of,
        columns=[ColumnItem(c.code, c.title, c.kind) for c in table.columns],
        total=_line(table, table.total),
        lines=[_line(table, line) for line in table.lines],
        footnotes=table.footnotes,
    )


def _line(table: Table, line: TableLine) -> LineItem:
    cells = [_cell(table, line, cell) for cell in line.cells]
    return LineItem(line.code, line.title, cells)


def _cell(table: Table, line: TableLine, cell: Cell) -> CellItem:
    rows = "" if cell.column.closed else links.cell_api(table, line.code, cell.column)
    hidden = True if cell.hidden else msgspec.UNSET
    return CellItem(cell.column.code, rows, _value(cell), hidden)


def _value(cell: Cell) -> int | float | msgspec.UnsetType | None:
    if cell.blank:
        return msgspec.UNSET
    return float(cell.value) if isinstance(cell.value, Decimal) else cell.value
