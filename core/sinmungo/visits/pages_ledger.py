"""방문관리대장 on the screen: numbers that open their rows, one chart, and the file."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.text import dates
from sinmungo.visits import look as looks
from sinmungo.visits import service
from sinmungo.visits.labels import KIND, OUTCOME
from sinmungo.visits.ledger import DIMENSIONS, REVIEW, Ledger, LedgerLine, LedgerQuery
from sinmungo.visits.pages_list import ROOT, tabs
from sinmungo.visits.permissions import READ
from sinmungo.visits.sheets import book_sheets, rows_sheet
from sinmungo.web import charts
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, Gather, query_form
from sinmungo.web.render import page
from sinmungo.web.sheets import download, file_kind
from sinmungo.web.types import CtxDep, Req

COLUMNS = {
    "visits": "방문(회)",
    "companies": "업체(개사)",
    "received": "접수(건)",
    "on_site": "현장해결",
    "handled": "즉시처리",
    "notified": "부서통보",
    "proposed": "상급건의",
    "unclassed": "미분류",
}
FILTERS = ("first", "last", "kind", "agency", "as_of", "by")


class LedgerPages(Controller):
    """`/office/visits/ledger`."""

    path = "/ledger"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the book of a period as of a day."""
        form = query_form(request)
        try:
            asked = query_of(form)
        except InvalidError as error:
            return await _page(request, ctx, form, LedgerQuery(), error.errors)
        return await _page(request, ctx, form, asked, {})

    @get(["/file.xlsx", "/file.csv"], opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Send the same book: the sums, the visits, the difficulties."""
        asked = query_of(query_form(request))
        kind = file_kind(request.url.path.rpartition(".")[2])
        return download("방문관리대장", await book_sheets(ctx, asked), kind)

    @get("/visits", opt=needs(READ))
    async def visits(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the visits behind a number."""
        form = query_form(request)
        asked = query_of(form)
        line = form.optional("line")
        rows = await service.visits_behind(ctx, asked, line=line, cursor=form["cursor"])
        return await _rows_page(request, ctx, "visits/booked_visits.html", form, asked, rows)

    @get("/items", opt=needs(READ))
    async def items(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the difficulties behind a number."""
        form = query_form(request)
        asked = query_of(form)
        rows = await service.items_behind(
            ctx,
            asked,
            outcome=form.optional("outcome"),
            line=form.optional("line"),
            cursor=form["cursor"],
        )
        return await _rows_page(request, ctx, "visits/booked_items.html", form, asked, rows)

    @get(
        ["/visits.xlsx", "/visits.csv", "/items.xlsx", "/items.csv"],
        opt=heavy(needs(READ)),
    )
    async def rows_file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Send all rows behind a number."""
        form = query_form(request)
        what, _, kind = request.url.path.rpartition("/")[2].rpartition(".")
        line, outcome = form.optional("line"), form.optional("outcome")
        sheet = await rows_sheet(ctx, query_of(form), what, line, outcome)
        return download(sheet.title, [sheet], file_kind(kind))


def query_of(form: Form) -> LedgerQuery:
    """Return what the filters of the address mean; without days the running year."""
    gather = Gather()
    today = clock.today()

    def day(field: str, default: Any) -> Any:
        typed = form[field]
        return gather.take(field, dates.parse_date, typed, default) if typed else default

    first, last = day("first", today.replace(month=1, day=1)), day("last", None)
    as_of = day("as_of", None)
    if last is not None:
        gather.need("last", first <= last, "시작일과 같거나 늦은 날이어야 합니다.")
    if as_of is not None:
        gather.need("as_of", as_of <= today, "기준일은 오늘까지 고를 수 있습니다.")
    gather.need("kind", not form["kind"] or form["kind"] in KIND, "방문 구분을 골라 주세요.")
    gather.done()
    by = form["by"] if form["by"] in DIMENSIONS else "month"
    return LedgerQuery(
        first=first,
        last=last,
        kind=form.optional("kind"),
        agency_id=form.uuid("agency"),
        as_of=as_of,
        dimension=by,  # type: ignore[arg-type]  # checked in the line above
    )


def link(form: Form, path: str = "", **more: str) -> str:
    """Return an address that keeps the filters."""
    kept = {name: form[name] for name in FILTERS if form[name]}
    return f"{ROOT}/ledger{path}?{urlencode({**kept, **more})}"


async def _page(
    request: Req, ctx: Ctx, form: Form, asked: LedgerQuery, errors: dict[str, str]
) -> Response[str]:
    book = await service.ledger(ctx, asked)
    return page(
        request,
        "visits/ledger.html",
        status=422 if errors else 200,
        tabs=tabs("ledger"),
        form=form if errors else _shown(form, asked),
        errors=errors,
        book=book,
        stats=_stats(form, book.total),
        columns=[{"label": DIMENSIONS[asked.dimension]}]
        + [{"label": title, "kind": "num"} for title in COLUMNS.values()],
        lines=[_line(form, line) for line in (book.total, *book.lines)],
        chart=_chart(form, book),
        kinds=looks.KINDS,
        associations=await looks.associations(ctx),
        dimensions=[
            {"title": title, "href": link(form, by=code), "current": code == asked.dimension}
            for code, title in DIMENSIONS.items()
        ],
        files=[(title, link(form, f"/file.{kind}")) for title, kind in _FILES],
        as_of=dates.date_ko(asked.day),
    )


_FILES = (("엑셀 내려받기", "xlsx"), ("CSV", "csv"))


def _shown(form: Form, asked: LedgerQuery) -> Form:
    """The filters as they were understood."""
    days = {"first": asked.first, "last": asked.last, "as_of": asked.as_of}
    written = {name: f"{d.year}. {d.month}. {d.day}." for name, d in days.items() if d}
    return Form({**form, **written})


def _stats(form: Form, total: LedgerLine) -> list[dict[str, Any]]:
    parts = (
        ("현장해결", total.on_site, "on_site", "ON_SITE", "success"),
        ("검토(즉시처리+부서통보)", total.review, "review", REVIEW, ""),
        ("상급건의", total.proposed, "proposed", "PROPOSED", ""),
        ("미분류", total.unclassed, "unclassed", "UNCLASSED", "warning"),
    )
    counts: list[dict[str, Any]] = [
        _stat("방문", total.visits, "회", link(form, "/visits")),
        _stat("방문 업체", total.companies, "개사", link(form, "/visits")),
        _stat("접수한 애로", total.received, "건", link(form, "/items")),
    ]
    for title, number, share, code, tone in parts:
        percent = total.shares[share]
        unit = "건" if percent is None else f"건 ({percent}%)"
        stat = _stat(title, number, unit, link(form, "/items", outcome=code))
        counts.append({**stat, "tone": tone if number else ""})
    return counts


def _stat(label: str, value: int, unit: str, href: str) -> dict[str, Any]:
    shown = {"label": label, "value": f"{value:,}", "unit": unit}
    return {**shown, "href": href} if value else shown


def _line(form: Form, line: LedgerLine) -> dict[str, Any]:
    at = {"line": line.code} if line.code is not None else {}
    cells = []
    for field, title in COLUMNS.items():
        number = getattr(line, field)
        path = "/visits" if field in {"visits", "companies"} else "/items"
        outcome = {"outcome": field.upper()} if field.upper() in OUTCOME else {}
        href = link(form, path, **at, **outcome) if number else ""
        cells.append({"label": title, "text": f"{number:,}", "href": href})
    return {"title": line.title, "cells": cells, "total": line.code is None}


def _chart(form: Form, book: Ledger) -> charts.Bars | None:
    lines = [line for line in book.lines if line.received]
    if not lines:
        return None
    series = [
        charts.Series(
            title,
            [getattr(line, code.lower()) for line in lines],
            [link(form, "/items", line=line.code or "", outcome=code) for line in lines],
        )
        for code, title in OUTCOME.items()
    ]
    return charts.stacked([line.title for line in lines], series)


async def _rows_page(
    request: Req, ctx: Ctx, template: str, form: Form, asked: LedgerQuery, rows: Any
) -> Response[str]:
    chosen = {k: form[k] for k in ("line", "outcome") if form[k]}
    path = request.url.path.removeprefix(f"{ROOT}/ledger")
    outcome = form["outcome"]
    named = "검토" if outcome == REVIEW else OUTCOME.get(outcome, "")
    return page(
        request,
        template,
        look=await looks.look(ctx),
        rows=rows.items,
        named=named,
        back=link(form),
        files=[(title, link(form, f"{path}.{kind}", **chosen)) for title, kind in _FILES],
        as_of=dates.date_ko(asked.day),
        next_href=link(form, path, **chosen, cursor=rows.next) if rows.next else "",
    )
