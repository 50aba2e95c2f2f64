"""What officers and the expert do alike on a session: one set of handlers, mounted on two paths.

Whose session it may be and which act is allowed when is the service's; here only the right differs,
and each controller says it once in its `opt`.
"""

from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody

from sinmungo.experts import service
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class DeclineIn(msgspec.Struct, forbid_unknown_fields=True):
    """RELATIVE, SAME_FIRM, STAKE, ADVISER_TO_RIVAL, BUSY or OTHER."""

    reason: str


class PledgeIn(msgspec.Struct, forbid_unknown_fields=True):
    """The expert: `signed`. An officer: `paper_on`, the day of the paper."""

    signed: bool = False
    paper_on: str = ""


class PlanIn(msgspec.Struct, forbid_unknown_fields=True):
    """When ("2026-11-25 14:00"), VISIT, OFFICE, PHONE or VIDEO, and where."""

    session_at: str
    mode: str
    place: str = ""


class HoldIn(msgspec.Struct, forbid_unknown_fields=True):
    """The day, hours ("2", "1.5") and mode of a session that took place."""

    held_on: str
    hours: str
    mode: str


class ReportIn(msgspec.Struct, forbid_unknown_fields=True):
    """The expert's report."""

    report: str


class SessionActs(Controller):
    """Decline, pledge, plan, hold, report. Each needs If-Match and answers with the new ETag."""

    @post("/{request_id:uuid}/decline", status_code=200)
    async def decline(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[DeclineIn]
    ) -> Response[service.Changed]:
        """Say that the chosen expert cannot or may not; a tie is written down."""
        return done(await service.decline(ctx, request_id, data.reason, if_match(request)))

    @post("/{request_id:uuid}/pledge", status_code=200)
    async def pledge(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[PledgeIn]
    ) -> Response[service.Changed]:
        """Pledge for this session: the expert signs, an officer writes down a paper's day."""
        given = msgspec.structs.asdict(data)
        return done(await service.pledge(ctx, request_id, if_match(request), **given))

    @post("/{request_id:uuid}/plan", status_code=200)
    async def plan(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[PlanIn]
    ) -> Response[service.Changed]:
        """Set time, mode and place."""
        version = if_match(request)
        return done(
            await service.plan(ctx, request_id, data.session_at, data.mode, data.place, version)
        )

    @post("/{request_id:uuid}/hold", status_code=200)
    async def hold(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[HoldIn]
    ) -> Response[service.Changed]:
        """Write down that the session took place."""
        session = service.Session(**msgspec.structs.asdict(data))
        return done(await service.hold(ctx, request_id, session, if_match(request)))

    @post("/{request_id:uuid}/report", status_code=200)
    async def report(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[ReportIn]
    ) -> Response[service.Changed]:
        """Take the report; until the fee is approved it can be written anew."""
        return done(await service.report(ctx, request_id, data.report, if_match(request)))


def done(changed: service.Changed) -> Response[service.Changed]:
    """Answer with the session after an act and its ETag."""
    return with_etag(changed, changed.row_version)
