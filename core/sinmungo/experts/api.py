"""The register for programs: `/api/v1/experts`."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.experts import fees, service
from sinmungo.experts.permissions import MANAGE, READ, RULES, TAX
from sinmungo.experts.queries import ExpertLine, FieldRow, TieRow
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req

PAGE = 100


class ExpertPage(msgspec.Struct):
    """Experts by affiliation; `next` is the cursor of the following page."""

    items: list[ExpertLine]
    next: str | None


class ExpertSearch(msgspec.Struct, forbid_unknown_fields=True):
    """A whole name, a telephone, or the last four digits of one."""

    q: str


class ExpertOut(msgspec.Struct):
    """A whole record, opened. `row_version` is also the ETag."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    affiliation: str
    title: str | None
    fields: list[str]
    regions: list[str]
    capacity: int
    term_from: date
    term_to: date
    active: bool
    state: str
    login: str | None
    under_review: bool
    ties: list[TieRow]
    row_version: int


class ExpertIn(msgspec.Struct, forbid_unknown_fields=True):
    """Fields to set; what is left out stays as it is, null clears it."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    email: str | msgspec.UnsetType | None = msgspec.UNSET
    affiliation: str | msgspec.UnsetType = msgspec.UNSET
    title: str | msgspec.UnsetType | None = msgspec.UNSET
    fields: list[str] | msgspec.UnsetType = msgspec.UNSET
    regions: list[str] | msgspec.UnsetType = msgspec.UNSET
    capacity: int | msgspec.UnsetType = msgspec.UNSET
    term_from: date | msgspec.UnsetType = msgspec.UNSET
    term_to: date | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET


class TieIn(msgspec.Struct, forbid_unknown_fields=True):
    """A tie: `company_id`, or `business` by name. Days as typed; empty: from today, open."""

    kind: str
    company_id: UUID | None = None
    business: str = ""
    valid_from: str = ""
    valid_to: str = ""
    note: str = ""


class TieEnd(msgspec.Struct, forbid_unknown_fields=True):
    """The last day of a tie (empty: today) and the tie's own `row_version`."""

    row_version: int
    valid_to: str = ""


class AccountIn(msgspec.Struct, forbid_unknown_fields=True):
    """The login to give."""

    login: str


class AccountOut(msgspec.Struct):
    """The temporary password, told once."""

    login: str
    password: str


class ReviewIn(msgspec.Struct, forbid_unknown_fields=True):
    """KEEP or LEAVE."""

    outcome: str


class TaxIn(msgspec.Struct, forbid_unknown_fields=True):
    """`income` BUSINESS, OTHER or INVOICE; bank, account and its holder."""

    income: str
    bank: str
    account: str
    holder: str


class RuleIn(fees.RuleIn, kw_only=True, forbid_unknown_fields=True):
    """Won, years and days from a day on. Caps are per calendar year."""


class RuleOut(msgspec.Struct):
    """A rule with its id."""

    id: UUID
    valid_from: date
    hourly: int
    company_cap: int
    expert_cap: int
    conflict_years: int
    report_days: int


