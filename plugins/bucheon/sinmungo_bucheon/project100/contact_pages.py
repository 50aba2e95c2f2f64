"""Writing a contact down, and one contact with the whole name of the person met."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Form,
    Gather,
    InputProblem,
    InvalidError,
    Req,
    case_labels,
    clock,
    date_ko,
    needs,
    parse_date,
    people_by_id,
    read_form,
    see_other,
)
from sinmungo_bucheon.project100 import board, contacts, service
from sinmungo_bucheon.project100 import contact_queries as cq
from sinmungo_bucheon.project100.contacts import SETTLED, ContactIn, ItemIn, Settled
from sinmungo_bucheon.project100.look import HOME, show
from sinmungo_bucheon.project100.models import METHODS
from sinmungo_bucheon.project100.permissions import CONTACT, READ

EMPTY: Mapping[str, str] = {
    "category": "",
    "content": "",
    "regulation": "",
    "rule": "",
    "settled": "",
    "answer": "",
}


class LogController(Controller):
    """`/office/bucheon/project100/{id}/contacts`: a new contact with one company."""

    path = "/{enrolment_id:uuid}/contacts"

    @get("/", opt=needs(CONTACT))
    async def form(self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]) -> Response[str]:
        """Ask for the contact."""
        form = Form(contacted_on=clock.today().isoformat(), method="VISIT")
        return await _log_page(request, ctx, enrolment_id, form)

    @post("/", opt=needs(CONTACT))
    async def log(self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]) -> Response[Any]:
        """Write it down, with its difficulties as cases; or add an empty row to the form."""
        form = await read_form(request)
        if form["act"] == "ROW":
            return await _log_page(request, ctx, enrolment_id, form, more=1)
        try:
            logged = await contacts.log(ctx, enrolment_id, _contact(form))
        except InvalidError as error:
            return await _log_page(
                request, ctx, enrolment_id, form, status=422, errors=error.errors
            )
        said = "연락을 적었습니다."
        if logged.case_nos:
            said += f" 애로 {len(logged.case_nos)}건을 접수했습니다: {', '.join(logged.case_nos)}"
        return see_other(f"{HOME}/{enrolment_id}", said)


class ContactController(Controller):
    """`/office/bucheon/project100/contacts/{id}`: one contact."""

    path = "/contacts/{contact_id:uuid}"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, contact_id: FromPath[UUID]) -> Response[str]:
        """Show a contact whole; that it was looked at is noted."""
        return await _contact_page(request, ctx, contact_id, Form())

    @post("/void", opt=needs(CONTACT))
    async def void(self, request: Req, ctx: CtxDep, contact_id: FromPath[UUID]) -> Response[Any]:
        """Take a contact back."""
        form = await read_form(request)
        version = form.number("row_version") or 0
        try:
            row = await contacts.void(ctx, contact_id, form["reason"], version)
        except InvalidError as error:
            return await _contact_page(
                request, ctx, contact_id, form, status=422, errors=error.errors
            )
        return see_other(f"{HOME}/{row.enrolment_id}", "연락 기록을 취소했습니다.")


def _contact(form: Form) -> ContactIn:
    gather = Gather()
    gather.need("contacted_on", form["contacted_on"], "연락한 날을 적어 주세요.")
    day = gather.take("contacted_on", parse_date, form["contacted_on"], date.min)
    gather.done()
    return ContactIn(
        contacted_on=day,
        method=form["method"],
        officer_id=form.uuid("officer_id"),
        met=form["met"],
        met_title=form["met_title"],
        summary=form["summary"],
        items=[_item(row) for row in _rows(form) if _filled(row)],
    )


def _rows(form: Form) -> list[dict[str, str]]:
    """Return the rows of the form with the filled ones first, numbered as they are sent on."""
    rows = [{**EMPTY, **row} for row in form.rows("items")]
    return sorted(rows, key=lambda row: not _filled(row))


def _filled(row: Mapping[str, str]) -> bool:
    return any(row[key] for key in EMPTY)


def _item(row: Mapping[str, str]) -> ItemIn:
    return ItemIn(
        category=row["category"],
        content=row["content"],
        regulation=bool(row["regulation"]),
        rule=row["rule"],
        settled=_settled(row["settled"]),
        answer=row["answer"],
    )


def _settled(code: str) -> Settled:
    return next((known for known in SETTLED if known == code), "")


async def _log_page(
    request: Req,
    ctx: Ctx,
    enrolment_id: UUID,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    more: int = 0,
) -> Response[str]:
    member = await board.member(ctx, enrolment_id)
    officers = [(p.id, f"{p} ({unit})") for p, unit in await service.active_officers(ctx)]
    known = {key for key, _ in officers}
    usual = ctx.me.officer_id if ctx.me.officer_id in known else member.row.officer_id
    rows = _rows(form)
    return show(
        request,
        ctx,
        "contact_new",
        here="board",
        status=status,
        member=member,
        officers=officers,
        methods=list(METHODS.items()),
        categories=list((await case_labels(ctx)).categories.items()),
        rows=[*rows, *[EMPTY] * (more or not rows)],
        empty_row=EMPTY,
        settled=list(SETTLED.items()),
        form=Form({**form, "officer_id": form["officer_id"] or str(usual)}),
        errors=errors or {},
        echo=_echo(form["contacted_on"]),
    )


def _echo(typed: str) -> str:
    try:
        return date_ko(parse_date(typed)) if typed else ""
    except InputProblem:
        return ""


async def _contact_page(
    request: Req,
    ctx: Ctx,
    contact_id: UUID,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    row = await contacts.contact(ctx, contact_id)
    people = await people_by_id(ctx, [row.officer_id])
    return show(
        request,
        ctx,
        "contact",
        here="board",
        status=status,
        contact=board.Contact(row, str(people.get(row.officer_id, ""))),
        met=await contacts.met_of(ctx, contact_id),
        cases=await ctx.db.all(cq.CASES_OF, contact_id=contact_id),
        labels=await case_labels(ctx),
        form=form,
        errors=errors or {},
    )
