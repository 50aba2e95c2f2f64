"""One-time links: a person chooses the first password by one, so that nobody else ever knew it.

A link is random, valid for three days and for one use; only its hash is kept. Making another takes
the former back. Whoever holds the link is let in: it is handed over like a key.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, SinmungoError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.people import events
from sinmungo.people import queries as q
from sinmungo.people import writes as w
from sinmungo.people.identity import Identifier, digest
from sinmungo.people.invitation_models import invitations
from sinmungo.people.models import officers
from sinmungo.people.passwords import check_new_password, hash_password
from sinmungo_tenants import insert_into, read, write

VALID = timedelta(hours=72)
PATH = "/office/people/invitation"


class UnusableLinkError(SinmungoError):
    """A link that was used, taken back, is over, or never was one: not told apart."""

    code = "link_unusable"
    status = 410

    def __init__(self) -> None:
        super().__init__(
            "쓸 수 없는 링크입니다. 이미 썼거나 기간이 지났습니다. 관리자에게 새 링크를 받으세요."
        )


class Invitation(msgspec.Struct):
    """An open link: for whom, and until when."""

    id: UUID
    officer_id: UUID
    login: str
    row_version: int
    expires_at: datetime


_OPEN = (invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None))
_ADD = insert_into(invitations)
_REVOKE = write(
    update(invitations)
    .where(invitations.c.officer_id == bindparam("b_officer"), *_OPEN)
    .values(revoked_at=bindparam("revoked_at"))
)
_FIND = read(
    select(
        invitations.c.id,
        invitations.c.officer_id,
        officers.c.login,
        officers.c.row_version,
        invitations.c.expires_at,
    )
    .join(officers, officers.c.id == invitations.c.officer_id)
    .where(
        invitations.c.token_hash == bindparam("token_hash"),
        invitations.c.expires_at > bindparam("now"),
        officers.c.state == "ACTIVE",
        *_OPEN,
    ),
    Invitation,
)
_USE = write(
    update(invitations)
    .where(invitations.c.id == bindparam("b_id"), *_OPEN)
    .values(used_at=bindparam("used_at"))
)


async def invite(ctx: Ctx, officer_id: UUID) -> str:
    """Return the token of a fresh link for an officer, told once; former links end.

    Raises MissingError for an unknown officer, RefusedError for one whose account is stopped.
    """
    found = await ctx.db.first(q.ACCOUNT, id=officer_id)
    if found is None:
        raise MissingError
    if found.state != "ACTIVE":
        raise RefusedError("사용을 멈춘 계정입니다. 다시 사용하게 한 뒤 링크를 만들어 주세요.")
    token, now = secrets.token_urlsafe(32), clock.now()
    await ctx.db.run(_REVOKE, b_officer=officer_id, revoked_at=now)
    await ctx.db.run(
        _ADD,
        id=clock.uuid7(),
        officer_id=officer_id,
        token_hash=digest(token),
        made_at=now,
        made_by=ctx.me.officer_id,
        expires_at=now + VALID,
    )
    await _tell(ctx, events.OfficerInvited(officer_id=officer_id), found.row_version)
    return token


def link(ctx: Ctx, token: str) -> str:
    """Return the address that opens the link, at the city's main host."""
    scheme = "https" if ctx.settings.cookie_secure else "http"
    host = ctx.city.hosts[0] if ctx.city.hosts else f"{ctx.city.slug}.localhost"
    port = "" if ctx.settings.cookie_secure else f":{ctx.settings.port}"
    return f"{scheme}://{host}{port}{PATH}/{token}"


async def look(ctx: Ctx, token: str) -> Invitation:
    """Return the open link of a token; raise `UnusableLinkError`."""
    found = await ctx.db.first(_FIND, token_hash=digest(token), now=clock.now())
    if found is None:
        raise UnusableLinkError
    return found


async def accept(ctx: Ctx, identifier: Identifier, token: str, *, new: str, again: str) -> str:
    """Set the first password, use the link up, and return the id of a fresh session."""
    found = await look(ctx, token)
    check_new_password(new, found.login)
    if new != again:
        raise InvalidError({"again": "새 비밀번호와 다릅니다. 다시 적어 주세요."})
    hashed = await hash_password(new)
    if not await ctx.db.run(_USE, b_id=found.id, used_at=clock.now()):
        raise UnusableLinkError
    changed = await ctx.db.run(
        w.SET_PASSWORD,
        b_id=found.officer_id,
        b_version=found.row_version,
        password_hash=hashed,
        must_change=False,
    )
    if not changed:
        raise UnusableLinkError
    await identifier.close_all(ctx, found.officer_id)
    await note_access(
        ctx,
        "people.invitation_used",
        subject_kind=events.OFFICER,
        subject_id=found.officer_id,
        officer_id=found.officer_id,
    )
    event = events.InvitationUsed(officer_id=found.officer_id)
    await _tell(ctx, event, found.row_version + 1)
    return await identifier.open_session(ctx, found.officer_id)


async def _tell(ctx: Ctx, event: events.OfficerEvent, seq: int) -> None:
    await emit(ctx, event, subject_kind=events.OFFICER, subject_id=event.officer_id, seq=seq)
