"""대장: the registers on the screen, and the one page that asks why before a file is taken away.

Lists that may hold a telephone number in their search are asked for by POST, so that no address
keeps it.
"""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from sinmungo import clock
from sinmungo.cases import labels, pages_look, service
from sinmungo.cases.ledger_lines import COLUMNS, FOOTNOTES, TITLES, Book, book_of
from sinmungo.cases.ledger_sheets import ledger_file
from sinmungo.cases.ledgers import LedgerQuery, Walk, desk_walk, found_walk, ledger, ledger_walk
from sinmungo.cases.pages_desk import VIEWS, query_of, view_of
from sinmungo.cases.permissions import DOWNLOAD, READ
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.text import dates
from sinmungo.text.money import display
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page
from sinmungo.web.sheets import Column, file_kind
from sinmungo.web.types import CtxDep, Req

LIST = "/office/cases/ledgers"
_FIELDS = tuple(name for name in LedgerQuery.__struct_fields__ if name != "cursor")
_LISTS = {**TITLES, "desk": "내 업무", "search": "찾은 애로"}


class LedgerController(Controller):
    """`/office/cases/ledgers`."""

    path = "/ledgers"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show 접수대장 or 처리대장 of a period, this month unless another is given."""
        form = query_form(request)
        book = book_of(form["book"] or "received")
        if "day_from" not in form:
            form["day_from"] = f"{clock.today().replace(day=1)}"
        errors: dict[str, str] = {}
        shown = None
        try:
            shown = await ledger(ctx, book, _query(form))
        except InvalidError as error:
            errors = error.errors
        kept = {"book": book} | {name: form[name] for name in _FIELDS if form[name]}
        return page(
            request,
            "cases/ledgers.html",
            status=422 if errors else 200,
            look=await pages_look.look(ctx),
            book=book,
            title=TITLES[book],
            tabs=_tabs(form, book),
            form=form,
            errors=errors,
            columns=[{"label": c.title, "kind": _kind(c)} for c in COLUMNS[book]],
            lines=_printed(book, shown.lines) if shown else None,
            kept=kept,
            next=shown.next if shown else None,
            footnotes=FOOTNOTES[book],
            as_of=dates.date_ko(clock.today()),
            units=[(a.unit_id, a.unit_name) for a in await service.assignees(ctx)],
            dispositions=list(labels.DISPOSITION.items()),
            may_download=ctx.me.may(DOWNLOAD),
        )

    @get(["/ask", "/file"], opt=needs(READ))
    async def back(self) -> Redirect:
        """Lead from a page that was opened again to the registers."""
        return Redirect(LIST, status_code=303)

    @post("/ask", opt=needs(DOWNLOAD), status_code=200)
    async def ask(self, request: Req) -> Response[str]:
        """Ask why before a list is taken away."""
        return _ask(request, await read_form(request), {})

    @post("/file", opt=heavy(needs(DOWNLOAD)), status_code=200)
    async def file(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Send the file of a list with its filters, and write down who took it and why."""
        form = await read_form(request)
        book, walk = await _walk(ctx, form)
        try:
            return await ledger_file(ctx, book, walk, file_kind(form["kind"]), form["reason"])
        except InvalidError as error:
            return _ask(request, form, error.errors)


def _query(form: Form) -> LedgerQuery:
    values = {name: form.optional(name) for name in _FIELDS if name != "unit_id"}
    return LedgerQuery(**values, unit_id=form.uuid("unit_id"), cursor=form.optional("cursor"))


async def _walk(ctx: Ctx, form: Form) -> tuple[Book, Walk]:
    """Return which columns, and how to go through the list that a form names."""
    match form["list"]:
        case "desk":
            return "received", desk_walk(ctx, view_of(form["view"]))
        case "search":
            return "received", await found_walk(ctx, query_of(form))
        case name:
            book = book_of(name)
            return book, ledger_walk(ctx, book, _query(form))


def _ask(request: Req, form: Form, errors: dict[str, str]) -> Response[str]:
    name = _LISTS.get(form["list"])
    if name is None:
        raise MissingError
    view = VIEWS.get(form["view"], "") if form["list"] == "desk" else ""
    hidden = {k: v for k, v in form.items() if k not in {"reason", "kind", "cursor"}}
    return page(
        request,
        "cases/take_away.html",
        status=422 if errors else 200,
        what=" ".join(part for part in (name, view) if part),
        form=form,
        hidden=hidden,
        errors=errors,
        back=LIST if form["list"] in TITLES else "/office/cases",
    )


def _tabs(form: Form, book: Book) -> list[dict[str, Any]]:
    days = "".join(f"&{n}={form[n]}" for n in ("day_from", "day_to") if form[n])
    made = [
        {"title": title, "href": f"?book={name}{days}", "current": name == book}
        for name, title in TITLES.items()
    ]
    return [*made, {"title": "건의과제 관리대장", "href": "/office/cases/proposals"}]


def _kind(column: Column) -> str:
    return "num" if column.kind == "number" else ""


def _printed(book: Book, lines: list[Any]) -> list[dict[str, Any]]:
    """Return the lines as the screen prints them: the very values of the file, as text."""
    columns = COLUMNS[book]
    return [
        {"id": line.id, "cells": [_text(c, v) for c, v in zip(columns, line.cells, strict=True)]}
        for line in lines
    ]


def _text(column: Column, value: Any) -> str:
    if value is None:
        return ""
    match column.kind:
        case "datetime":
            return dates.datetime_ko(value)
        case "date":
            return dates.date_ko(value)
        case "number" if isinstance(value, int):
            return display(value)
    return str(value)
