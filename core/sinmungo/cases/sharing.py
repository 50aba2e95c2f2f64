"""Show a case to a regional team, take it back, and what the team then reads.

The team reads and changes nothing. It sees no name, telephone or mail of a person: with whom it
must speak, the department tells it.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import queries as q
from sinmungo.cases import sharing_queries as sq
from sinmungo.cases import text as texts
from sinmungo.cases.events import EVENTS, CaseShared, CaseUnshared
from sinmungo.cases.types import Changed
from sinmungo.errors import MissingError, RefusedError, StaleError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import Event
from sinmungo.people.service import Person, people_by_id
from sinmungo.web.forms import Gather

# What the company's own page tells too; what officers do among themselves stays inside.
TOLD = {
    *("cases.registered", "cases.assigned", "cases.review_started", "cases.answered"),
    *("cases.closed", "cases.due_moved", "cases.proposed", "cases.proposal_replied"),
}
_TITLES = {event.kind: event.title for event in EVENTS if event.kind in TOLD}


class Share(msgspec.Struct):
    """A team, and the case's share with it if it is open."""

    team_id: UUID
    team_name: str
    share_id: UUID | None
    reason: str
    shared_at: datetime | None
    shared_by: Person | None
    row_version: int


class Step(msgspec.Struct):
    """A line of a shared case's history."""

    at: datetime
    title: str


class Shared(msgspec.Struct):
    """One shared case with its history, oldest first."""

    case: sq.SharedRow
    steps: list[Step]


async def shares(ctx: Ctx, case_id: UUID) -> list[Share]:
    """Return every team of the city with the case's open share; none where there is no team."""
    rows = await ctx.db.all(sq.OF_CASE, case_id=case_id)
    people = await people_by_id(ctx, [r.shared_by for r in rows])
    return [
        Share(
            r.team_id,
            r.team_name,
            r.share_id,
            r.reason or "",
            r.shared_at,
            people.get(r.shared_by) if r.shared_by else None,
            r.row_version or 0,
        )
        for r in rows
    ]


async def share(ctx: Ctx, case_id: UUID, team_id: UUID, reason: str, row_version: int) -> Changed:
    """Show a case to a team. `row_version` is the case's.

    Raises InvalidError ("reason", "team_id"), RefusedError, StaleError, MissingError.
    """
    case = await _case(ctx, case_id, row_version)
    gather = Gather()
    written = gather.take("reason", texts.body, reason, "")
    gather.need("reason", written, "공유하는 까닭을 적어 주세요.")
    known = {s.team_id: s for s in await shares(ctx, case_id)}
    gather.need("team_id", team_id in known, "지역팀을 목록에서 골라 주세요.")
    gather.done()
    if known[team_id].share_id is not None:
        raise RefusedError("이미 이 지역팀과 공유하고 있습니다.")
    await ctx.db.run(
        sq.ADD,
        id=clock.uuid7(),
        case_id=case_id,
        team_id=team_id,
        reason=written,
        shared_at=clock.now(),
        shared_by=ctx.me.officer_id,
        row_version=1,
    )
    return await _touch(ctx, case, CaseShared(case_id=case_id, team_id=team_id))


async def unshare(ctx: Ctx, case_id: UUID, share_id: UUID, row_version: int) -> Changed:
    """Take a share back, at once. `row_version` is the case's.

    Raises StaleError, and MissingError for a share that is not open or not this case's.
    """
    found = await ctx.db.first(sq.SHARE, id=share_id)
    if found is None or found.case_id != case_id:
        raise MissingError
    case = await _case(ctx, case_id, row_version)
    touched = await ctx.db.run(
        sq.REVOKE,
        b_id=share_id,
        b_version=found.row_version,
        revoked_at=clock.now(),
        revoked_by=ctx.me.officer_id,
    )
    if not touched:
        raise StaleError
    return await _touch(ctx, case, CaseUnshared(case_id=case_id, team_id=found.team_id))


async def _case(ctx: Ctx, case_id: UUID, row_version: int) -> q.Brief:
    case = await q.BRIEF.first(ctx, id=case_id)
    if case is None:
        raise MissingError
    if case.row_version != row_version:
        raise StaleError
    return case


async def _touch(ctx: Ctx, case: q.Brief, event: Event) -> Changed:
    touched = await ctx.db.run(
        q.TOUCH, b_id=case.id, b_version=case.row_version, status=case.status
    )
    if not touched:
        raise StaleError
    seq = case.row_version + 1
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=case.id, seq=seq)
    return Changed(id=case.id, case_no=case.case_no, status=case.status, row_version=seq)


async def shared_cases(
    ctx: Ctx, before: UUID | None = None
) -> tuple[list[sq.SharedRow], UUID | None]:
    """Return forty cases shared with the actor's team, the newest first, and where to go on."""
    params = {"me": ctx.me.officer_id, "on": clock.today()}
    rows = await ctx.db.all(sq.SHARED, before_id=before, **params)
    following = rows[sq.PAGE - 1].id if len(rows) > sq.PAGE else None
    return rows[: sq.PAGE], following


async def shared_case(ctx: Ctx, case_id: UUID) -> Shared:
    """Return one shared case; who looked is written down. MissingError for any other case."""
    row = await ctx.db.first(sq.SHARED_ONE, id=case_id, me=ctx.me.officer_id, on=clock.today())
    if row is None:
        raise MissingError
    await note_access(ctx, "VIEW", subject_kind=q.SUBJECT, subject_id=case_id)
    steps = await ctx.db.all(sq.STEPS, id=case_id)
    told = [Step(s.occurred_at, _TITLES[s.kind]) for s in steps if s.kind in TOLD]
    return Shared(row, told)
