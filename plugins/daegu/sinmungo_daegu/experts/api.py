"""The register for programs: `/api/v1/daegu/experts`."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Req,
    decode_cursor,
    encode_cursor,
    if_match,
    needs,
    once,
    with_etag,
)
from sinmungo_daegu.experts import service
from sinmungo_daegu.experts.permissions import MANAGE, READ
from sinmungo_daegu.experts.queries import ExpertLine, FieldRow

PAGE = 100


class ExpertPage(msgspec.Struct):
    """Experts by affiliation; `next` is the cursor of the following page."""

    items: list[ExpertLine]
    next: str | None


class Search(msgspec.Struct, forbid_unknown_fields=True):
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
    term_from: date
    term_to: date
    active: bool
    state: str
    row_version: int


class ExpertIn(msgspec.Struct, forbid_unknown_fields=True):
    """Fields to set; what is left out stays as it is, null clears it."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    email: str | msgspec.UnsetType | None = msgspec.UNSET
    affiliation: str | msgspec.UnsetType = msgspec.UNSET
    title: str | msgspec.UnsetType | None = msgspec.UNSET
    fields: list[str] | msgspec.UnsetType = msgspec.UNSET
    term_from: date | msgspec.UnsetType = msgspec.UNSET
    term_to: date | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET


class ExpertsApi(Controller):
    """`/api/v1/daegu/experts`."""

    tags = ("자문단",)

    @get("/fields", opt=needs(READ))
    async def list_fields(self, ctx: CtxDep) -> list[FieldRow]:
        """Return the fields with the number of serving experts."""
        return await service.list_fields(ctx)

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
        after = _after(cursor) if cursor else None
        rows = await service.list_experts(ctx, field=field, state=term, after=after, limit=PAGE + 1)
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        next_one = encode_cursor(last.affiliation, str(last.id)) if last else None
        return ExpertPage(rows[:PAGE], next_one)

    @post("/search", opt=needs(READ), status_code=200)
    async def search(self, ctx: CtxDep, data: JSONBody[Search]) -> list[ExpertLine]:
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


def _after(cursor: str) -> tuple[str, UUID]:
    affiliation, expert_id = decode_cursor(cursor, 2)
    return affiliation, msgspec.convert(expert_id, UUID)


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
        row_version=found.row_version,
    )
