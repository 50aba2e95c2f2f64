"""The rules about departments, officers, posts and roles. Whoever changes one of them empties the
officers' `principal`, so that rights follow at once.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.host.personal import seal, unseal
from sinmungo.people import queries as q
from sinmungo.people.identity import TOKEN_PREFIX, digest
from sinmungo.people.models import ROLES
from sinmungo.people.passwords import hash_password

FOUNDED = date(2020, 1, 1)


class NewOfficer(msgspec.Struct, kw_only=True):
    """What is needed to let someone work: login, name, post and roles."""

    login: str
    name: str
    unit_id: UUID
    title: str
    roles: tuple[str, ...]
    is_head: bool = False
    email: str | None = None
    phone: str | None = None
    password: str | None = None
    valid_from: date | None = None


class Person(msgspec.Struct, frozen=True):
    """An officer as screens show one: 이름 + 직위."""

    id: UUID
    name: str
    post: str

    def __str__(self) -> str:
        return f"{self.name} {self.post}".strip()


async def list_units(ctx: Ctx, on: date | None = None) -> list[q.UnitRow]:
    """Return the units that exist on a day (default today), by name."""
    return await ctx.db.all(q.UNITS, on=on or clock.today())


async def unit(ctx: Ctx, unit_id: UUID) -> q.UnitRow:
    """Return a unit, past ones too."""
    return await ctx.db.one(q.UNIT, id=unit_id)


async def add_unit(
    ctx: Ctx,
    *,
    name: str,
    kind: str,
    parent_id: UUID | None = None,
    phone: str | None = None,
    valid_from: date | None = None,
) -> UUID:
    """Add a unit and return its id. Names are unique among the units of a day."""
    start = valid_from or clock.today()
    if any(u.name == name and u.parent_id == parent_id for u in await list_units(ctx, start)):
        raise InvalidError({"name": "같은 이름의 부서가 있습니다."})
    unit_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_UNIT,
        id=unit_id,
        name=name,
        kind=kind,
        parent_id=parent_id,
        phone=phone,
        valid_from=start,
        row_version=1,
    )
    await ctx.db.run(q.FORGET_ALL_PRINCIPALS)
    return unit_id


async def add_officer(ctx: Ctx, new: NewOfficer) -> UUID:
    """Add an officer with one post and roles; return the id."""
    _check_roles(new.roles)
    if await ctx.db.first(q.UNIT, id=new.unit_id) is None:
        raise MissingError
    officer_id, now = clock.uuid7(), clock.now()
    hashed = await hash_password(new.password) if new.password else None
    await ctx.db.run(
        q.ADD_OFFICER,
        id=officer_id,
        login=new.login.lower(),
        phone=new.phone,
        password_hash=hashed,
        state="ACTIVE",
        failed_count=0,
        created_at=now,
        row_version=1,
        **seal(ctx, "name", new.name, "name", officer_id),
        **seal(ctx, "email", new.email, "email", officer_id),
    )
    await ctx.db.run(
        q.ADD_POST,
        id=clock.uuid7(),
        officer_id=officer_id,
        unit_id=new.unit_id,
        title=new.title,
        is_head=new.is_head,
        valid_from=new.valid_from or clock.today(),
        row_version=1,
    )
    for role in new.roles:
        await _grant(ctx, officer_id, role, now)
    return officer_id


def _check_roles(roles: Iterable[str]) -> None:
    unknown = [r for r in roles if r not in ROLES]
    if unknown:
        raise InvalidError({"roles": f"모르는 역할입니다: {', '.join(unknown)}"})


async def _grant(ctx: Ctx, officer_id: UUID, role: str, now: datetime) -> None:
    await ctx.db.run(
        q.ADD_ROLE,
        id=clock.uuid7(),
        officer_id=officer_id,
        role=role,
        granted_at=now,
        granted_by=ctx.me.officer_id,
    )


async def add_token(ctx: Ctx, officer_id: UUID, label: str) -> str:
    """Make a personal API token and return it; only its hash is kept."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    await ctx.db.run(
        q.ADD_TOKEN,
        id=clock.uuid7(),
        officer_id=officer_id,
        token_hash=digest(secret),
        label=label,
        created_at=clock.now(),
    )
    return secret


async def people_by_id(ctx: Ctx, ids: Iterable[UUID | None]) -> dict[UUID, Person]:
    """Return the persons of these ids in one statement (none for an empty list)."""
    wanted = list({i for i in ids if i is not None})
    if not wanted:
        return {}
    rows = await ctx.db.all(q.NAMES, ids=wanted, on=clock.today())
    return {r.id: Person(r.id, unseal(ctx, "name", r.name_sealed, r.id), r.post or "") for r in rows}


async def list_officers(ctx: Ctx) -> list[tuple[q.OfficerRow, Person]]:
    """Return every officer with the current post and the opened name."""
    rows = await ctx.db.all(q.OFFICERS, on=clock.today())
    return [
        (r, Person(r.id, unseal(ctx, "name", r.name_sealed, r.id), r.post or "")) for r in rows
    ]


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add the departments and teams of the city's file that are not there yet."""
    known = {(u.name, u.parent_id) for u in await list_units(ctx)}
    for item in table.get("departments", []):
        if (item["name"], None) in known:
            continue
        parent = await add_unit(
            ctx,
            name=item["name"],
            kind="DEPARTMENT",
            phone=item.get("phone"),
            valid_from=FOUNDED,
        )
        for team in item.get("teams", []):
            await add_unit(ctx, name=team, kind="TEAM", parent_id=parent, valid_from=FOUNDED)