class ExpertsApi(Controller):
    """`/api/v1/experts`."""

    tags = ("experts",)

    @get("/fields", opt=needs(READ))
    async def list_fields(self, ctx: CtxDep) -> list[FieldRow]:
        """Return the fields with the number of serving experts."""
        return await service.list_fields(ctx)

    @get("/rules", opt=needs(READ))
    async def list_rules(self, ctx: CtxDep) -> list[RuleOut]:
        """Return the dated rules of fees, the newest first."""
        rows = await service.list_rules(ctx)
        return [msgspec.convert(row, RuleOut, from_attributes=True) for row in rows]

    @post("/rules", opt=needs(RULES))
    async def add_rule(
        self, request: Req, ctx: CtxDep, data: JSONBody[RuleIn]
    ) -> Response[RuleOut]:
        """Set rate, caps, conflict years and report days from a day on."""

        async def act() -> RuleOut:
            given = msgspec.structs.asdict(data)
            texts = {key: str(value) for key, value in given.items()}
            return RuleOut(id=await service.add_rule(ctx, texts), **given)

        return await once(request, ctx, act)

    @get("/", opt=needs(READ))
    async def list_all(
        self,
        ctx: CtxDep,
        field: FromQuery[str | None] = None,
        term: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
    ) -> ExpertPage:
        """Return experts by affiliation, the persons masked, at most 100 at a time.

        `term` is one of SERVING, COMING, OVER, LEFT.
        """
        after = decode_place(cursor) if cursor else None
        rows = await service.list_experts(ctx, field=field, state=term, after=after, limit=PAGE + 1)
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        next_one = encode_cursor(last.affiliation, str(last.id)) if last else None
        return ExpertPage(rows[:PAGE], next_one)

    @post("/search", opt=needs(READ), status_code=200)
    async def search(self, ctx: CtxDep, data: JSONBody[ExpertSearch]) -> list[ExpertLine]:
        """Find experts. By POST, because a query is someone's name or number."""
        return await service.find(ctx, data.q.strip())

    @post("/", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep, data: JSONBody[ExpertIn]) -> Response[ExpertOut]:
        """Add an expert; active unless `active` is false."""

        async def act() -> ExpertOut:
            return await _out(ctx, await service.add(ctx, {"active": "1", **_texts(data)}))

        return await once(request, ctx, act)

    @get("/{expert_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[ExpertOut]:
        """Return a whole record; the view is written to the access log."""
        return await _answer(ctx, expert_id)

    @patch("/{expert_id:uuid}", opt=needs(MANAGE))
    async def edit(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID], data: JSONBody[ExpertIn]
    ) -> Response[ExpertOut]:
        """Change the given fields."""
        await service.edit(ctx, expert_id, _texts(data), if_match(request))
        return await _answer(ctx, expert_id)

    @post("/{expert_id:uuid}/ties", opt=needs(MANAGE), status_code=200)
    async def add_tie(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID], data: JSONBody[TieIn]
    ) -> Response[ExpertOut]:
        """Write down a tie to a company; whoever has one is never offered."""
        new = service.NewTie(**msgspec.structs.asdict(data))
        await service.add_tie(ctx, expert_id, new, if_match(request))
        return await _answer(ctx, expert_id)

    @post("/{expert_id:uuid}/ties/{tie_id:uuid}/end", opt=needs(MANAGE), status_code=200)
    async def end_tie(
        self,
        ctx: CtxDep,
        expert_id: FromPath[UUID],
        tie_id: FromPath[UUID],
        data: JSONBody[TieEnd],
    ) -> Response[ExpertOut]:
        """Give a tie its last day."""
        await service.end_tie(ctx, expert_id, tie_id, data.valid_to, data.row_version)
        return await _answer(ctx, expert_id)

    @post("/{expert_id:uuid}/account", opt=needs(MANAGE), status_code=201)
    async def give_account(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID], data: JSONBody[AccountIn]
    ) -> Response[AccountOut]:
        """Give the expert an account of the role EXPERT; the password is told here only."""
        version = if_match(request)
        password = await service.give_account(ctx, expert_id, data.login, version)
        answer = AccountOut(data.login.strip().lower(), password)
        return Response(answer, status_code=201, headers={"cache-control": "no-store"})

    @post("/{expert_id:uuid}/review", opt=needs(MANAGE), status_code=200)
    async def review(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID], data: JSONBody[ReviewIn]
    ) -> Response[ExpertOut]:
        """Decide about an expert whose ratings were low twice."""
        await service.review(ctx, expert_id, data.outcome, if_match(request))
        return await _answer(ctx, expert_id)

    @get("/{expert_id:uuid}/tax", opt=needs(TAX))
    async def tax(self, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[service.Tax]:
        """Return what is needed to pay, opened; the view is written to the access log."""
        found = await service.tax(ctx, expert_id)
        return with_etag(found, found.row_version)

    @put("/{expert_id:uuid}/tax", opt=needs(TAX))
    async def save_tax(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID], data: JSONBody[TaxIn]
    ) -> Response[service.Tax]:
        """Keep what is needed to pay; If-Match "0" for the first time."""
        await service.save_tax(ctx, expert_id, msgspec.structs.asdict(data), if_match(request))
        found = await service.tax(ctx, expert_id)
        return with_etag(found, found.row_version)


def _texts(data: ExpertIn) -> dict[str, str]:
    given = {field: getattr(data, field) for field in data.__struct_fields__}
    return {f: _text(value) for f, value in given.items() if value is not msgspec.UNSET}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else str(value)


async def _answer(ctx: Ctx, expert_id: UUID) -> Response[ExpertOut]:
    out = await _out(ctx, expert_id)
    return with_etag(out, out.row_version)


async def _out(ctx: Ctx, expert_id: UUID) -> ExpertOut:
    found = await service.expert(ctx, expert_id)
    return ExpertOut(
        id=found.id,
        **msgspec.structs.asdict(found.values),
        state=found.state,
        login=found.login,
        under_review=found.review_since is not None,
        ties=await service.list_ties(ctx, expert_id),
        row_version=found.row_version,
    )
