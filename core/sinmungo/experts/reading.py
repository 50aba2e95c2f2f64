"""Sessions as people read them: the list, one request with its names, and how it came about."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import MissingError
from sinmungo.experts import advice_queries as q
from sinmungo.experts import events, words
from sinmungo.experts.advice import allowed_acts
from sinmungo.experts.permissions import READ
from sinmungo.experts.record import LABELS
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.host.personal import unseal
from sinmungo.people.service import people_by_id

ROWS = 40


class Advice(msgspec.Struct, kw_only=True):
    """One request, opened. `acts` are what this actor may do now."""

    row: q.DetailRow
    expert: str
    officer: str
    own: bool
    late: bool
    acts: tuple[str, ...]


class Step(msgspec.Struct, kw_only=True):
    """One line of a history."""

    at: datetime
    title: str
    who: str
    text: str


async def advice(ctx: Ctx, request_id: UUID) -> Advice:
    """Return one request and write down who looked: at the session, and at the case behind it.

    Raises MissingError for a request out of one's reach; for an expert, any but the own (A6).
    """
    row = await q.DETAIL.first(ctx, id=request_id)
    if row is None:
        raise MissingError
    await note_access(ctx, "VIEW", subject_kind=events.ADVICE, subject_id=request_id)
    if row.case_id is not None:
        await note_access(ctx, "VIEW", subject_kind="case", subject_id=row.case_id)
    if not ctx.me.may(READ):
        row.comment = None  # the company was told that the expert sees the score only
    people = await people_by_id(ctx, [row.officer_id])
    officer = people.get(row.officer_id) if row.officer_id else None
    own = row.expert_officer_id is not None and row.expert_officer_id == ctx.me.officer_id
    return Advice(
        row=row,
        expert=_name(ctx, row),
        officer=str(officer or ""),
        own=own,
        late=is_late(row.state, row.report_due),
        acts=allowed_acts(ctx, row.state),
    )


def _name(ctx: Ctx, row: q.DetailRow) -> str:
    if row.expert_id is None:
        return ""
    name = unseal(ctx, "name", row.expert_name_sealed, row.expert_id)
    return f"{name} {row.expert_title or ''}".strip()


def is_late(state: str, report_due: date | None) -> bool:
    """Whether the report of a held session is overdue today."""
    return state == "HELD" and report_due is not None and report_due < clock.today()


async def list_advice(
    ctx: Ctx,
    *,
    state: str | None = None,
    field: str | None = None,
    expert_id: UUID | None = None,
    late: bool = False,
    after: tuple[datetime, UUID] | None = None,
    limit: int = ROWS,
    own: bool = False,
) -> list[q.Line]:
    """Return requests, the newest first; `own`: only the actor's as an expert."""
    at, request_id = after or (None, None)
    find = q.PAGE.own if own else q.PAGE.all
    return await find(
        ctx,
        state=state,
        field=field,
        expert_id=expert_id,
        late_on=clock.today() if late else None,
        after_at=at,
        after_id=request_id,
        limit=limit,
    )


async def counts(ctx: Ctx, *, own: bool = False) -> dict[str, int]:
    """Return how many requests are in each state, and LATE: overdue reports."""
    find = q.COUNTS.own if own else q.COUNTS.all
    rows = await find(ctx, today=clock.today())
    found = dict.fromkeys(words.STATE, 0) | {row.state: row.count for row in rows}
    return found | {"LATE": sum(row.late for row in rows)}


async def of_case(ctx: Ctx, case_id: UUID) -> list[q.Line]:
    """Return the requests of a case that the actor may see."""
    return await q.OF_CASE.all(ctx, id=case_id)


async def of_visit(ctx: Ctx, visit_id: UUID) -> list[q.Line]:
    """Return the requests of a visit that the actor may see."""
    return await q.OF_VISIT.all(ctx, id=visit_id)


async def of_company(ctx: Ctx, company_id: UUID) -> list[q.Line]:
    """Return the requests for a company that the actor may see."""
    return await q.OF_COMPANY.all(ctx, id=company_id)


async def history(ctx: Ctx, subject_id: UUID) -> list[Step]:
    """Return what happened to an expert or a request, the newest first."""
    rows = await timeline(ctx, subject_id)
    people = await people_by_id(ctx, [row.actor_id for row in rows])
    return [
        Step(
            at=row.occurred_at,
            title=getattr(ctx.host.event_types.get(row.kind), "title", row.kind),
            who=str(people[row.actor_id]) if row.actor_id in people else "",
            text=_told(row.payload),
        )
        for row in reversed(rows)
    ]


_TOLD = {
    "reason": words.DECLINE,
    "tie": words.TIE,
    "how": words.PLEDGED_HOW,
    "outcome": words.REVIEW,
}


def _told(payload: dict[str, object]) -> str:
    parts = [told[str(payload[key])] for key, told in _TOLD.items() if key in payload]
    changed = payload.get("fields")
    if isinstance(changed, list):
        parts.append(", ".join(LABELS.get(str(f), str(f)) for f in changed))
    if "score" in payload:
        parts.append(f"{payload['score']}점")
    if "fee" in payload:
        parts.append(f"{payload['fee']:,}원")
    return " · ".join(parts)
