"""Companies in the office: find, look, and the fragment that finds while someone types."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.companies import service
from sinmungo.companies.contacts import list_contacts
from sinmungo.companies.display import facts
from sinmungo.companies.history import Entry, history
from sinmungo.companies.models import SIZE_CLASSES
from sinmungo.companies.permissions import EDIT, READ
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.search import find, looks_like_number
from sinmungo.host.context import Ctx
from sinmungo.text.dates import datetime_ko
from sinmungo.text.normalise import company_key, is_initials
from sinmungo.web.access import needs
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/companies"
ROWS = 40
OPTIONS = 8


class CompanyListPages(Controller):
    """`/office/companies`: the list, its search, and the options found while typing."""

    @get("/", opt=needs(READ))
    async def show(
        self,
        request: Req,
        ctx: CtxDep,
        q: FromQuery[str | None] = None,
        after: FromQuery[str | None] = None,
    ) -> Response[str]:
        """Show companies by name, or what a name finds."""
        if q and q.strip():
            return await _found(request, ctx, q.strip())
        start = decode_place(after) if after else None
        rows = await service.list_companies(ctx, after=start, size=ROWS + 1)
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        cursor = encode_cursor(last.name_key, str(last.id)) if last else ""
        return _list_page(
            request,
            ctx,
            rows[:ROWS],
            first_href=ROOT if after else "",
            next_href=f"{ROOT}?after={cursor}" if cursor else "",
        )

    @post("/search", opt=needs(READ))
    async def search(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show what a query finds; a number stays out of the address, it may be a person's."""
        q = (await read_form(request))["q"]
        if looks_like_number(q):
            return await _found(request, ctx, q)
        return see_other(_with_query(ROOT, q=q) if q else ROOT)

    @get("/options", opt=needs(READ))
    async def options(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Return the companies found so far as radio buttons (see `_options`)."""
        return await _options(request, ctx, query_form(request))

    @post("/options", opt=needs(READ))
    async def options_posted(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Return the same for a query that must stay out of the address."""
        return await _options(request, ctx, await read_form(request))


class CompanyPages(Controller):
    """`/office/companies/{id}`: all that is known of one company."""

    @get("/{company_id:uuid}", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show the record, its contacts, its history, and the panels of other slices."""
        company = await service.record(ctx, company_id)
        people = await list_contacts(ctx, company_id)
        await service.note_view(ctx, company_id)
        return page(
            request,
            "companies/detail.html",
            company=company,
            facts=facts(company),
            people=people,
            hints=await ctx.host.hints(ctx, company_id),
            panels=_panels(ctx, company_id),
            entries=[_line(entry) for entry in await history(ctx, company_id)],
            may_edit=ctx.me.may(EDIT),
        )


async def _found(request: Req, ctx: Ctx, q: str) -> Response[str]:
    rows = await find(ctx, q, ROWS)
    new_href = f"{ROOT}/new" if looks_like_number(q) else _with_query(f"{ROOT}/new", name=q)
    return _list_page(request, ctx, rows, q=q, searched=True, new_href=new_href)


def _list_page(request: Req, ctx: Ctx, rows: list[CompanyHit], **values: Any) -> Response[str]:
    defaults = {"q": "", "searched": False, "new_href": "", "first_href": "", "next_href": ""}
    return page(
        request,
        "companies/list.html",
        rows=rows,
        limit=ROWS,
        sizes=SIZE_CLASSES,
        may_edit=ctx.me.may(EDIT),
        **{**defaults, **values},
    )


async def _options(request: Req, ctx: Ctx, form: Form) -> Response[str]:
    """Answer with radio buttons `company_id`: what was found, and last "a new company" (empty).

    Checked is what saving would choose: the company whose whole name or number was typed, else the
    new one. The query is `q`, or the own value of a field `company_name` or `company` that asks.
    """
    typed = form["q"] or form["company_name"] or form["company"]
    found = await find(ctx, typed, OPTIONS)
    offer_new = not (looks_like_number(typed) or is_initials(typed))
    return page(
        request,
        "companies/options.html",
        found=found,
        typed=typed,
        selected=form["selected"] or _meant(typed, found, is_name=offer_new),
        offer_new=offer_new,
    )


def _meant(typed: str, found: list[CompanyHit], *, is_name: bool) -> str:
    if is_name:
        key = company_key(typed)
        found = [c for c in found if c.name_key == key and c.state == "ACTIVE"]
    return str(found[0].id) if len(found) == 1 else ""


def _panels(ctx: Ctx, company_id: UUID) -> list[dict[str, str]]:
    return [
        {"slug": p.slug, "title": p.title, "path": p.path.replace("{id}", str(company_id))}
        for p in ctx.host.panels(ctx.city, "COMPANY")
        if ctx.me.may(p.permission)
    ]


def _line(entry: Entry) -> dict[str, str]:
    return {
        "at": datetime_ko(entry.occurred_at),
        "title": entry.title,
        "who": entry.who,
        "text": entry.text,
    }


def _with_query(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"
