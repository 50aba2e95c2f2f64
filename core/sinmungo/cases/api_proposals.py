"""`/api/v1/cases/proposals`: what was proposed to other agencies, and their replies."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from sinmungo import clock
from sinmungo.cases import service
from sinmungo.cases.permissions import PROPOSE, READ
from sinmungo.cases.proposal_list import ProposalQuery, Proposals
from sinmungo.cases.proposal_queries import ProposalRow
from sinmungo.cases.types import Proposed
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req

State = Annotated[str | None, QueryParameter(name="state")]


class ProposeBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is proposed to whom. With `answer` the company gets it in the same act."""

    agency_id: UUID
    gist: str = ""
    proposed_on: date | None = None
    due_on: date | None = None
    answer: str = ""


class ReplyBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the agency replied, and what it comes to."""

    outcome: str = ""
    reply: str = ""
    replied_on: date | None = None


class EndBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why nothing more is expected; needed where no reply came."""

    reason: str = ""


class CaseProposalsApi(Controller):
    """Proposals of one case."""

    path = "/{case_id:uuid}/proposals"
    tags = ("cases",)

    @get("/", opt=needs(READ))
    async def of_case(self, ctx: CtxDep, case_id: FromPath[UUID]) -> dict[str, list[ProposalRow]]:
        """Return what was proposed because of a case, oldest first."""
        await service.need_visible(ctx, case_id)
        return {"items": await service.proposals_of(ctx, case_id)}

    @post("/", opt=needs(PROPOSE), status_code=201)
    async def propose(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[ProposeBody]
    ) -> Response[Proposed]:
        """Propose something to an agency (default: today). Needs the case's If-Match."""
        made = await service.propose(
            ctx,
            case_id,
            data.agency_id,
            data.gist,
            data.proposed_on or clock.today(),
            if_match(request),
            due_on=data.due_on,
            answer=data.answer,
        )
        return with_etag(made, made.row_version, status=201)


class ProposalsApi(Controller):
    """건의과제 관리대장."""

    path = "/proposals"
    tags = ("cases",)

    @get("/", opt=needs(READ))
    async def listed(
        self,
        ctx: CtxDep,
        wanted: State = None,
        agency_id: FromQuery[UUID | None] = None,
        proposed_from: FromQuery[str | None] = None,
        proposed_to: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
    ) -> Proposals:
        """Return forty proposals, the newest first, with how many are in each state."""
        query = ProposalQuery(
            agency_id=agency_id,
            state=wanted,
            proposed_from=proposed_from,
            proposed_to=proposed_to,
            cursor=cursor,
        )
        return await service.list_proposals(ctx, query)

    @get("/{proposal_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, proposal_id: FromPath[UUID]) -> Response[ProposalRow]:
        """Return one proposal with its ETag."""
        found = await service.proposal(ctx, proposal_id)
        return with_etag(found, found.row_version)

    @post("/{proposal_id:uuid}/reply", opt=needs(PROPOSE), status_code=200)
    async def reply(
        self, request: Req, ctx: CtxDep, proposal_id: FromPath[UUID], data: JSONBody[ReplyBody]
    ) -> Response[ProposalRow]:
        """Write down the agency's reply (default: today's). Needs If-Match."""
        day = data.replied_on or clock.today()
        done = await service.reply_proposal(
            ctx, proposal_id, data.outcome, data.reply, day, if_match(request)
        )
        return with_etag(done, done.row_version)

    @post("/{proposal_id:uuid}/close", opt=needs(PROPOSE), status_code=200)
    async def close(
        self, request: Req, ctx: CtxDep, proposal_id: FromPath[UUID], data: JSONBody[EndBody]
    ) -> Response[ProposalRow]:
        """End a proposal. Needs If-Match."""
        done = await service.close_proposal(ctx, proposal_id, data.reason, if_match(request))
        return with_etag(done, done.row_version)


API = (CaseProposalsApi, ProposalsApi)
