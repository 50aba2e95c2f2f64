"""Who sends a request: session cookie or bearer token, one short statement either way."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, and_, bindparam, delete, or_, select, update

from sinmungo import clock
from sinmungo.config import Settings
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.host.types import ANONYMOUS, Identity, Right
from sinmungo.people.models import api_tokens, officers, org_units, posts, role_grants, sessions
from sinmungo.people.rights_models import role_rights
from sinmungo_tenants import insert_into, read, write

SEEN_STEP = timedelta(seconds=60)
TOKEN_PREFIX = "smg_"  # noqa: S105 - marks a token, is none


class Principal(msgspec.Struct):
    """What an officer's current posts and roles add up to."""

    roles: list[str]
    post: str = ""
    unit_id: UUID | None = None
    unit_name: str = ""
    scope_units: list[UUID] = []
    rights: list[Right] = []


class _Role(msgspec.Struct):
    """A role held, once for each right in which the city differs from what is declared."""

    role: str
    permission: str | None
    granted: bool | None


class _Found(msgspec.Struct):
    officer_id: UUID
    name_sealed: bytes
    principal: dict[str, Any] | None
    principal_on: date | None
    rights_version: int
    must_change: bool
    seen_at: datetime | None


class _Post(msgspec.Struct):
    title: str
    unit_id: UUID
    unit_name: str
    is_head: bool


def may_work() -> ColumnElement[bool]:
    """Return the condition that an account may be used on the day `:today`."""
    today = bindparam("today", type_=Date())
    return and_(
        officers.c.state == "ACTIVE",
        or_(officers.c.works_from.is_(None), officers.c.works_from <= today),
        or_(officers.c.works_to.is_(None), officers.c.works_to > today),
    )


_BY_SESSION = read(
    select(
        officers.c.id.label("officer_id"),
        officers.c.name_sealed,
        officers.c.principal,
        officers.c.principal_on,
        officers.c.rights_version,
        officers.c.must_change,
        sessions.c.seen_at,
    )
    .join(sessions, sessions.c.officer_id == officers.c.id)
    .where(
        sessions.c.id_hash == bindparam("id_hash"),
        sessions.c.expires_at > bindparam("now"),
        sessions.c.seen_at > bindparam("seen_after"),
        may_work(),
    ),
    _Found,
)
_BY_TOKEN = read(
    select(
        officers.c.id.label("officer_id"),
        officers.c.name_sealed,
        officers.c.principal,
        officers.c.principal_on,
        officers.c.rights_version,
        officers.c.must_change,
        api_tokens.c.used_at.label("seen_at"),
    )
    .join(api_tokens, api_tokens.c.officer_id == officers.c.id)
    .where(
        api_tokens.c.token_hash == bindparam("token_hash"),
        api_tokens.c.revoked_at.is_(None),
        or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > bindparam("now")),
        may_work(),
    ),
    _Found,
)


def current_on(table: Any) -> ColumnElement[bool]:
    """Return the condition that a dated row holds on the day `:on`."""
    return and_(
        table.c.valid_from <= bindparam("on"),
        or_(table.c.valid_to.is_(None), table.c.valid_to > bindparam("on")),
    )


_POSTS = read(
    select(posts.c.title, posts.c.unit_id, org_units.c.name.label("unit_name"), posts.c.is_head)
    .join(org_units, org_units.c.id == posts.c.unit_id)
    .where(posts.c.officer_id == bindparam("officer_id"), current_on(posts))
    .order_by(posts.c.valid_from.desc(), posts.c.id),
    _Post,
)
_ROLES = read(
    select(role_grants.c.role, role_rights.c.permission, role_rights.c.granted)
    .outerjoin(role_rights, role_rights.c.role == role_grants.c.role)
    .where(role_grants.c.officer_id == bindparam("officer_id"), role_grants.c.revoked_at.is_(None)),
    _Role,
)


def _reach(*, below: bool) -> Any:
    """Return the ids of a unit, of those it came after, and (for a head) of all below them."""
    tree = select(org_units.c.id).where(org_units.c.id == bindparam("unit_id"))
    found = tree.cte("tree", recursive=True)
    next_ = org_units.alias()
    inherited = next_.c.successor_id == found.c.id
    wanted = or_(inherited, next_.c.parent_id == found.c.id) if below else inherited
    found = found.union(select(next_.c.id).where(wanted))
    return read(select(found.c.id), UUID)


_OF_MEMBER = _reach(below=False)
_OF_HEAD = _reach(below=True)
_KEEP_PRINCIPAL = write(
    update(officers)
    .where(officers.c.id == bindparam("b_id"), officers.c.rights_version == bindparam("b_rights"))
    .values(
        principal=bindparam("principal", type_=officers.c.principal.type),
        principal_on=bindparam("principal_on"),
    )
)
_SEEN = write(
    update(sessions)
    .where(sessions.c.id_hash == bindparam("b_hash"))
    .values(seen_at=bindparam("seen_at"))
)
_USED = write(
    update(api_tokens)
    .where(api_tokens.c.token_hash == bindparam("b_hash"))
    .values(used_at=bindparam("used_at"))
)
_ADD_SESSION = insert_into(sessions)
_DROP_SESSION = write(delete(sessions).where(sessions.c.id_hash == bindparam("id_hash")))
_DROP_ALL = write(delete(sessions).where(sessions.c.officer_id == bindparam("officer_id")))
_DROP_STALE = write(
    delete(sessions).where(
        sessions.c.officer_id == bindparam("officer_id"),
        or_(
            sessions.c.expires_at <= bindparam("now"),
            sessions.c.seen_at <= bindparam("seen_before"),
        ),
    )
)


