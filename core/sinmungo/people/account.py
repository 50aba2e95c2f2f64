"""What officers do with their own account: password, tokens, sessions."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.people import events, officers
from sinmungo.people import queries as q
from sinmungo.people import writes as w
from sinmungo.people.identity import Identifier
from sinmungo.people.models import api_tokens, sessions
from sinmungo.people.passwords import check_new_password, hash_password
from sinmungo.people.service import MAX_NAME, add_token
from sinmungo.people.sign_in import check_own_password
from sinmungo.text.normalise import clean
from sinmungo_tenants import read, write

MAX_TOKENS = 20
DEFAULT_DAYS = 365


class TokenRow(msgspec.Struct):
    """A personal API token as its owner sees it; the token itself is not kept."""

    id: UUID
    label: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class SessionRow(msgspec.Struct):
    """A place where one is signed in."""

    id_hash: bytes
    created_at: datetime
    seen_at: datetime
    address: str


_TOKENS = read(
    select(
        api_tokens.c.id,
        api_tokens.c.label,
        api_tokens.c.created_at,
        api_tokens.c.expires_at,
        api_tokens.c.used_at,
    )
    .where(api_tokens.c.officer_id == bindparam("officer_id"), api_tokens.c.revoked_at.is_(None))
    .order_by(api_tokens.c.created_at.desc()),
    TokenRow,
)
_REVOKE_TOKEN = write(
    update(api_tokens)
    .where(
        api_tokens.c.id == bindparam("b_id"),
        api_tokens.c.officer_id == bindparam("b_officer"),
        api_tokens.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("revoked_at"))
)
_SESSIONS = read(
    select(sessions.c.id_hash, sessions.c.created_at, sessions.c.seen_at, sessions.c.address)
    .where(
        sessions.c.officer_id == bindparam("officer_id"),
        sessions.c.expires_at > bindparam("now"),
        sessions.c.seen_at > bindparam("seen_after"),
    )
    .order_by(sessions.c.seen_at.desc()),
    SessionRow,
)


def own_id(ctx: Ctx) -> UUID:
    """Return who acts; `MissingError` when it is no officer."""
    if ctx.me.officer_id is None:
        raise MissingError
    return ctx.me.officer_id


async def change_password(
    ctx: Ctx, identifier: Identifier, *, old: str, new: str, again: str
) -> str:
    """Change one's own password, sign out everywhere, and return the id of a fresh session.

    A wrong old password counts as a failed sign-in: the caller keeps the transaction.
    """
    officer_id = own_id(ctx)
    await check_own_password(ctx, old)
    found = await ctx.db.one(q.ACCOUNT, id=officer_id)
    check_new_password(new, found.login)
    if new == old:
        raise InvalidError({"password": "지금과 다른 비밀번호로 정해 주세요."})
    if new != again:
        raise InvalidError({"again": "새 비밀번호와 다릅니다. 다시 적어 주세요."})
    changed = await ctx.db.run(
        w.SET_PASSWORD,
        b_id=officer_id,
        b_version=found.row_version,
        password_hash=await hash_password(new),
        must_change=False,
    )
    if not changed:
        raise StaleError
    await identifier.close_all(ctx, officer_id)
    await emit(
        ctx,
        events.PasswordChanged(officer_id=officer_id),
        subject_kind=events.OFFICER,
        subject_id=officer_id,
        seq=found.row_version + 1,
    )
    return await identifier.open_session(ctx, officer_id)


async def list_tokens(ctx: Ctx) -> list[TokenRow]:
    """Return one's own tokens that are not revoked, newest first."""
    return await ctx.db.all(_TOKENS, officer_id=own_id(ctx))


async def make_token(ctx: Ctx, label: str, days: int | None = DEFAULT_DAYS) -> str:
    """Make a token of one's own and return it; it is told once. `days` None: it never expires."""
    plain = clean(label)
    if not 0 < len(plain) <= MAX_NAME:
        raise InvalidError({"label": "어디에 쓰는 토큰인지 적어 주세요."})
    if len(await list_tokens(ctx)) >= MAX_TOKENS:
        raise InvalidError({"label": f"토큰은 {MAX_TOKENS}개까지입니다. 안 쓰는 것을 지워 주세요."})
    expires = clock.now() + timedelta(days=days) if days is not None else None
    return await add_token(ctx, own_id(ctx), plain, expires)


async def revoke_token(ctx: Ctx, token_id: UUID) -> None:
    """Revoke one of one's own tokens, at once."""
    officer_id = own_id(ctx)
    done = await ctx.db.run(
        _REVOKE_TOKEN, b_id=token_id, b_officer=officer_id, revoked_at=clock.now()
    )
    if not done:
        raise MissingError
    event = events.TokenRevoked(officer_id=officer_id, token_id=token_id)
    await emit(ctx, event, subject_kind=events.OF_TOKEN, subject_id=token_id, seq=2)


async def list_sessions(ctx: Ctx, identifier: Identifier) -> list[SessionRow]:
    """Return where one is signed in, the newest use first."""
    now = clock.now()
    return await ctx.db.all(
        _SESSIONS, officer_id=own_id(ctx), now=now, seen_after=now - identifier.idle
    )


async def sign_out_everywhere(ctx: Ctx, identifier: Identifier) -> None:
    """End every session of one's own, this one too."""
    officer_id = own_id(ctx)
    found = await ctx.db.one(q.ACCOUNT, id=officer_id)
    await officers.sign_out_everywhere(ctx, identifier, officer_id, found.row_version)
