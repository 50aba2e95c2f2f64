"""Accounts of regional teams: dated grants of this city, over when their days are.

Such an account has no post and one role; what it sees is what a slice shares with its team. The
platform joins nothing: who works for two cities has an account in each.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import unseal
from sinmungo.people import events, officers
from sinmungo.people.identity import Identifier
from sinmungo.people.models import officers as officers_table
from sinmungo.people.permissions import REGIONAL
from sinmungo.people.regional_models import regional_grants, regional_teams
from sinmungo.people.service import MAX_NAME, NewOfficer, people_by_id
from sinmungo.people.writes import FORGOTTEN
from sinmungo.text.normalise import clean
from sinmungo_tenants import insert_into, read, write

MAX_DAYS = 731
_g = regional_grants.c


class TeamRow(msgspec.Struct):
    """A team by its agency's name."""

    id: UUID
    name: str


class _GrantRow(msgspec.Struct):
    id: UUID
    officer_id: UUID
    name_sealed: bytes
    login: str
    team_name: str
    valid_from: date
    valid_to: date
    granted_at: datetime
    granted_by: UUID | None
    ended_at: datetime | None
    ended_by: UUID | None
    row_version: int


class Grant(msgspec.Struct, kw_only=True):
    """A grant as the admin sees it. `state` is COMING, NOW, OVER or ENDED; `until` the last day."""

    id: UUID
    officer_id: UUID
    name: str
    login: str
    team: str
    valid_from: date
    until: date
    state: str
    granted_at: datetime
    granted_by: str
    ended_at: datetime | None
    ended_by: str
    row_version: int


class NewGrant(msgspec.Struct, kw_only=True):
    """Who of which agency may look, from which to which day, both included.

    Either `officer_id`, whose former grant is over, or `login` and `name` of a new account.
    """

    agency: str
    valid_from: date
    until: date
    officer_id: UUID | None = None
    login: str = ""
    name: str = ""
    email: str | None = None


class Preview(msgspec.Struct):
    """What a grant will bring: to whom, for how many days, and who of the team looks already."""

    agency: str
    valid_from: date
    until: date
    days: int
    account: str
    colleagues: list[str]


TEAMS = read(
    select(regional_teams.c.id, regional_teams.c.name).order_by(regional_teams.c.name), TeamRow
)
_GRANTS = select(
    _g.id,
    _g.officer_id,
    officers_table.c.name_sealed,
    officers_table.c.login,
    regional_teams.c.name.label("team_name"),
    *(_g[n] for n in ("valid_from", "valid_to", "granted_at", "granted_by")),
    *(_g[n] for n in ("ended_at", "ended_by", "row_version")),
).select_from(
    regional_grants.join(officers_table, officers_table.c.id == _g.officer_id).join(
        regional_teams, regional_teams.c.id == _g.team_id
    )
)
_ALL = read(_GRANTS.order_by(_g.valid_to.desc(), _g.id.desc()), _GrantRow)
_ONE = read(_GRANTS.where(_g.id == bindparam("id")), _GrantRow)
_STANDING = read(
    select(_g.id).where(
        _g.officer_id == bindparam("officer_id"),
        _g.ended_at.is_(None),
        _g.valid_to > bindparam("on"),
    ),
    UUID,
)
_HAD = read(select(_g.id).where(_g.officer_id == bindparam("officer_id")), UUID)
_ADD_TEAM = insert_into(regional_teams)
_ADD = insert_into(regional_grants)
_END = write(
    update(regional_grants)
    .where(_g.id == bindparam("b_id"), _g.row_version == bindparam("b_version"))
    .values(
        ended_at=bindparam("ended_at"),
        ended_by=bindparam("ended_by"),
        valid_to=bindparam("valid_to"),
        row_version=_g.row_version + 1,
    )
)
_LET_WORK = write(
    update(officers_table)
    .where(officers_table.c.id == bindparam("b_id"))
    .values(
        works_from=bindparam("works_from"),
        works_to=bindparam("works_to"),
        row_version=officers_table.c.row_version + 1,
        **FORGOTTEN,
    )
)


async def teams(ctx: Ctx) -> list[TeamRow]:
    """Return the teams that the city ever granted to, by name."""
    return await ctx.db.all(TEAMS)


async def list_grants(ctx: Ctx) -> list[Grant]:
    """Return every grant, those that hold longest first; past ones stay as history."""
    rows = await ctx.db.all(_ALL)
    people = await people_by_id(ctx, [who for r in rows for who in (r.granted_by, r.ended_by)])
    names = {who: str(person) for who, person in people.items()}
    return [_grant(ctx, row, names) for row in rows]


async def grant_of(ctx: Ctx, grant_id: UUID) -> Grant:
    """Return one grant. Raises MissingError."""
    found = next((g for g in await list_grants(ctx) if g.id == grant_id), None)
    if found is None:
        raise MissingError
    return found


def _grant(ctx: Ctx, row: _GrantRow, names: dict[UUID, str]) -> Grant:
    return Grant(
        id=row.id,
        officer_id=row.officer_id,
        name=unseal(ctx, "name", row.name_sealed, row.officer_id),
        login=row.login,
        team=row.team_name,
        valid_from=row.valid_from,
        until=row.valid_to - timedelta(days=1),
        state=_state(row, clock.today()),
        granted_at=row.granted_at,
        granted_by=_by(names, row.granted_by),
        ended_at=row.ended_at,
        ended_by=_by(names, row.ended_by) if row.ended_at else "",
        row_version=row.row_version,
    )


