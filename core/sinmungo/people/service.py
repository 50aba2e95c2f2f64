"""What every slice asks about people, and how units and officers begin.

Changing them lies in `units.py`, `officers.py` and `account.py`. Whoever changes a post, a role or
a unit empties the officers' `principal`, so that rights follow at once.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.people import events
from sinmungo.people import queries as q
from sinmungo.people import writes as w
from sinmungo.people.identity import TOKEN_PREFIX, digest
from sinmungo.people.models import ROLES, api_tokens
from sinmungo.people.passwords import hash_password
from sinmungo.text.normalise import clean
from sinmungo_tenants import insert_into

FOUNDED = date(2020, 1, 1)
KINDS = {"BUREAU": "국", "DEPARTMENT": "과", "TEAM": "팀"}
MAX_NAME = 60
NO_UNIT = "그날 없거나 닫기로 한 부서입니다. 다른 부서를 골라 주세요."
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_ADD_TOKEN = insert_into(api_tokens)


class NewOfficer(msgspec.Struct, kw_only=True):
    """What is needed to let someone work: login, name, post and roles.

    A guest (`unit_id` None: an expert, someone of another agency) has no post and no scope.

    A password set by an admin is a temporary one: with `must_change` the officer has to choose
    another at the first sign-in.
    """

    login: str
    name: str
    unit_id: UUID | None
    title: str
    roles: tuple[str, ...]
    is_head: bool = False
    email: str | None = None
    phone: str | None = None
    password: str | None = None
    password_hash: str | None = None
    must_change: bool = False
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


async def unit_names_on(ctx: Ctx, ids: Iterable[UUID], on: date) -> dict[UUID, str]:
    """Return the names that units bore on a day; a unit that did not exist then is left out."""
    rows = await ctx.db.all(q.NAMES_OF_UNITS, ids=list(set(ids)))
    return {
        r.unit_id: r.name
        for r in rows
        if r.valid_from <= on and (r.valid_to is None or r.valid_to > on)
    }


async def add_unit(
    ctx: Ctx,
    *,
    name: str,
    kind: str,
    parent_id: UUID | None = None,
    phone: str | None = None,
    valid_from: date | None = None,
) -> UUID:
    """Add a unit and return its id. Names are unique among the units under one parent."""
    start, plain = valid_from or clock.today(), clean(name)
    await check_unit_name(ctx, plain, parent_id, start)
    if kind not in KINDS:
        raise InvalidError({"kind": "국, 과, 팀 가운데 골라 주세요."})
    if parent_id is not None and await ctx.db.first(q.UNIT, id=parent_id) is None:
        raise InvalidError({"parent_id": "위 부서를 목록에서 골라 주세요."})
    unit_id = clock.uuid7()
    await ctx.db.run(
        w.ADD_UNIT,
        id=unit_id,
        name=plain,
        kind=kind,
        parent_id=parent_id,
        phone=phone,
        valid_from=start,
        row_version=1,
    )
    await ctx.db.run(
        w.ADD_UNIT_NAME, id=clock.uuid7(), unit_id=unit_id, name=plain, valid_from=start
    )
    await ctx.db.run(w.FORGET_ALL_PRINCIPALS)
    event = events.UnitAdded(unit_id=unit_id, parent_id=parent_id, valid_from=start)
    await emit(ctx, event, subject_kind=events.UNIT, subject_id=unit_id, seq=1)
    return unit_id


async def check_unit_name(
    ctx: Ctx, name: str, parent_id: UUID | None, on: date, but: UUID | None = None
) -> None:
    """Refuse an empty name, a long one, and one that a sibling bears on that day."""
    if not name or len(name) > MAX_NAME:
        raise InvalidError({"name": f"부서 이름을 {MAX_NAME}자까지 적어 주세요."})
    for other in await list_units(ctx, on):
        if other.name == name and other.parent_id == parent_id and other.id != but:
            raise InvalidError({"name": "같은 이름의 부서가 있습니다."})


async def add_officer(ctx: Ctx, new: NewOfficer) -> UUID:
    """Add an officer with one post and roles; return the id."""
    login, name, title = new.login.strip().lower(), clean(new.name), clean(new.title)
    check_new(login, name, title, new)
    officer_id, now = clock.uuid7(), clock.now()
    start = new.valid_from or clock.today()
    if new.unit_id is not None:
        await _check_unit(ctx, new.unit_id, start)
    hashed = await hash_password(new.password) if new.password else new.password_hash
    added = await ctx.db.run(
        w.ADD_OFFICER,
        id=officer_id,
        login=login,
        phone=new.phone,
        password_hash=hashed,
        must_change=new.must_change,
        state="ACTIVE",
        failed_count=0,
        rights_version=1,
        created_at=now,
        row_version=1,
        **seal(ctx, "name", name, "name", officer_id),
        **seal(ctx, "email", new.email, "email", officer_id),
    )
    if not added:
        raise InvalidError({"login": "이미 쓰는 아이디입니다."})
    if new.unit_id is not None:
        await add_post(
            ctx, officer_id, unit_id=new.unit_id, title=title, is_head=new.is_head, valid_from=start
        )
    event = events.OfficerAdded(officer_id=officer_id, unit_id=new.unit_id)
    await emit(ctx, event, subject_kind=events.OFFICER, subject_id=officer_id, seq=1)
    for role in dict.fromkeys(new.roles):
        await grant(ctx, officer_id, role, now, seq=1)
    return officer_id


async def _check_unit(ctx: Ctx, unit_id: UUID, start: date) -> None:
    found = await ctx.db.first(q.UNIT, id=unit_id)
    if found is None:
        raise MissingError
    if start < found.valid_from or found.valid_to is not None:
        raise InvalidError({"unit_id": NO_UNIT})


def check_new(login: str, name: str, title: str, new: NewOfficer) -> None:
    """Refuse what cannot be an account; all faults at once."""
    faults = {
        "login": not _LOGIN.fullmatch(login)
        and "영문 소문자, 숫자, . _ - @ 로 2자 이상 적어 주세요.",
        "name": not 0 < len(name) <= MAX_NAME and "이름을 적어 주세요.",
        "title": not 0 < len(title) <= MAX_NAME and "직위를 적어 주세요.",
        "email": email_fault(new.email),
        "roles": role_fault(new.roles),
    }
    errors = {field: text for field, text in faults.items() if text}
    if errors:
        raise InvalidError(errors)


def email_fault(email: str | None) -> str:
    """Return what is wrong with an address, an empty text if nothing."""
    return "전자우편 주소를 확인해 주세요." if email and not _EMAIL.fullmatch(email) else ""


def role_fault(roles: Iterable[str]) -> str:
    """Return which roles are unknown, an empty text if none."""
    unknown = [r for r in roles if r not in ROLES]
    return f"모르는 역할입니다: {', '.join(unknown)}" if unknown else ""


async def add_post(
    ctx: Ctx,
    officer_id: UUID,
    *,
    unit_id: UUID,
    title: str,
    is_head: bool,
    valid_from: date,
    valid_to: date | None = None,
) -> None:
    """Write one post."""
    await ctx.db.run(
        w.ADD_POST,
        id=clock.uuid7(),
        officer_id=officer_id,
        unit_id=unit_id,
        title=title,
        is_head=is_head,
        valid_from=valid_from,
        valid_to=valid_to,
        row_version=1,
    )


async def grant(ctx: Ctx, officer_id: UUID, role: str, now: datetime, *, seq: int) -> None:
    """Write one role, with who gave it and when."""
    await ctx.db.run(
        w.ADD_ROLE,
        id=clock.uuid7(),
        officer_id=officer_id,
        role=role,
        granted_at=now,
        granted_by=ctx.me.officer_id,
    )
    event = events.RoleGranted(officer_id=officer_id, role=role)
    await emit(ctx, event, subject_kind=events.OFFICER, subject_id=officer_id, seq=seq)


async def add_token(
    ctx: Ctx, officer_id: UUID, label: str, expires_at: datetime | None = None
) -> str:
    """Make a personal API token and return it; only its hash is kept."""
    secret, token_id = TOKEN_PREFIX + secrets.token_urlsafe(32), clock.uuid7()
    await ctx.db.run(
        _ADD_TOKEN,
        id=token_id,
        officer_id=officer_id,
        token_hash=digest(secret),
        label=label,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    event = events.TokenMade(officer_id=officer_id, token_id=token_id)
    await emit(ctx, event, subject_kind=events.OF_TOKEN, subject_id=token_id, seq=1)
    return secret


def person(ctx: Ctx, row: q.NameRow | q.OfficerRow) -> Person:
    """Return a row's officer with the name opened."""
    return Person(row.id, unseal(ctx, "name", row.name_sealed, row.id), row.post or "")


async def people_by_id(ctx: Ctx, ids: Iterable[UUID | None]) -> dict[UUID, Person]:
    """Return the persons of these ids in one statement (none for an empty list)."""
    wanted = list({i for i in ids if i is not None})
    if not wanted:
        return {}
    rows = await ctx.db.all(q.NAMES, ids=wanted, on=clock.today())
    return {r.id: person(ctx, r) for r in rows}


async def list_officers(ctx: Ctx) -> list[tuple[q.OfficerRow, Person]]:
    """Return every officer with the current post and the opened name."""
    rows = await ctx.db.all(q.OFFICERS, on=clock.today())
    return [(r, person(ctx, r)) for r in rows]


async def roles_held(ctx: Ctx) -> dict[UUID, list[str]]:
    """Return the Korean names of the roles that each officer holds."""
    found: dict[UUID, list[str]] = {}
    for held in await ctx.db.all(q.ROLES_HELD):
        found.setdefault(held.officer_id, []).append(ROLES.get(held.role, held.role))
    return found


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
