"""Agencies in the office: the list, one agency, and the forms that add, correct and end one."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo import clock
from sinmungo.agencies import service
from sinmungo.agencies.events import EVENTS
from sinmungo.agencies.models import KINDS
from sinmungo.agencies.permissions import EDIT, READ
from sinmungo.agencies.record import LABELS, as_texts
from sinmungo.agencies.service import AgencyRow
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.people.service import people_by_id
from sinmungo.text import dates, phone
from sinmungo.text.dates import date_ko, datetime_ko
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, Gather, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.sheets import Column, download_list
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/agencies"
_COLUMNS = (
    Column("기관명", 30),
    Column("종류", 18),
    Column("줄임말", 16),
    Column("대표전화", 16),
    Column("시작", 12, "date"),
    Column("끝", 12, "date"),
    Column("이어진 기관", 30),
)
_TITLES = {event.kind: event.title for event in EVENTS}


class AgencyListPages(Controller):
    """`/office/agencies`: the list, by kind or by a part of a name."""

    @get("/", opt=needs(READ))
    async def show(
        self,
        request: Req,
        ctx: CtxDep,
        q: FromQuery[str | None] = None,
        kind: FromQuery[str | None] = None,
        ended: FromQuery[str | None] = None,
    ) -> Response[str]:
        """Show the agencies that exist, with `ended` those of the past too."""
        today = clock.today()
        rows = await _rows(ctx, (q or "").strip(), kind or None, None if ended else today)
        return page(
            request,
            "agencies/list.html",
            rows=rows,
            names=await service.agency_names(ctx, (r.successor_id for r in rows if r.successor_id)),
            kinds=KINDS,
            form=Form(q=q or "", kind=kind or "", ended=ended or ""),
            on=today,
            is_open=service.is_open,
            may_edit=ctx.me.may(EDIT),
        )

    @get("/file/{kind_of_file:str}", opt=heavy(needs(READ)))
    async def file(
        self,
        ctx: CtxDep,
        kind_of_file: FromPath[str],
        q: FromQuery[str | None] = None,
        kind: FromQuery[str | None] = None,
        ended: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """Hand out the rows of the list as a file; no persons are in it."""
        today = clock.today()
        rows = await _rows(ctx, (q or "").strip(), kind or None, None if ended else today)
        names = await service.agency_names(ctx, (r.successor_id for r in rows if r.successor_id))
        cells = [
            (
                row.name,
                KINDS[row.kind],
                row.short_name,
                phone.display(row.phone) if row.phone else None,
                row.valid_from,
                row.valid_to,
                names[row.successor_id] if row.successor_id else None,
            )
            for row in rows
        ]
        return download_list("유관기관", "유관기관", _COLUMNS, cells, kind_of_file, "곳")


class AgencyFormPages(Controller):
    """`/office/agencies/new` and `/office/agencies/{id}/edit`."""

    @get("/new", opt=needs(EDIT))
    async def new(self, request: Req, kind: FromQuery[str | None] = None) -> Response[str]:
        """Show an empty agency."""
        return _form(request, Form(kind=kind or ""), {})

    @post("/new", opt=needs(EDIT))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add the agency and show it."""
        form = await read_form(request)
        try:
            agency_id = await service.add(ctx, form)
        except InvalidError as error:
            return _form(request, form, error.errors)
        return see_other(f"{ROOT}/{agency_id}", "유관기관을 등록했습니다.")

    @get("/{agency_id:uuid}/edit", opt=needs(EDIT))
    async def show(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[str]:
        """Show an agency for correction."""
        row = await service.agency(ctx, agency_id)
        return _form(request, Form(as_texts(row)), {}, row)

    @post("/{agency_id:uuid}/edit", opt=needs(EDIT))
    async def edit(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[Any]:
        """Save the correction."""
        form = await read_form(request)
        try:
            await service.edit(ctx, agency_id, form, form.number("row_version") or 0)
        except InvalidError as error:
            return _form(request, form, error.errors, await service.agency(ctx, agency_id))
        return see_other(f"{ROOT}/{agency_id}", "유관기관 정보를 저장했습니다.")


class AgencyPages(Controller):
    """`/office/agencies/{id}`: one agency, its days and what it came after."""

    path = "/{agency_id:uuid}"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[str]:
        """Show what is known, the panels of other slices, and the history."""
        row = await service.agency(ctx, agency_id)
        successor = await service.agency(ctx, row.successor_id) if row.successor_id else None
        return page(
            request,
            "agencies/detail.html",
            agency=row,
            facts=_facts(row),
            successor=successor,
            before=await service.predecessors(ctx, agency_id),
            is_open=service.is_open(row, clock.today()),
            panels=_panels(ctx, agency_id),
            entries=await _entries(ctx, agency_id),
            may_edit=ctx.me.may(EDIT),
        )

    @get("/end", opt=needs(EDIT))
    async def ask_end(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[str]:
        """Ask for the day and the successor."""
        return await _end_form(request, ctx, agency_id, Form(), {})

    @post("/end", opt=needs(EDIT))
    async def end(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[Any]:
        """End the agency."""
        form = await read_form(request)
        try:
            day = _day(form)
            await service.end(
                ctx,
                agency_id,
                valid_to=day,
                successor_id=form.uuid("successor_id"),
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            return await _end_form(request, ctx, agency_id, form, error.errors)
        return see_other(f"{ROOT}/{agency_id}", f"{date_ko(day)}에 끝나는 것으로 적었습니다.")

    @post("/reopen", opt=needs(EDIT))
    async def reopen(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[Any]:
        """Take an end back."""
        form = await read_form(request)
        await service.reopen(ctx, agency_id, form.number("row_version") or 0)
        return see_other(f"{ROOT}/{agency_id}", "종료를 취소했습니다.")


async def _rows(ctx: Ctx, q: str, kind: str | None, on: date | None) -> list[AgencyRow]:
    if not q:
        return await service.list_agencies(ctx, kind=kind, on=on)
    found = await service.find_agencies(ctx, q)
    return [
        r
        for r in found
        if (kind is None or r.kind == kind) and (on is None or service.is_open(r, on))
    ]


def _facts(row: AgencyRow) -> list[dict[str, Any]]:
    begun = date_ko(row.valid_from) if row.valid_from else ""
    ended = f"{date_ko(row.valid_to)} (이날부터 없음)" if row.valid_to else ""
    facts: list[dict[str, Any]] = [
        {"label": "종류", "value": KINDS[row.kind]},
        {"label": "줄임말", "value": row.short_name},
        {"label": "대표전화", "value": phone.display(row.phone) if row.phone else ""},
        {"label": "누리집", "value": row.url, "href": row.url or ""},
        {"label": "생긴 날", "value": begun},
    ]
    return [*facts, {"label": "끝나는 날", "value": ended}] if ended else facts


def _panels(ctx: Ctx, agency_id: UUID) -> list[dict[str, str]]:
    return [
        {"slug": p.slug, "title": p.title, "path": p.path.replace("{id}", str(agency_id))}
        for p in ctx.host.panels(ctx.city, "AGENCY")
        if ctx.me.may(p.permission)
    ]


async def _entries(ctx: Ctx, agency_id: UUID) -> list[dict[str, str]]:
    rows = [r for r in await timeline(ctx, agency_id) if r.kind in _TITLES]
    people = await people_by_id(ctx, (r.actor_id for r in rows))
    return [
        {
            "at": datetime_ko(row.recorded_at),
            "title": _TITLES[row.kind],
            "who": str(people[row.actor_id]) if row.actor_id in people else "",
            "text": _changed(row.payload),
        }
        for row in reversed(rows)
    ]


def _changed(payload: Mapping[str, object]) -> str:
    fields = payload.get("fields")
    if not isinstance(fields, list):
        return ""
    return ", ".join(LABELS.get(str(field), str(field)) for field in fields)


def _form(
    request: Req, form: Mapping[str, str], errors: Mapping[str, str], row: AgencyRow | None = None
) -> Response[str]:
    return page(
        request,
        "agencies/form.html",
        status=422 if errors else 200,
        form=Form(form),
        errors=errors,
        agency=row,
        kinds=KINDS.items(),
        echo=_echo(form.get("valid_from", "")),
    )


async def _end_form(
    request: Req, ctx: Ctx, agency_id: UUID, form: Form, errors: Mapping[str, str]
) -> Response[str]:
    row = await service.agency(ctx, agency_id)
    others = await service.list_agencies(ctx, on=clock.today())
    return page(
        request,
        "agencies/end.html",
        status=422 if errors else 200,
        agency=row,
        options=[(r.id, r.name) for r in others if r.id != agency_id],
        form=form,
        errors=errors,
        echo=_echo(form["valid_to"]),
    )


def _day(form: Form) -> date:
    gather = Gather()
    gather.need("valid_to", form["valid_to"], "날짜를 적어 주세요.")
    day = (
        gather.take("valid_to", dates.parse_date, form["valid_to"], clock.today())
        if form["valid_to"]
        else clock.today()
    )
    gather.done()
    return day


def _echo(typed: str) -> str:
    try:
        return date_ko(dates.parse_date(typed))
    except dates.DateError:
        return ""
