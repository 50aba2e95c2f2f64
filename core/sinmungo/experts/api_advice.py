"""Sessions for programs: `/api/v1/experts/advice` for officers, `/desk` for the expert's own."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.experts import service
from sinmungo.experts.advice_queries import Line
from sinmungo.experts.api_acts import SessionActs, done
from sinmungo.experts.permissions import ASK, OWN, PAY, READ
from sinmungo.experts.register import take_away
from sinmungo.experts.rules import Reason
from sinmungo.host.context import Ctx
from sinmungo.web.access import heavy, needs, public
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.sheets import download
from sinmungo.web.types import CtxDep, Req

PAGE = 100


class AdvicePage(msgspec.Struct):
    """Requests, the newest first; `next` is the cursor of the following page."""

    items: list[Line]
    next: str | None


class AdviceOut(msgspec.Struct):
    """One request, opened. `acts` are what this caller may do now."""

    id: UUID
    no: str
    state: str
    company_id: UUID
    company_name: str
    case_id: UUID | None
    case_no: str | None
    case_content: str | None
    visit_id: UUID | None
    field: str
    question: str
    unit_name: str | None
    officer: str
    expert_id: UUID | None
    expert: str
    affiliation: str | None
    session_at: datetime | None
    mode: str | None
    place: str | None
    pledged_how: str | None
    pledged_on: date | None
    held_on: date | None
    minutes: int | None
    report_due: date | None
    late: bool
    report: str | None
    fee_full: int | None
    fee: int | None
    score: int | None
    comment: str | None
    acts: list[str]
    row_version: int


class AskIn(msgspec.Struct, forbid_unknown_fields=True):
    """Either a case or a visit; the field of advice and what is to be asked."""

    field: str
    question: str
    case_id: UUID | None = None
    visit_id: UUID | None = None


class RegisterIn(msgspec.Struct, forbid_unknown_fields=True):
    """The year, why it is wanted, and the kind of file."""

    year: int
    reason: str
    kind: Literal["xlsx", "csv"] = "xlsx"


class CandidateOut(msgspec.Struct):
    """An expert for a request: points and reasons; `excluded` ones cannot be chosen."""

    id: UUID
    name_mask: str
    affiliation: str
    title: str | None
    excluded: bool
    score: int
    reasons: list[Reason]
    texts: list[str]


class MatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """The chosen expert."""

    expert_id: UUID


class PayIn(msgspec.Struct, forbid_unknown_fields=True):
    """The amount that was shown, in won."""

    fee: int


class RateIn(msgspec.Struct, forbid_unknown_fields=True):
    """1 to 5, and what the company said."""

    score: int
    comment: str = ""


class RateByLinkIn(msgspec.Struct, forbid_unknown_fields=True):
    """The word at the end of the link, 1 to 5, and a remark."""

    token: str
    score: int
    comment: str = ""


class CancelIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why."""

    cancel_reason: str


class LinkOut(msgspec.Struct):
    """The path of a link that works once, for thirty days."""

    path: str


