"""처리현황 on the screen: a table whose every figure opens its rows, one chart, and the file."""

from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.reporting import links, service
from sinmungo.reporting.download import rows_file, table_sheet
from sinmungo.reporting.periods import (
    TITLES,
    Period,
    PeriodKind,
    around,
    parse_period,
    typed_period,
)
from sinmungo.reporting.permissions import READ
from sinmungo.reporting.tables import Column, Table, TableLine
from sinmungo.reporting.terms import Dataset
from sinmungo.text.dates import date_ko
from sinmungo.web import charts
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, query_form
from sinmungo.web.look import known_look
from sinmungo.web.render import page
from sinmungo.web.sheets import download, file_kind
from sinmungo.web.types import CtxDep, Req

FULL_SCORE = 100
_OPENS = "막대의 각 부분은 위 표의 수와 같고, 누르면 그 목록이 열립니다."
_CLOSED = "막대는 위 표의 수와 같습니다. 누가 답했는지 드러나지 않도록 목록은 열지 않습니다."


class ReportingController(Controller):
    """`/office/reporting`: what is counted in this city, by period and dimension."""

    @get("/", opt=heavy(needs(READ)))
    async def first(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the first dataset."""
        name = next(iter(service.datasets(ctx)), None)
        if name is None:
            raise MissingError
        return await _show(request, ctx, name)

    @get("/{dataset:str}", opt=heavy(needs(READ)))
    async def one(self, request: Req, ctx: CtxDep, dataset: FromPath[str]) -> Response[str]:
        """Show a dataset by one dimension for one period."""
        return await _show(request, ctx, dataset)

    @get(["/{dataset:str}/table.csv", "/{dataset:str}/table.xlsx"], opt=heavy(needs(READ)))
    async def download(self, request: Req, ctx: CtxDep, dataset: FromPath[str]) -> Response[bytes]:
        """Send the same table as a file."""
        asked = query_form(request)
        table = await service.table(ctx, dataset, asked["dimension"], _period(asked))
        name = f"{table.title}_{table.dimension_title}_{table.period.code}"
        kind = file_kind(request.url.path.rpartition(".")[2])
        return download(name, [table_sheet(table)], kind)

    @get("/{dataset:str}/rows", opt=heavy(needs(READ)))
    async def rows(
        self,
        request: Req,
        ctx: CtxDep,
        dataset: FromPath[str],
        value: FromQuery[str | None] = None,
    ) -> Response[str]:
        """Show the rows behind a cell."""
        asked = query_form(request)
        period = _period(asked)
        found = await service.evidence(
            ctx,
            dataset,
            dimension=asked["dimension"],
            value=value,
            measure=asked["measure"],
            period=period,
            cursor=asked["cursor"],
        )
        return page(
            request,
            "reporting/rows.html",
            found=found,
            period=period,
            as_of=date_ko(clock.today()),
            back=links.table_page(dataset, found.dimension.code, period),
            next_href=links.next_page(request.url.path, asked, found.next) if found.next else "",
            files=links.row_files(request.url.path, asked),
            columns=[{"label": c.title} for c in found.dataset.columns],
        )

    @get(["/{dataset:str}/rows.csv", "/{dataset:str}/rows.xlsx"], opt=heavy(needs(READ)))
    async def rows_download(
        self,
        request: Req,
        ctx: CtxDep,
        dataset: FromPath[str],
        value: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """Send all rows behind a cell as a file."""
        asked = query_form(request)
        return await rows_file(
            ctx,
            dataset,
            file_kind(request.url.path.rpartition(".")[2]),
            dimension=asked["dimension"],
            value=value,
            measure=asked["measure"],
            period=_period(asked),
        )


async def _show(request: Req, ctx: Ctx, name: str) -> Response[str]:
    asked = query_form(request)
    dataset = service.find(ctx, name)
    try:
        period = _period(asked)
    except InvalidError as error:
        if not error.errors.keys() & {"from", "to"}:
            raise
        period = around(clock.today(), "month")
        values = _frame(ctx, name, dataset, asked["dimension"], period)
        return page(
            request, "reporting/table.html", status=422, form=asked, errors=error.errors, **values
        )
    table = await service.table(ctx, name, asked["dimension"], period)
    form = Form({"from": _day(period.first), "to": _day(period.last)})
    values = _frame(ctx, name, dataset, table.dimension, period) | _figures(dataset, table)
    return page(request, "reporting/table.html", form=form, errors={}, **values)


def _period(asked: Form) -> Period:
    if asked["from"] or asked["to"]:
        return typed_period(asked["from"], asked["to"])
    if asked["period"]:
        return parse_period(asked["period"])
    return around(clock.today(), "month")


def _frame(ctx: Ctx, name: str, dataset: Dataset, dimension: str, period: Period) -> dict[str, Any]:
    """What stands around the figures: the choices, each a link that keeps the others."""
    chosen = dataset.dimension(dimension) or dataset.dimensions[0]
    neighbours = [period.shifted(-1), period.shifted(1)]
    return {
        "dataset": dataset,
        "dimension": chosen,
        "period": period,
        "table": None,
        "datasets": [
            {
                "title": other.title,
                "href": links.table_page(key, "", period),
                "current": key == name,
            }
            for key, other in service.datasets(ctx).items()
        ],
        "dimensions": [
            {
                "title": by.title,
                "href": links.table_page(name, by.code, period),
                "current": by is chosen,
            }
            for by in dataset.dimensions
        ],
        "kinds": [*_kinds(name, chosen.code, period), *_term(ctx, name, chosen.code, period)],
        "neighbours": [n and links.table_page(name, chosen.code, n) for n in neighbours],
        "path": links.table_page(name, "", period).partition("?")[0],
    }


def _kinds(name: str, dimension: str, period: Period) -> list[dict[str, Any]]:
    """The month, quarter and year around the day one looks at: today if the period holds it."""
    today = clock.today()
    day = today if period.first <= today <= period.last else period.last
    kinds: tuple[PeriodKind, ...] = ("month", "quarter", "year")
    return [
        {
            "title": TITLES[kind],
            "href": links.table_page(name, dimension, around(day, kind)),
            "current": kind == period.kind,
        }
        for kind in kinds
    ]


def _term(ctx: Ctx, name: str, dimension: str, period: Period) -> list[dict[str, Any]]:
    """The mayor's term of office, if the city has named it."""
    city = known_look(ctx.city.id).city
    if not city.term_title:
        return []
    term = Period(city.term_from, city.term_to)
    href = links.table_page(name, dimension, term)
    return [{"title": city.term_title, "href": href, "current": term == period}]


def _figures(dataset: Dataset, table: Table) -> dict[str, Any]:
    name, first = table.dataset, dataset.measures[0].code
    return {
        "table": table,
        "columns": [{"label": "구분"}] + [{"label": c.title, "kind": "num"} for c in table.columns],
        "lines": [_line(table, line) for line in (table.total, *table.lines)],
        "chart": _chart(dataset, table),
        "files": [
            {"title": title, "href": links.table_page(name, table.dimension, table.period, suffix)}
            for title, suffix in (("엑셀", "/table.xlsx"), ("CSV", "/table.csv"))
        ],
        "as_of": date_ko(table.as_of),
        "nothing": not table.total.value(first),
    }


def _line(table: Table, line: TableLine) -> dict[str, Any]:
    cells = [
        {
            "label": cell.column.title,
            "text": cell.text,
            "look": "num" if cell.says or not index else "num off-phone",
            "href": links.cell_page(table, line.code, cell.column) if cell.opens else "",
        }
        for index, cell in enumerate(line.cells)
    ]
    some = any(cell.says for cell in line.cells)
    look = "total" if line.code is None else "" if some else "off-phone"
    return {"title": line.title, "cells": cells, "look": look}


class Chart(msgspec.Struct, frozen=True):
    """Bars with what their numbers are, and whether they lead to rows."""

    bars: charts.Bars
    unit: str
    desc: str


def _chart(dataset: Dataset, table: Table) -> Chart | None:
    """Bars of the lines that have any; none when there is nothing to draw.

    A score stands on a scale of 100; one that is hidden has no bar.
    """
    columns = [c for code in dataset.chart for c in table.columns if c.code == code]
    lines = [x for x in table.lines if any(x.value(c.code) for c in columns)]
    if not lines:
        return None
    series = [
        charts.Series(
            column.title,
            [line.value(column.code) or 0 for line in lines],
            [_opens(table, line, column) for line in lines],
        )
        for column in columns
    ]
    score = columns[0].kind == "score"
    bars = charts.stacked([x.title for x in lines], series, FULL_SCORE if score else None)
    return Chart(bars, "점" if score else dataset.unit, _CLOSED if columns[0].closed else _OPENS)


def _opens(table: Table, line: TableLine, column: Column) -> str:
    return "" if column.closed else links.cell_page(table, line.code, column)


def _day(day: Any) -> str:
    return f"{day.year}. {day.month}. {day.day}."
