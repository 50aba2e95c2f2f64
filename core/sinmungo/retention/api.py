"""Retention over the API: what the screens can do."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.retention import queries as q
from sinmungo.retention import service
from sinmungo.retention.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match
from sinmungo.web.types import CtxDep, Req


class RulePage(msgspec.Struct):
    """All rules; there is no second page."""

    items: list[service.RuleLine]
    next: str | None = None


class DuePage(msgspec.Struct):
    """What is due now or within ninety days, at most two hundred, the oldest first."""

    items: list[q.Due]
    next: str | None = None


class HoldItem(msgspec.Struct):
    """A record that is kept back."""

    id: UUID
    kind: str
    record_id: UUID
    label: str
    reason: str
    held_at: datetime
    row_version: int


class HoldPage(msgspec.Struct):
    """All holds; there is no second page."""

    items: list[HoldItem]
    next: str | None = None


class HoldBody(msgspec.Struct, forbid_unknown_fields=True):
    """A record named by its id or its number, and why it is kept back."""

    rule: str
    reason: str
    record_id: UUID | None = None
    label: str = ""


class ProofItem(msgspec.Struct):
    """What was destroyed by one run under one rule; names nobody."""

    run_id: UUID
    rule: str
    title: str
    years: int
    ended_from: date
    ended_to: date
    count: int
    done_at: datetime


class ProofPage(msgspec.Struct):
    """The newest fifty; `next` is `before` of the following page."""

    items: list[ProofItem]
    next: str | None


class Made(msgspec.Struct):
    """The id of what was made."""

    id: UUID


class RetentionApi(Controller):
    """`/api/v1/retention`."""

    tags = ("retention",)

    @get("/", opt=needs(MANAGE))
    async def rules(self, ctx: CtxDep) -> RulePage:
        """Return every rule with its years and what is due."""
        return RulePage(await service.overview(ctx))

    @get("/due/{code:str}", opt=needs(MANAGE))
    async def due(self, ctx: CtxDep, code: FromPath[str]) -> DuePage:
        """Return what is due under a rule now or within ninety days."""
        return DuePage(await service.due(ctx, service.rule_of(ctx, code)))

    @get("/holds", opt=needs(MANAGE))
    async def holds(self, ctx: CtxDep) -> HoldPage:
        """Return what is kept back."""
        rows = await service.holds(ctx)
        return HoldPage(
            [
                HoldItem(
                    r.id, r.subject_kind, r.record_id, r.label, r.reason, r.held_at, r.row_version
                )
                for r in rows
            ]
        )

    @post("/holds", opt=needs(MANAGE), status_code=201)
    async def hold(self, ctx: CtxDep, data: JSONBody[HoldBody]) -> Made:
        """Keep a record back from destruction."""
        given = service.Hold(
            rule=data.rule, reason=data.reason, record_id=data.record_id, label=data.label
        )
        return Made(await service.hold(ctx, given))

    @delete("/holds/{hold_id:uuid}", opt=needs(MANAGE), status_code=204)
    async def release(self, request: Req, ctx: CtxDep, hold_id: FromPath[UUID]) -> None:
        """End a hold."""
        await service.release(ctx, hold_id, if_match(request))

    @post("/runs", opt=needs(MANAGE), status_code=202)
    async def run(self, ctx: CtxDep) -> Made:
        """Destroy now what is due; the worker does it."""
        return Made(await service.ask(ctx))

    @get("/destroyed", opt=needs(MANAGE))
    async def destroyed(self, ctx: CtxDep, before: FromQuery[datetime | None] = None) -> ProofPage:
        """Return the proof of what was destroyed, the newest first."""
        rows = await service.proofs(ctx, before)
        items = [
            ProofItem(
                r.run_id,
                r.rule,
                r.title,
                r.years,
                r.ended_from,
                r.ended_to,
                r.record_count,
                r.done_at,
            )
            for r in rows
        ]
        return ProofPage(items, rows[-1].done_at.isoformat() if len(rows) == q.PAGE else None)
