"""The project for programs: `/api/v1/bucheon/project100`. Whatever the screens can do."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Req,
    clean,
    decode_cursor,
    encode_cursor,
    if_match,
    needs,
    once,
    with_etag,
)
from sinmungo_bucheon.project100 import board, handover, leaving, rounds, service
from sinmungo_bucheon.project100.permissions import MANAGE, READ
from sinmungo_bucheon.project100.queries import EnrolmentRow, RoundRow
from sinmungo_bucheon.project100.rules import Check

PAGE = 100
_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class EnrolmentOut(EnrolmentRow):
    """A company in a round; `officer` is "이름 직위".

    `due_on` is the day by which it has to be contacted; `state` is LATE (the day is past), SOON
    (within 30 days), DUE (not yet in this period) or DONE. Both are null when it is not active.
    """

    officer: str = ""
    due_on: date | None = None
    state: str | None = None


class EnrolmentPage(msgspec.Struct):
    """Companies in the order of application; `next` is the cursor of the following page."""

    items: list[EnrolmentOut]
    next: str | None


class EnrolIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to come in, and who will look after the company."""

    round_id: UUID
    company_id: UUID
    officer_id: UUID


class OfficerIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes over."""

    officer_id: UUID
    reason: str = ""


class EndIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why it ends: WITHDREW, BELOW_STANDARD, MOVED_OUT, CLOSED_DOWN, or OTHER with a note."""

    reason: str
    note: str = ""


class RoundIn(msgspec.Struct, forbid_unknown_fields=True):
    """A round; what is left out is taken from the city's settings."""

    name: str
    selected_on: date
    capacity: _Positive | None = None
    min_employees: _Count | None = None


class ProjectApi(Controller):
    """Rounds and the companies in them."""

    tags = ("유망기업 100",)

    @get("/rounds", opt=needs(READ))
    async def list_rounds(self, ctx: CtxDep) -> list[RoundRow]:
        """List the rounds, the latest first."""
        return await rounds.list_rounds(ctx)

    @post("/rounds", opt=needs(MANAGE))
    async def open_round(
        self, request: Req, ctx: CtxDep, data: JSONBody[RoundIn]
    ) -> Response[RoundRow]:
        """Open a round."""
        usual = await rounds.defaults(ctx)
        given = {"capacity": data.capacity, "min_employees": data.min_employees}
        figures = {
            "capacity": usual.project100_capacity,
            "min_employees": usual.project100_min_employees,
        } | {key: value for key, value in given.items() if value is not None}

        async def act() -> RoundRow:
            round_id = await rounds.open_round(
                ctx, name=clean(data.name), selected_on=data.selected_on, **figures
            )
            return await rounds.round_of(ctx, round_id)

        return await once(request, ctx, act)

    @post("/rounds/{round_id:uuid}/close", opt=needs(MANAGE), status_code=200)
    async def close_round(
        self, request: Req, ctx: CtxDep, round_id: FromPath[UUID]
    ) -> Response[RoundRow]:
        """Close a round with everyone in it."""
        await leaving.close_round(ctx, round_id, if_match(request))
        of = await rounds.round_of(ctx, round_id)
        return with_etag(of, of.row_version)

    @get("/check", opt=needs(READ))
    async def check(
        self, ctx: CtxDep, round_id: FromQuery[UUID], company_id: FromQuery[UUID]
    ) -> Check:
        """Say what enrolling a company would lead to; nothing is written."""
        of = await rounds.round_of(ctx, round_id)
        return await service.check_company(ctx, of, company_id)

    @get("/", opt=needs(READ))
    async def list(
        self,
        ctx: CtxDep,
        round_id: FromQuery[UUID | None] = None,
        status: FromQuery[str | None] = None,
        officer_id: FromQuery[UUID | None] = None,
        cursor: FromQuery[str | None] = None,
    ) -> EnrolmentPage:
        """List the companies of a round (by default the latest that is open)."""
        of = await board.current_round(ctx, round_id)
        if of is None:
            return EnrolmentPage([], None)
        after = int(decode_cursor(cursor, 1)[0]) if cursor else 0
        found = await board.members(
            ctx, of, status=status, officer_id=officer_id, after=after, limit=PAGE + 1
        )
        items = [enrolment_out(m) for m in found[:PAGE]]
        more = len(found) > PAGE
        return EnrolmentPage(items, encode_cursor(str(items[-1].apply_no)) if more else None)

    @post("/", opt=needs(MANAGE))
    async def enrol(
        self, request: Req, ctx: CtxDep, data: JSONBody[EnrolIn]
    ) -> Response[EnrolmentOut]:
        """Take a company in, or put it on the waiting list."""

        async def act() -> EnrolmentOut:
            made = await service.enrol(
                ctx,
                round_id=data.round_id,
                company_id=data.company_id,
                officer_id=data.officer_id,
            )
            return enrolment_out(await board.member(ctx, made.id))

        return await once(request, ctx, act)

    @get("/{enrolment_id:uuid}", opt=needs(READ))
    async def get_one(self, ctx: CtxDep, enrolment_id: FromPath[UUID]) -> Response[EnrolmentOut]:
        """Return a company in a round."""
        return await _answer(ctx, enrolment_id)

    @post("/{enrolment_id:uuid}/promote", opt=needs(MANAGE), status_code=200)
    async def promote(
        self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]
    ) -> Response[EnrolmentOut]:
        """Give the first in the waiting list a free seat."""
        await service.promote(ctx, enrolment_id, if_match(request))
        return await _answer(ctx, enrolment_id)

    @post("/{enrolment_id:uuid}/officer", opt=needs(MANAGE), status_code=200)
    async def change_officer(
        self,
        request: Req,
        ctx: CtxDep,
        enrolment_id: FromPath[UUID],
        data: JSONBody[OfficerIn],
    ) -> Response[EnrolmentOut]:
        """Hand a company over to another officer."""
        await handover.change_officer(
            ctx,
            enrolment_id,
            officer_id=data.officer_id,
            reason=data.reason,
            row_version=if_match(request),
        )
        return await _answer(ctx, enrolment_id)

    @post("/{enrolment_id:uuid}/end", opt=needs(MANAGE), status_code=200)
    async def end(
        self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID], data: JSONBody[EndIn]
    ) -> Response[EnrolmentOut]:
        """End a company's part in the round."""
        await leaving.end(
            ctx, enrolment_id, reason=data.reason, note=data.note, row_version=if_match(request)
        )
        return await _answer(ctx, enrolment_id)


def enrolment_out(member: board.Member) -> EnrolmentOut:
    """Return a company as the API shows it."""
    values: dict[str, Any] = msgspec.structs.asdict(member.row)
    return EnrolmentOut(**values, officer=member.officer, due_on=member.due_on, state=member.state)


async def _answer(ctx: Ctx, enrolment_id: UUID) -> Response[EnrolmentOut]:
    member = await board.member(ctx, enrolment_id)
    return with_etag(enrolment_out(member), member.row.row_version)
