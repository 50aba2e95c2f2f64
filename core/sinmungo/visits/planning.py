"""From a plan to the day itself: set it, move it, join it, call it off.

Two visits to one company within the city's days are allowed, but nobody plans one unknowingly:
what speaks against it is told, with an offer to join, and the plan has to be confirmed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sinmungo import clock
from sinmungo.companies import service as companies
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import Event
from sinmungo.text.dates import date_ko
from sinmungo.visits import listing_queries as lists
from sinmungo.visits import queries as q
from sinmungo.visits.events import VisitCancelled, VisitJoined, VisitMoved, VisitPlanned
from sinmungo.visits.labels import STATE
from sinmungo.visits.record import PlanValues, line, understand_plan
from sinmungo.visits.scope import scope
from sinmungo.visits.team import Member, check_agencies, members, shown, team_rows, teams
from sinmungo.visits.types import Conflict, Plan, Planned, VisitSettings
from sinmungo.web.forms import Gather
from sinmungo_tenants.statements import Write

SETTINGS = "visits"


class ConflictError(RefusedError):
    """Something speaks against a plan; sent again with `confirmed` it is done all the same."""

    code = "visit_conflict"

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__(" ".join(c.text for c in conflicts))
        self.conflicts = conflicts


async def visit_settings(ctx: Ctx) -> VisitSettings:
    """Return the city's habits about visits."""
    return await settings_of(ctx, SETTINGS, VisitSettings)


async def conflicts(
    ctx: Ctx,
    company_id: UUID,
    officers: Sequence[UUID],
    at: datetime,
    but: UUID | None = None,
) -> list[Conflict]:
    """Return what speaks against a visit: the company that day, an officer that day, too soon.

    `but` is the visit itself, when it is moved. Names of other visits are known to all staff.
    """
    day, days = clock.to_seoul(at).date(), (await visit_settings(ctx)).repeat_days
    near = await ctx.db.all(
        lists.NEAR,
        company_id=company_id,
        officers=list(officers),
        day=day,
        near_from=day - timedelta(days=days),
        near_to=day + timedelta(days=days),
        but=but,
        scope_officer=ctx.me.officer_id,
    )
    going = await teams(ctx, [row.id for row in near])
    return [_conflict(row, company_id, day, shown(going[row.id])) for row in near]


def _conflict(row: lists.NearRow, company_id: UUID, day: object, team: str) -> Conflict:
    when, done = date_ko(row.day), row.state == "DONE"
    if row.company_id != company_id:
        kind, text = (
            "OFFICER_THAT_DAY",
            f"{when} 방문자에게 다른 방문이 있습니다: {row.company_name}.",
        )
    elif row.day == day:
        kind, text = "COMPANY_THAT_DAY", f"같은 날 이 업체 방문이 있습니다: {team}."
    elif done:
        kind, text = "RECENT", f"{when} {team}이(가) 이 업체를 방문했습니다."
    else:
        kind, text = "RECENT", f"{when} {team}의 이 업체 방문이 잡혀 있습니다. 함께 가시겠습니까?"
    joins = row.company_id == company_id and row.state == "PLANNED" and not row.mine
    return Conflict(
        kind=kind,  # type: ignore[arg-type]  # one of three texts above
        visit_id=row.id,
        state=row.state,
        company_name=row.company_name,
        day=row.day,
        team=team,
        text=text,
        may_join=joins,
        row_version=row.row_version,
    )


async def plan(ctx: Ctx, given: Plan) -> Planned:
    """Plan a visit. Raises InvalidError, and ConflictError unless `confirmed`."""
    values = understand_plan(given)
    company_id = await find_company(ctx, given.company_id, given.company_name, given.business_no)
    team = await members(ctx, given.officers)
    await check_agencies(ctx, (o.agency_id for o in given.outsiders), "outsiders")
    await _warn(ctx, company_id, team, values, confirmed=given.confirmed)
    visit_id = clock.uuid7()
    await ctx.db.run(
        q.ADD,
        id=visit_id,
        kind=values.kind,
        state="PLANNED",
        company_id=company_id,
        unit_id=ctx.me.unit_id,
        officer_id=team[0].officer_id if team else None,
        planned_at=values.planned_at,
        place=values.place,
        note=values.note,
        created_at=clock.now(),
        created_by=ctx.me.officer_id,
        row_version=1,
    )
    await ctx.db.run_many(q.ADD_TEAM, team_rows(ctx, visit_id, team, given.outsiders))
    event = VisitPlanned(visit_id=visit_id, company_id=company_id, visit_kind=values.kind)
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=visit_id, seq=1)
    return Planned(id=visit_id, company_id=company_id, state="PLANNED", row_version=1)


