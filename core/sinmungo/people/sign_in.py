"""Signing in: no answer tells whether a login exists.

The slow hash is computed between two short transactions, so that a crowd at the door holds no
connection; failures are counted by the database, so that guessing in parallel gains nothing.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, case, or_, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx, Work
from sinmungo.host.types import ANONYMOUS
from sinmungo.people.events import OFFICER
from sinmungo.people.identity import Identifier, may_work
from sinmungo.people.models import officers
from sinmungo.people.passwords import matches
from sinmungo_tenants import Tenant, read, write

MAX_FAILURES = 5
LOCK = timedelta(minutes=10)
WRONG = (
    "아이디 또는 비밀번호가 맞지 않습니다. "
    f"{MAX_FAILURES}번 틀리면 {LOCK.seconds // 60}분 동안 잠깁니다."
)


class Candidate(msgspec.Struct):
    """Who a login belongs to, and the hash to compare with."""

    id: UUID
    password_hash: str | None


_BY_LOGIN = read(
    select(officers.c.id, officers.c.password_hash).where(officers.c.login == bindparam("login")),
    Candidate,
)
_UNLOCKED = or_(officers.c.locked_until.is_(None), officers.c.locked_until <= bindparam("now"))
_OWN = read(
    select(officers.c.id, officers.c.password_hash).where(
        officers.c.id == bindparam("id"), _UNLOCKED
    ),
    Candidate,
)
_LET_IN = write(
    update(officers)
    .where(
        officers.c.id == bindparam("b_id"),
        may_work(),
        officers.c.password_hash == bindparam("b_hash"),
        _UNLOCKED,
    )
    .values(failed_count=0, locked_until=None)
)
_UNTIL = bindparam("until", type_=officers.c.locked_until.type)
_LAST = officers.c.failed_count + 1 >= MAX_FAILURES
_COUNT = write(
    update(officers)
    .where(officers.c.id == bindparam("b_id"), _UNLOCKED)
    .values(
        failed_count=case((_LAST, 0), else_=officers.c.failed_count + 1),
        locked_until=case((_LAST, _UNTIL), else_=None),
    )
)


async def sign_in(
    work: Work,
    city: Tenant,
    identifier: Identifier,
    *,
    login: str,
    plain: str,
    address: str,
    old: str,
) -> str:
    """Return the id of a fresh session, or raise `InvalidError`. `old` is the session it replaces.

    Five failures in a row lock the account for ten minutes, also for the right password.
    """
    async with work.open(city, ANONYMOUS) as ctx:
        found = await ctx.db.first(_BY_LOGIN, login=login.strip().lower())
    good = await matches(plain, found.password_hash if found else None)
    async with work.open(city, ANONYMOUS) as ctx:
        ctx.address = address
        if found is not None and good and await _let_in(ctx, found):
            return await identifier.open_session(ctx, found.id, old)
        await note_failure(ctx, found)
    raise InvalidError({"password": WRONG})


async def _let_in(ctx: Ctx, found: Candidate) -> bool:
    touched = await ctx.db.run(
        _LET_IN,
        b_id=found.id,
        b_hash=found.password_hash,
        now=clock.now(),
        today=clock.today(),
    )
    if touched:
        await note_access(
            ctx,
            "people.signed_in",
            subject_kind=OFFICER,
            subject_id=found.id,
            officer_id=found.id,
        )
    return bool(touched)


async def note_failure(ctx: Ctx, found: Candidate | None) -> None:
    """Count a wrong password, lock at the fifth, and log it (without what was typed)."""
    if found is not None:
        now = clock.now()
        await ctx.db.run(_COUNT, b_id=found.id, now=now, until=now + LOCK)
    await note_access(
        ctx,
        "people.sign_in_failed",
        subject_kind=OFFICER,
        subject_id=found.id if found else None,
    )


async def check_own_password(ctx: Ctx, plain: str) -> None:
    """Refuse a wrong own password. It counts like one at sign-in: the caller keeps the act."""
    found = await ctx.db.first(_OWN, id=ctx.me.officer_id, now=clock.now())
    good = await matches(plain, found.password_hash if found else None)
    if not good:
        await note_failure(ctx, found)
        raise InvalidError({"old_password": "지금 쓰는 비밀번호가 맞지 않습니다."})