class AdviceApi(SessionActs):
    """`/api/v1/experts/advice`; the acts on a session are those of `SessionActs`."""

    path = "/advice"
    opt = needs(ASK)
    tags = ("experts",)

    @get("/", opt=needs(READ))
    async def list_all(
        self,
        ctx: CtxDep,
        status: FromQuery[str | None] = None,
        field: FromQuery[str | None] = None,
        late: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        cursor: FromQuery[str | None] = None,
    ) -> AdvicePage:
        """Return the requests one may see, the newest first, at most 100 at a time."""
        return await _page(ctx, status, field, late=late, cursor=cursor, own=False)

    @post("/", opt=needs(ASK))
    async def ask(
        self, request: Req, ctx: CtxDep, data: JSONBody[AskIn]
    ) -> Response[service.Changed]:
        """Mark a case or visit 심층자문 필요. Takes an Idempotency-Key."""

        async def act() -> service.Changed:
            return await service.ask(ctx, **msgspec.structs.asdict(data))

        return await once(request, ctx, act)

    @post("/register", opt=heavy(needs(READ)), status_code=200)
    async def register(self, ctx: CtxDep, data: JSONBody[RegisterIn]) -> Response[bytes]:
        """Return 자문대장 of a year as XLSX or CSV; the reason is written down."""
        sheet = await take_away(ctx, data.year, data.reason)
        return download(f"자문대장-{data.year}", [sheet], data.kind)

    @get("/{request_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[AdviceOut]:
        """Return one request; the view is written to the access log."""
        return await _one(ctx, request_id)

    @get("/{request_id:uuid}/candidates", opt=needs(ASK))
    async def candidates(
        self,
        ctx: CtxDep,
        request_id: FromPath[UUID],
        any_field: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
    ) -> list[CandidateOut]:
        """Return who could be asked, the best first, with the reasons for and against."""
        found = await service.candidates(ctx, request_id, any_field=any_field)
        return [_candidate(c) for c in found]

    @post("/{request_id:uuid}/match", opt=needs(ASK), status_code=200)
    async def match(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[MatchIn]
    ) -> Response[service.Changed]:
        """Choose an expert, or another one; 409 for one with a tie."""
        version = if_match(request)
        return done(await service.match(ctx, request_id, data.expert_id, version))

    @get("/{request_id:uuid}/due", opt=needs(READ))
    async def due(self, ctx: CtxDep, request_id: FromPath[UUID]) -> service.Due:
        """Return what may be paid now under both caps."""
        return await service.due(ctx, request_id)

    @post("/{request_id:uuid}/pay", opt=needs(PAY), status_code=200)
    async def pay(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[PayIn]
    ) -> Response[service.Changed]:
        """Approve the fee; 409 when a cap allows another amount by now."""
        return done(await service.approve(ctx, request_id, data.fee, if_match(request)))

    @post("/{request_id:uuid}/rating", opt=needs(ASK), status_code=201)
    async def rate(
        self, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[RateIn]
    ) -> Response[RateIn]:
        """Write down what the company told."""
        await service.rate(ctx, request_id, data.score, data.comment)
        return Response(data, status_code=201)

    @post("/{request_id:uuid}/rating-link", opt=needs(ASK), status_code=201)
    async def rating_link(self, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[LinkOut]:
        """Make a link by which the company can rate once."""
        made = LinkOut(await service.link_for(ctx, request_id))
        return Response(made, status_code=201, headers={"cache-control": "no-store"})

    @post("/{request_id:uuid}/cancel", opt=needs(ASK), status_code=200)
    async def cancel(
        self, request: Req, ctx: CtxDep, request_id: FromPath[UUID], data: JSONBody[CancelIn]
    ) -> Response[service.Changed]:
        """Give a request up before the session."""
        return done(await service.cancel(ctx, request_id, data.cancel_reason, if_match(request)))


class DeskApi(SessionActs):
    """`/api/v1/experts/desk`: an expert's own sessions and the acts on them; any other is 404."""

    path = "/desk"
    opt = needs(OWN)
    tags = ("experts",)

    @get("/", opt=needs(OWN))
    async def list_own(
        self,
        ctx: CtxDep,
        status: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
    ) -> AdvicePage:
        """Return one's own sessions, the newest first."""
        return await _page(ctx, status, None, late=False, cursor=cursor, own=True)

    @get("/{request_id:uuid}", opt=needs(OWN))
    async def one(self, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[AdviceOut]:
        """Return one of one's own sessions; the view is written to the access log."""
        return await _one(ctx, request_id)


class RatingsApi(Controller):
    """`/api/v1/experts/ratings`: for the company that holds a link."""

    path = "/ratings"
    tags = ("experts",)

    @post("/", opt=public(), status_code=201)
    async def rate(self, ctx: CtxDep, data: JSONBody[RateByLinkIn]) -> Response[RateIn]:
        """Rate a session by its link; the link works once."""
        await service.rate_by_link(ctx, data.token, data.score, data.comment)
        return Response(RateIn(data.score, data.comment), status_code=201)


async def _page(
    ctx: Ctx, state: str | None, field: str | None, *, late: bool, cursor: str | None, own: bool
) -> AdvicePage:
    after = None
    if cursor:
        at, last_id = decode_place(cursor)
        after = (datetime.fromisoformat(at), last_id)
    rows = await service.list_advice(
        ctx, state=state, field=field, late=late, after=after, limit=PAGE + 1, own=own
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    next_one = encode_cursor(last.requested_at.isoformat(), str(last.id)) if last else None
    return AdvicePage(rows[:PAGE], next_one)


async def _one(ctx: Ctx, request_id: UUID) -> Response[AdviceOut]:
    found = await service.advice(ctx, request_id)
    names = set(AdviceOut.__struct_fields__)
    row = {n: getattr(found.row, n) for n in found.row.__struct_fields__ if n in names}
    out = AdviceOut(
        **row,
        expert=found.expert,
        officer=found.officer,
        late=found.late,
        acts=list(found.acts),
    )
    return with_etag(out, found.row.row_version)


def _candidate(found: service.Candidate) -> CandidateOut:
    return CandidateOut(
        id=found.id,
        name_mask=found.name_mask,
        affiliation=found.affiliation,
        title=found.title,
        excluded=found.assessment.excluded,
        score=found.assessment.score,
        reasons=list(found.assessment.reasons),
        texts=[reason.text for reason in found.assessment.reasons],
    )