async def find_company(ctx: Ctx, company_id: UUID | None, name: str, number: str) -> UUID:
    """Return the company meant; a new one gets a record with a name only."""
    if company_id is None and not name.strip() and not number.strip():
        raise InvalidError({"company_name": "업체를 적어 주세요."})
    return await companies.find_or_make(
        ctx, company_id=company_id, name=name or None, business_no=number or None
    )


async def _warn(
    ctx: Ctx,
    company_id: UUID,
    team: Sequence[Member],
    values: PlanValues,
    *,
    confirmed: bool,
    but: UUID | None = None,
) -> None:
    if confirmed:
        return
    officers = [m.officer_id for m in team]
    found = await conflicts(ctx, company_id, officers, values.planned_at, but)
    if found:
        raise ConflictError(found)


async def move(ctx: Ctx, visit_id: UUID, given: Plan, row_version: int) -> Planned:
    """Change day, kind, place, note or team of a plan; the company stays.

    Raises ConflictError unless `confirmed`, RefusedError when it is no plan any more.
    """
    visit = await begin(ctx, visit_id, row_version)
    values = understand_plan(given)
    team = await members(ctx, given.officers)
    await check_agencies(ctx, (o.agency_id for o in given.outsiders), "outsiders")
    await _warn(ctx, visit.company_id, team, values, confirmed=given.confirmed, but=visit_id)
    fields = [f for f in values.__struct_fields__ if getattr(values, f) != getattr(visit, f)]
    event = VisitMoved(visit_id=visit_id, company_id=visit.company_id, fields=[*fields, "team"])
    columns = {f: getattr(values, f) for f in values.__struct_fields__}
    done = await _do(ctx, visit, q.MOVE, event, **columns)
    await replace_team(ctx, visit_id, team_rows(ctx, visit_id, team, given.outsiders))
    return done


async def join(ctx: Ctx, visit_id: UUID, row_version: int) -> Planned:
    """Put the actor into the team of a planned visit, also of another unit's."""
    me = ctx.me.officer_id
    if me is None:
        raise RefusedError("직원만 함께 갈 수 있습니다.")
    visit = await begin(ctx, visit_id, row_version, anyones=True)
    team = (await teams(ctx, [visit_id]))[visit_id]
    if any(one.officer_id == me for one in team):
        raise RefusedError("이미 이 방문의 방문자입니다.")
    event = VisitJoined(visit_id=visit_id, company_id=visit.company_id, officer_id=me)
    done = await _do(ctx, visit, q.TOUCH, event)
    mine = [Member(me, ctx.me.unit_id)]
    await ctx.db.run_many(q.ADD_TEAM, team_rows(ctx, visit_id, mine, (), start=len(team)))
    return done


async def cancel(ctx: Ctx, visit_id: UUID, reason: str, row_version: int) -> Planned:
    """Call a planned visit off, with the reason."""
    gather = Gather()
    written = gather.take("reason", line, reason, "")
    gather.need("reason", written, "취소하는 까닭을 적어 주세요.")
    gather.done()
    visit = await begin(ctx, visit_id, row_version)
    event = VisitCancelled(visit_id=visit_id, company_id=visit.company_id)
    done = await _do(ctx, visit, q.CANCEL, event, state="CANCELLED", cancel_reason=written)
    done.state = "CANCELLED"
    return done


async def begin(
    ctx: Ctx, visit_id: UUID, row_version: int, state: str = "PLANNED", *, anyones: bool = False
) -> q.Brief:
    """Return the visit for an act that needs it in `state`, or say why it cannot be done."""
    if anyones:
        visit = await ctx.db.first(q.ANY_BRIEF, id=visit_id)
    else:
        visit = await ctx.db.first(q.BRIEF, id=visit_id, **scope(ctx))
    if visit is None:
        raise MissingError
    if visit.row_version != row_version:
        raise StaleError
    if visit.state != state:
        raise RefusedError(f"‘{STATE[visit.state]}’ 상태의 방문에는 할 수 없습니다.")
    return visit


async def replace_team(ctx: Ctx, visit_id: UUID, rows: list[dict[str, object]]) -> None:
    """Write a team anew."""
    await ctx.db.run(q.DROP_TEAM, visit_id=visit_id)
    await ctx.db.run_many(q.ADD_TEAM, rows)


async def _do(
    ctx: Ctx, visit: q.Brief, statement: Write, event: Event, **columns: object
) -> Planned:
    seq = visit.row_version + 1
    if not await ctx.db.run(statement, b_id=visit.id, b_version=visit.row_version, **columns):
        raise StaleError
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=visit.id, seq=seq)
    return Planned(id=visit.id, company_id=visit.company_id, state=visit.state, row_version=seq)