def digest(secret: str) -> bytes:
    """Return what is stored of a session id or token: its SHA-256."""
    return hashlib.sha256(secret.encode()).digest()


class Identifier:
    """Finds the officer of a request. Unknown, idle or expired ids are nobody's."""

    def __init__(self, settings: Settings) -> None:
        self.cookie = "__Host-sinmungo" if settings.cookie_secure else "sinmungo"
        self.idle = timedelta(seconds=settings.session_idle)
        self._absolute = timedelta(seconds=settings.session_absolute)

    async def __call__(self, ctx: Ctx, scope: Any) -> Identity:
        """Return the officer of the bearer token (API) or of the session cookie (pages)."""
        if scope["path"].startswith("/api/"):
            return await self._by_token(ctx, _bearer(scope))
        return await self._by_session(ctx, _cookie(scope, self.cookie))

    async def who(self, ctx: Ctx, secret: str) -> Identity:
        """Return the officer of a session, for instance one that was just opened."""
        return await self._by_session(ctx, secret)

    async def _by_session(self, ctx: Ctx, secret: str) -> Identity:
        if not secret:
            return ANONYMOUS
        now, hashed = clock.now(), digest(secret)
        found = await ctx.db.first(
            _BY_SESSION,
            id_hash=hashed,
            now=now,
            seen_after=now - self.idle,
            today=clock.today(),
        )
        if found is None:
            return ANONYMOUS
        if found.seen_at is None or now - found.seen_at > SEEN_STEP:
            await ctx.db.run(_SEEN, b_hash=hashed, seen_at=now)
        return await _identity(ctx, found)

    async def _by_token(self, ctx: Ctx, secret: str) -> Identity:
        if not secret.startswith(TOKEN_PREFIX):
            return ANONYMOUS
        now, hashed = clock.now(), digest(secret)
        found = await ctx.db.first(_BY_TOKEN, token_hash=hashed, now=now, today=clock.today())
        if found is None:
            return ANONYMOUS
        if found.seen_at is None or now - found.seen_at > SEEN_STEP:
            await ctx.db.run(_USED, b_hash=hashed, used_at=now)
        return await _identity(ctx, found)

    async def open_session(self, ctx: Ctx, officer_id: UUID, old: str = "") -> str:
        """Start a session under a fresh id (the old one, if any, is dropped); return the id."""
        if old:
            await self.close_session(ctx, old)
        secret, now = secrets.token_urlsafe(32), clock.now()
        await ctx.db.run(_DROP_STALE, officer_id=officer_id, now=now, seen_before=now - self.idle)
        await ctx.db.run(
            _ADD_SESSION,
            id_hash=digest(secret),
            officer_id=officer_id,
            created_at=now,
            seen_at=now,
            expires_at=now + self._absolute,
            address=ctx.address,
        )
        return secret

    async def close_session(self, ctx: Ctx, secret: str) -> None:
        """End one session."""
        await ctx.db.run(_DROP_SESSION, id_hash=digest(secret))

    async def close_all(self, ctx: Ctx, officer_id: UUID) -> None:
        """End every session of an officer."""
        await ctx.db.run(_DROP_ALL, officer_id=officer_id)


async def _identity(ctx: Ctx, found: _Found) -> Identity:
    today = clock.today()
    if found.principal is None or found.principal_on != today:
        principal = await _add_up(ctx, found.officer_id, today)
        await ctx.db.run(
            _KEEP_PRINCIPAL,
            b_id=found.officer_id,
            b_rights=found.rights_version,
            principal=msgspec.to_builtins(principal),
            principal_on=today,
        )
    else:
        principal = msgspec.convert(found.principal, Principal)
    roles = frozenset(principal.roles)
    return Identity(
        kind="OFFICER",
        officer_id=found.officer_id,
        name=unseal(ctx, "name", found.name_sealed, found.officer_id),
        post=principal.post,
        unit_id=principal.unit_id,
        unit_name=principal.unit_name,
        scope_units=frozenset(principal.scope_units),
        roles=roles,
        permissions=ctx.host.permissions_of(ctx.city, roles, frozenset(principal.rights)),
        must_change=found.must_change,
    )


async def _add_up(ctx: Ctx, officer_id: UUID, on: date) -> Principal:
    held = await ctx.db.all(_POSTS, officer_id=officer_id, on=on)
    roles = await ctx.db.all(_ROLES, officer_id=officer_id)
    scope: set[UUID] = set()
    for post in held:
        reach = _OF_HEAD if post.is_head else _OF_MEMBER
        scope.update(await ctx.db.all(reach, unit_id=post.unit_id))
    first = held[0] if held else None
    return Principal(
        roles=sorted({r.role for r in roles}),
        rights=[(r.role, r.permission, bool(r.granted)) for r in roles if r.permission],
        post=first.title if first else "",
        unit_id=first.unit_id if first else None,
        unit_name=first.unit_name if first else "",
        scope_units=sorted(scope),
    )


def _header(scope: Any, wanted: bytes) -> str:
    return next((v.decode("latin-1") for n, v in scope["headers"] if n == wanted), "")


def _bearer(scope: Any) -> str:
    kind, _, secret = _header(scope, b"authorization").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _cookie(scope: Any, name: str) -> str:
    for part in _header(scope, b"cookie").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
