"""Contacts, hand-overs and the working lists for programs: beside `ProjectApi`, same address."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.sdk import CtxDep, MissingError, Req, if_match, needs, once, with_etag
from sinmungo_bucheon.project100 import (
    board,
    contacts,
    handover,
    overdue,
    regulations,
    rounds,
    year,
)
from sinmungo_bucheon.project100.api import EnrolmentOut, enrolment_out
from sinmungo_bucheon.project100.contact_queries import ContactRow, RegulationRow
from sinmungo_bucheon.project100.contacts import ContactIn, Logged
from sinmungo_bucheon.project100.handover import Pick
from sinmungo_bucheon.project100.permissions import CONTACT, MANAGE, READ

_YEARS = range(2000, 3000)


class ContactOut(ContactRow):
    """A contact; `officer` is "이름 직위" of who made it, the person met is masked."""

    officer: str = ""


class ContactItems(msgspec.Struct):
    """Every contact with a company, the latest first."""

    items: list[ContactOut]


class VoidIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why a contact is taken back."""

    reason: str


class HandoverIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which companies go to whom."""

    items: list[Pick]
    officer_id: UUID
    reason: str = ""


class HandedOver(msgspec.Struct):
    """How many companies changed hands."""

    companies: int


class OverdueOut(msgspec.Struct):
    """The companies not contacted in a period, out of `obliged`; `over`: it has ended."""

    period: str
    title: str
    first: date
    last: date
    over: bool
    obliged: int
    items: list[EnrolmentOut]


class CycleBody(msgspec.Struct, forbid_unknown_fields=True):
    """How many months a period of regular contact has: 1, 2, 3, 4, 6 or 12."""

    months: int


class DecideIn(msgspec.Struct, forbid_unknown_fields=True):
    """What becomes of a rule: CANDIDATE, or DROPPED with a note (proposing is the case's)."""

    state: str
    note: str = ""


class RegulationItems(msgspec.Struct):
    """Rules that companies named, the latest first."""

    items: list[RegulationRow]


class YearLineOut(msgspec.Struct):
    """A company's year: contacts (회) per period, cases (건) by outcome, rules (건)."""

    id: UUID
    company_id: UUID
    company_name: str
    officer: str
    status: str
    contacts: list[int]
    missed: int
    cases: int
    outcomes: dict[str, int]
    regulations: int


class YearOut(msgspec.Struct):
    """A year of the project; `periods` name the places of `contacts`."""

    year: int
    periods: list[str]
    contacts: list[int]
    cases: int
    outcomes: dict[str, int]
    regulations: int
    items: list[YearLineOut]


class ListApi(Controller):
    """What is done with the companies in the project, and what has to be."""

    tags = ("유망기업 100",)

    @get("/{enrolment_id:uuid}/contacts", opt=needs(READ))
    async def list_contacts(self, ctx: CtxDep, enrolment_id: FromPath[UUID]) -> ContactItems:
        """List the contacts with a company, those taken back too."""
        await board.member(ctx, enrolment_id)
        found = await board.contacts_of(ctx, enrolment_id)
        return ContactItems([_contact_out(c) for c in found])

    @post("/{enrolment_id:uuid}/contacts", opt=needs(CONTACT))
    async def log(
        self,
        request: Req,
        ctx: CtxDep,
        enrolment_id: FromPath[UUID],
        data: JSONBody[ContactIn],
    ) -> Response[Logged]:
        """Write a contact down; its items become cases with priority."""

        async def act() -> Logged:
            return await contacts.log(ctx, enrolment_id, data)

        return await once(request, ctx, act)

    @post("/contacts/{contact_id:uuid}/void", opt=needs(CONTACT), status_code=200)
    async def void(
        self, request: Req, ctx: CtxDep, contact_id: FromPath[UUID], data: JSONBody[VoidIn]
    ) -> Response[ContactRow]:
        """Take a contact back that was written down by mistake."""
        row = await contacts.void(ctx, contact_id, data.reason, if_match(request))
        return with_etag(row, row.row_version)

    @post("/handover", opt=needs(MANAGE), status_code=200)
    async def hand_over(self, ctx: CtxDep, data: JSONBody[HandoverIn]) -> HandedOver:
        """Hand several companies over in one act; each names the row version it was read at."""
        await handover.hand_over(ctx, data.items, officer_id=data.officer_id, reason=data.reason)
        return HandedOver(len(data.items))

    @get("/overdue", opt=needs(READ))
    async def list_overdue(
        self,
        ctx: CtxDep,
        period: FromQuery[str] = "",
        officer_id: FromQuery[UUID | None] = None,
    ) -> OverdueOut:
        """List who was not contacted in a period: "2026-10" is the one October lies in."""
        of = await overdue.period_named(ctx, period)
        found = await overdue.owing(ctx, of, officer_id)
        return OverdueOut(
            period=of.token,
            title=of.title,
            first=of.start,
            last=of.end,
            over=found.over,
            obliged=found.obliged,
            items=[enrolment_out(m) for m in found.members],
        )

    @get("/cycle", opt=needs(READ))
    async def get_cycle(self, ctx: CtxDep) -> CycleBody:
        """Return how often a company has to be contacted."""
        return CycleBody(await rounds.cycle(ctx))

    @put("/cycle", opt=needs(MANAGE))
    async def set_cycle(self, ctx: CtxDep, data: JSONBody[CycleBody]) -> CycleBody:
        """Change it; due days follow at once."""
        await rounds.set_cycle(ctx, data.months)
        return CycleBody(await rounds.cycle(ctx))

    @get("/regulations", opt=needs(READ))
    async def list_regulations(
        self, ctx: CtxDep, status: FromQuery[str | None] = None
    ) -> RegulationItems:
        """List the rules that stand in the way of growth; `status` is a code of their `state`."""
        return RegulationItems(await regulations.regulations(ctx, status))

    @get("/regulations/{item_id:uuid}", opt=needs(READ))
    async def get_regulation(self, ctx: CtxDep, item_id: FromPath[UUID]) -> Response[RegulationRow]:
        """Return one of them."""
        row = await regulations.regulation(ctx, item_id)
        return with_etag(row, row.row_version)

    @post("/regulations/{item_id:uuid}/decide", opt=needs(CONTACT), status_code=200)
    async def decide(
        self, request: Req, ctx: CtxDep, item_id: FromPath[UUID], data: JSONBody[DecideIn]
    ) -> Response[RegulationRow]:
        """Leave one alone with a reason, or take it up again."""
        version = if_match(request)
        row = await regulations.decide(
            ctx, item_id, state=data.state, note=data.note, row_version=version
        )
        return with_etag(row, row.row_version)

    @get("/years/{of:int}", opt=needs(READ))
    async def get_year(self, ctx: CtxDep, of: FromPath[int]) -> YearOut:
        """Return what a year came to, company by company."""
        if of not in _YEARS:
            raise MissingError
        found = await year.year_of(ctx, of)
        return YearOut(
            year=found.year,
            periods=[p.title for p in found.periods],
            contacts=found.contacts,
            cases=found.cases,
            outcomes=found.outcomes,
            regulations=found.regulations,
            items=[_line_out(line) for line in found.lines],
        )


def _contact_out(contact: board.Contact) -> ContactOut:
    return ContactOut(**msgspec.structs.asdict(contact.row), officer=contact.officer)


def _line_out(line: year.YearLine) -> YearLineOut:
    row = line.member.row
    return YearLineOut(
        id=row.id,
        company_id=row.company_id,
        company_name=row.company_name,
        officer=line.member.officer,
        status=row.status,
        contacts=list(line.contacts),
        missed=line.missed,
        cases=line.cases,
        outcomes=line.outcomes,
        regulations=line.regulations,
    )
