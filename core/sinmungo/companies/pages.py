"""Companies in the office: find, look, and the fragment that finds while someone types."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.companies import extra, merge_queries, merging, service
from sinmungo.companies.contacts import list_contacts
from sinmungo.companies.display import facts
from sinmungo.companies.history import Entry, history
from sinmungo.companies.listing import Filters, count_filtered, list_file, list_filtered
from sinmungo.companies.memberships import associations
from sinmungo.companies.models import SIZE_CLASSES, STATES
from sinmungo.companies.permissions import EDIT, MERGE, READ
from sinmungo.companies.places import places
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.search import find, looks_like_number
from sinmungo.errors import InvalidError
from sinmungo.forms import service as forms
from sinmungo.forms.asking import told
from sinmungo.host.context import Ctx
from sinmungo.text.dates import datetime_ko
from sinmungo.text.normalise import company_key, is_initials
from sinmungo.web.access import heavy, needs
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.sheets import file_kind
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/companies"
ROWS = 40
OPTIONS = 8


class CompanyListPages(Controller):
    """`/office/companies`: the list, its search, and the options found while typing."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show companies by name, those that fit the filters, or what a name finds."""
        asked = query_form(request)
        if asked["q"]:
            return await _found(request, ctx, asked["q"])
        filters = Filters.of(asked)
        start = decode_place(asked["after"]) if asked["after"] else None
        rows = await _rows(ctx, filters, start)
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        cursor = encode_cursor(last.name_key, str(last.id)) if last else ""
        return await _list_page(
            request,
            ctx,
            rows[:ROWS],
            filters=filters,
            total=await count_filtered(ctx, filters) if filters.texts else None,
            first_href=_with_query(ROOT, **filters.texts) if start else "",
            next_href=_with_query(ROOT, **filters.texts, after=cursor) if cursor else "",
        )

    @get("/file", opt=needs(READ))
    async def ask_file(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Ask why the list is taken away."""
        return await _file_page(request, ctx, query_form(request), {})

    @post("/file", opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Send the list as a file."""
        form = await read_form(request)
        try:
            filters, kind = Filters.of(form), file_kind(form["kind"])
            return await list_file(ctx, filters, kind, form["reason"])
        except InvalidError as error:
            return await _file_page(request, ctx, form, error.errors)

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
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Show the record, its contacts, its history, and the panels of other slices.

        A merged company leads to the one it was merged into.
        """
        company = await service.record(ctx, company_id)
        if company.merged_into is not None:
            said = f"{company.values.name}은(는) 이 업체로 합쳐졌습니다."
            return see_other(f"{ROOT}/{company.merged_into}", said, "info")
        people = await list_contacts(ctx, company_id)
        await service.note_view(ctx, company_id)
        panels = await _panels(ctx, company_id)
        return page(
            request,
            "companies/detail.html",
            company=company,
            facts=facts(company) + told(await forms.answers(ctx, extra.KIND, company_id)),
            people=people,
            hints=await ctx.host.hints(ctx, company_id),
            panels=panels,
            sections=[
                {"title": p["title"], "href": f"#panel-{p['slug']}", "count": p["count"]}
                for p in panels
            ],
            merged=await merging.merges_into(ctx, company_id),
            entries=[_line(entry) for entry in await history(ctx, company_id)],
            may_edit=ctx.me.may(EDIT),
            may_merge=ctx.me.may(MERGE),
        )


async def _found(request: Req, ctx: Ctx, q: str) -> Response[str]:
    rows = await find(ctx, q, ROWS)
    new_href = f"{ROOT}/new" if looks_like_number(q) else _with_query(f"{ROOT}/new", name=q)
    return await _list_page(request, ctx, rows, q=q, searched=True, new_href=new_href)


async def _rows(ctx: Ctx, filters: Filters, start: tuple[str, UUID] | None) -> list[CompanyHit]:
    if filters.texts:
        return await list_filtered(ctx, filters, after=start, size=ROWS + 1)
    return await service.list_companies(ctx, after=start, size=ROWS + 1)


async def _list_page(
    request: Req, ctx: Ctx, rows: list[CompanyHit], **values: Any
) -> Response[str]:
    defaults: dict[str, Any] = {
        **dict.fromkeys(("q", "new_href", "first_href", "next_href"), ""),
        "searched": False,
        "filters": Filters(),
        "total": None,
    }
    shown, known = {**defaults, **values}, await places(ctx)
    return page(
        request,
        "companies/list.html",
        rows=rows,
        limit=ROWS,
        sizes=SIZE_CLASSES,
        states=STATES,
        dongs=[(name, name) for name in known.dongs],
        complexes=[(name, name) for name in known.complexes],
        associations=[(a.id, a.name) for a in await associations(ctx)],
        file_href=_with_query(f"{ROOT}/file", **shown["filters"].texts),
        may_edit=ctx.me.may(EDIT),
        may_merge=ctx.me.may(MERGE),
        **shown,
    )


async def _file_page(
    request: Req, ctx: Ctx, form: Form, errors: Mapping[str, str]
) -> Response[str]:
    filters = Filters.of(form)
    return page(
        request,
        "companies/file.html",
        status=422 if errors else 200,
        form=form,
        errors=errors,
        hidden=filters.texts,
        total=await count_filtered(ctx, filters),
        cancel_href=_with_query(ROOT, **filters.texts),
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


async def _panels(ctx: Ctx, company_id: UUID) -> list[dict[str, Any]]:
    """Return the panels, each with how many rows it will show where a slice has said so."""
    items = ctx.host.merge_tables(ctx.city)
    counted: dict[str, int] = {}
    for row in await ctx.db.all(merge_queries.counts(items), company_id=company_id):
        slug = items[row.place].panel
        counted[slug] = counted.get(slug, 0) + row.count
    return [
        {
            "slug": p.slug,
            "title": p.title,
            "path": p.path.replace("{id}", str(company_id)),
            "count": counted.get(p.slug),
        }
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
    return f"{path}?{urlencode(query)}" if query else path