def _by(names: dict[UUID, str], who: UUID | None) -> str:
    return names.get(who, "") if who else "시스템"


def _state(row: _GrantRow, today: date) -> str:
    if row.ended_at is not None:
        return "ENDED"
    if row.valid_to <= today:
        return "OVER"
    return "NOW" if row.valid_from <= today else "COMING"


async def add(ctx: Ctx, new: NewGrant) -> tuple[UUID, str]:
    """Grant, and return the grant's id and the temporary password of a new account ("" if none).

    Raises InvalidError by field, RefusedError while a former grant of the officer holds.
    """
    agency = clean(new.agency)
    _check_days(new, agency)
    officer_id, password = await _account(ctx, new)
    team_id = await _team(ctx, agency)
    grant_id, after = clock.uuid7(), new.until + timedelta(days=1)
    await ctx.db.run(
        _ADD,
        id=grant_id,
        officer_id=officer_id,
        team_id=team_id,
        valid_from=new.valid_from,
        valid_to=after,
        granted_at=clock.now(),
        granted_by=ctx.me.officer_id,
        row_version=1,
    )
    await ctx.db.run(_LET_WORK, b_id=officer_id, works_from=new.valid_from, works_to=after)
    event = events.RegionalGranted(
        officer_id=officer_id, team_id=team_id, valid_from=new.valid_from, valid_to=after
    )
    await _tell(ctx, event)
    return grant_id, password


async def preview(ctx: Ctx, new: NewGrant) -> Preview:
    """Return what `add` would bring, and raise what it would raise, as far as it can be told."""
    agency = clean(new.agency)
    _check_days(new, agency)
    grants = await list_grants(ctx)
    if new.officer_id is not None:
        await _check_again(ctx, new.officer_id)
    names = [g.name for g in grants if g.officer_id == new.officer_id]
    return Preview(
        agency,
        new.valid_from,
        new.until,
        (new.until - new.valid_from).days + 1,
        names[0] if names else "",
        [g.name for g in grants if g.team == agency and g.state == "NOW"],
    )


def _check_days(new: NewGrant, agency: str) -> None:
    errors = {}
    if not 0 < len(agency) <= MAX_NAME:
        errors["agency"] = f"기관 이름을 {MAX_NAME}자까지 적어 주세요."
    if new.until < max(new.valid_from, clock.today()):
        errors["until"] = "시작하는 날과 오늘보다 앞설 수 없습니다."
    elif (new.until - new.valid_from).days >= MAX_DAYS:
        errors["until"] = "두 해까지 줄 수 있습니다."
    if errors:
        raise InvalidError(errors)


async def _account(ctx: Ctx, new: NewGrant) -> tuple[UUID, str]:
    if new.officer_id is None:
        made = NewOfficer(
            login=new.login,
            name=new.name,
            unit_id=None,
            title="지역팀",
            roles=(REGIONAL,),
            email=new.email,
        )
        return await officers.add_guest(ctx, made)
    await _check_again(ctx, new.officer_id)
    return new.officer_id, ""


async def _check_again(ctx: Ctx, officer_id: UUID) -> None:
    if await ctx.db.first(_HAD, officer_id=officer_id) is None:
        raise InvalidError({"officer_id": "지역팀 계정을 목록에서 골라 주세요."})
    if await ctx.db.all(_STANDING, officer_id=officer_id, on=clock.today()):
        raise RefusedError("아직 끝나지 않은 기간이 있습니다. 먼저 끝낸 뒤 새로 주세요.")


async def _team(ctx: Ctx, agency: str) -> UUID:
    for known in await teams(ctx):
        if known.name == agency:
            return known.id
    team_id = clock.uuid7()
    await ctx.db.run(_ADD_TEAM, id=team_id, name=agency, created_at=clock.now())
    return team_id


async def end(ctx: Ctx, identifier: Identifier, grant_id: UUID, row_version: int) -> None:
    """End a grant at once: the account is signed out everywhere and cannot come in again.

    Raises MissingError, RefusedError for one that is over, StaleError.
    """
    found = await ctx.db.first(_ONE, id=grant_id)
    if found is None:
        raise MissingError
    if _state(found, clock.today()) in {"ENDED", "OVER"}:
        raise RefusedError("이미 끝난 기간입니다.")
    today = clock.today()
    touched = await ctx.db.run(
        _END,
        b_id=grant_id,
        b_version=row_version,
        ended_at=clock.now(),
        ended_by=ctx.me.officer_id,
        valid_to=max(today, found.valid_from),
    )
    if not touched:
        raise StaleError
    await ctx.db.run(_LET_WORK, b_id=found.officer_id, works_from=found.valid_from, works_to=today)
    await identifier.close_all(ctx, found.officer_id)
    await _tell(ctx, events.RegionalEnded(officer_id=found.officer_id))


async def _tell(ctx: Ctx, event: events.OfficerEvent) -> None:
    now = await officers.detail(ctx, event.officer_id)
    await emit(
        ctx,
        event,
        subject_kind=events.OFFICER,
        subject_id=event.officer_id,
        seq=now.row_version,
    )
