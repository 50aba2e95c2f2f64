"""The approval line over the API."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from sinmungo.cases import approvals, service
from sinmungo.cases.permissions import APPROVE, READ, WORK
from sinmungo.cases.types import Changed
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class ApprovalOut(msgspec.Struct):
    """An answer that went up the line. `waits_for` is the role whose turn it is or was last.

    `state` is PENDING, APPROVED, REJECTED or RECALLED; `mine`: the caller may decide now.
    """

    id: UUID
    disposition: str
    implementation: str
    answer: str
    steps: list[str]
    waits_for: str
    state: str
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None
    decided_by: str
    mine: bool


class ApprovalPage(msgspec.Struct):
    """Every answer of a case that went up the line, the newest first; there is no second page."""

    items: list[ApprovalOut]
    next: str | None = None


class WaitingOut(msgspec.Struct):
    """An answer that waits for the caller."""

    case_id: UUID
    case_no: str
    company_name: str
    summary: str
    disposition: str
    waits_for: str
    submitted_at: datetime
    submitted_by: str
    due_at: datetime


class WaitingPage(msgspec.Struct):
    """The two hundred that are due first; there is no second page."""

    items: list[WaitingOut]
    next: str | None = None


class RejectBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why an answer is sent back."""

    reason: str = ""


class ApprovalsApi(Controller):
    """`/api/v1/cases/approvals` and the acts on a case."""

    tags = ("cases",)

    @get("/approvals", opt=needs(APPROVE))
    async def waiting(self, ctx: CtxDep) -> WaitingPage:
        """Return the answers that wait for the caller's approval, by due moment."""
        found = await approvals.waiting(ctx)
        return WaitingPage(
            [
                WaitingOut(
                    r.case_id,
                    r.case_no,
                    r.company_name,
                    r.summary,
                    r.disposition,
                    r.waits_for,
                    r.submitted_at,
                    str(who or ""),
                    r.due_at,
                )
                for r, who in found
            ]
        )

    @get("/{case_id:uuid}/approvals", opt=needs(READ))
    async def past(self, ctx: CtxDep, case_id: FromPath[UUID]) -> ApprovalPage:
        """Return the answers of a case that went up the line."""
        return ApprovalPage([_out(a) for a in await approvals.past(ctx, case_id)])

    @post("/{case_id:uuid}/approve", opt=needs(APPROVE), status_code=200)
    async def approve(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]
    ) -> Response[Changed]:
        """Approve the answer that waits; the last approval answers. Needs If-Match."""
        return _changed(await service.approve(ctx, case_id, if_match(request)))

    @post("/{case_id:uuid}/reject", opt=needs(APPROVE), status_code=200)
    async def reject(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[RejectBody]
    ) -> Response[Changed]:
        """Send the answer back with the reason; nothing is lost. Needs If-Match."""
        return _changed(await service.reject(ctx, case_id, data.reason, if_match(request)))

    @post("/{case_id:uuid}/recall", opt=needs(WORK), status_code=200)
    async def recall(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Changed]:
        """Take back an answer that one submitted oneself. Needs If-Match."""
        return _changed(await service.recall(ctx, case_id, if_match(request)))


def _changed(done: Changed) -> Response[Changed]:
    return with_etag(done, done.row_version)


def _out(found: approvals.Approval) -> ApprovalOut:
    row = found.row
    return ApprovalOut(
        row.id,
        row.disposition,
        row.implementation,
        row.answer,
        row.steps,
        row.waits_for,
        row.state,
        row.submitted_at,
        str(found.submitted_by or ""),
        row.decided_at,
        str(found.decided_by or ""),
        found.mine,
    )


API = (ApprovalsApi,)
