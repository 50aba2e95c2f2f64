"""Duplicates and merges over the API."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from sinmungo.companies import duplicates, merging
from sinmungo.companies.merge_queries import MergeRow
from sinmungo.companies.merging import Moving
from sinmungo.companies.permissions import EDIT, MERGE
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class PairOut(msgspec.Struct):
    """Two records that may mean one company; `why`: NAME, PHONE, CONTACT."""

    low_id: UUID
    low_name: str
    high_id: UUID
    high_name: str
    why: list[str]
    numbers_differ: bool


class DistinctIn(msgspec.Struct):
    """Two records that are two companies."""

    one_id: UUID
    other_id: UUID


class MergeIn(msgspec.Struct):
    """The record to merge into this one, the version it was seen in, and the fields to take."""

    drop_id: UUID
    drop_version: int
    fields: list[str] = []


class MergeOut(msgspec.Struct):
    """A merge; `fields` were taken from the dropped record."""

    id: UUID
    keep_id: UUID
    keep_name: str
    drop_id: UUID
    drop_name: str
    fields: list[str]
    merged_at: datetime
    merged_by: UUID | None
    undone_at: datetime | None
    undone_by: UUID | None
    row_version: int


class MergesApi(Controller):
    """`/api/v1/companies/duplicates`, `/api/v1/companies/merges` and `…/{id}/merges`."""

    tags = ("companies",)

    @get("/duplicates", opt=needs(MERGE))
    async def pairs(self, ctx: CtxDep) -> list[PairOut]:
        """Return likely duplicates, the likeliest first."""
        return [
            PairOut(p.low.id, p.low.name, p.high.id, p.high.name, p.why, p.numbers_differ)
            for p in await duplicates.likely_pairs(ctx)
        ]

    @post("/duplicates/distinct", opt=needs(MERGE), status_code=204)
    async def distinct(self, ctx: CtxDep, data: JSONBody[DistinctIn]) -> None:
        """Remember that two records are two companies."""
        await duplicates.say_distinct(ctx, data.one_id, data.other_id)

    @get("/merges", opt=needs(EDIT))
    async def list_all(self, ctx: CtxDep) -> list[MergeOut]:
        """Return the last hundred merges, undone ones too, newest first."""
        return [_out(row) for row in await merging.list_merges(ctx)]

    @get("/merges/{merge_id:uuid}", opt=needs(EDIT))
    async def one(self, ctx: CtxDep, merge_id: FromPath[UUID]) -> Response[MergeOut]:
        """Return one merge."""
        return await _answer(ctx, merge_id)

    @post("/merges/{merge_id:uuid}/undo", opt=needs(MERGE), status_code=200)
    async def undo(self, request: Req, ctx: CtxDep, merge_id: FromPath[UUID]) -> Response[MergeOut]:
        """Take a merge back; If-Match is the merge's version."""
        await merging.undo(ctx, merge_id, if_match(request))
        return await _answer(ctx, merge_id)

    @get("/{company_id:uuid}/merges/{other_id:uuid}", opt=needs(MERGE))
    async def preview(
        self, ctx: CtxDep, company_id: FromPath[UUID], other_id: FromPath[UUID]
    ) -> list[Moving]:
        """Return how many rows of which kind a merge of the other record would move."""
        return await merging.preview(ctx, company_id, other_id)

    @post("/{company_id:uuid}/merges", opt=needs(MERGE))
    async def merge(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[MergeIn]
    ) -> Response[MergeOut]:
        """Merge another record into this one; If-Match is this record's version."""
        merge_id = await merging.merge(
            ctx,
            company_id,
            data.drop_id,
            data.fields,
            keep_version=if_match(request),
            drop_version=data.drop_version,
        )
        return await _answer(ctx, merge_id, status=201)


async def _answer(ctx: Ctx, merge_id: UUID, status: int = 200) -> Response[MergeOut]:
    row = await merging.one_merge(ctx, merge_id)
    return with_etag(_out(row), row.row_version, status=status)


def _out(row: MergeRow) -> MergeOut:
    fields = [f for f in merging.CHOICES if f in row.after]
    return MergeOut(
        fields=fields,
        **{f: getattr(row, f) for f in MergeOut.__struct_fields__ if f != "fields"},
    )
