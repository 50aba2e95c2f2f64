"""Signing in at the desk: password and six digits together, and no answer tells which was wrong.

A code serves once: the step it belongs to is written with the sign-in, in one statement that asks
for a later step than the last. A recovery code stands in for the digits, once each.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, case, delete, exists, or_, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.people.identity import digest
from sinmungo.people.passwords import check_new_password, hash_password, matches
from sinmungo.platform_desk import totp
from sinmungo.platform_desk.log import note
from sinmungo.platform_desk.operators import DROP_SESSIONS, cipher, place, plain_code
from sinmungo_tenants import Session, insert_into, read, write
from sinmungo_tenants.control.operators import operator_codes, operator_sessions, operators

if TYPE_CHECKING:
    from sinmungo.app import Runtime

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
SEEN_STEP = timedelta(seconds=60)
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
WRONG = (
    "아이디, 비밀번호 또는 인증번호가 맞지 않습니다. "
    f"{MAX_FAILURES}번 틀리면 {LOCK.seconds // 60}분 동안 잠깁니다."
)


class Operator(msgspec.Struct, frozen=True):
    """Who works at the desk."""

    id: UUID
    login: str
    must_change: bool
    seen_at: datetime


class _Candidate(msgspec.Struct):
    id: UUID
    login: str
    password_hash: str
    totp_sealed: bytes


_BY_LOGIN = read(
    select(
        operators.c.id, operators.c.login, operators.c.password_hash, operators.c.totp_sealed
    ).where(operators.c.login == bindparam("login")),
    _Candidate,
)
_UNLOCKED = or_(operators.c.locked_until.is_(None), operators.c.locked_until <= bindparam("now"))
_OWN = read(
    select(
        operators.c.id, operators.c.login, operators.c.password_hash, operators.c.totp_sealed
    ).where(operators.c.id == bindparam("id"), _UNLOCKED),
    _Candidate,
)
_LET_IN = write(
    update(operators)
    .where(
        operators.c.id == bindparam("b_id"),
        operators.c.disabled_at.is_(None),
        operators.c.password_hash == bindparam("b_hash"),
        operators.c.last_step < bindparam("b_step"),
        _UNLOCKED,
    )
    .values(failed_count=0, locked_until=None, last_step=bindparam("step"))
)
_UNUSED = (
    operator_codes.c.id_hash == bindparam("b_code"),
    operator_codes.c.operator_id == bindparam("b_operator"),
    operator_codes.c.used_at.is_(None),
)
_LET_IN_BY_CODE = write(
    update(operators)
    .where(
        operators.c.id == bindparam("b_id"),
        operators.c.disabled_at.is_(None),
        operators.c.password_hash == bindparam("b_hash"),
        exists().where(*_UNUSED),
        _UNLOCKED,
    )
    .values(failed_count=0, locked_until=None)
)
_USE_CODE = write(update(operator_codes).where(*_UNUSED).values(used_at=bindparam("used_at")))
_LAST = operators.c.failed_count + 1 >= MAX_FAILURES
_COUNT = write(
    update(operators)
    .where(operators.c.id == bindparam("b_id"), _UNLOCKED)
    .values(
        failed_count=case((_LAST, 0), else_=operators.c.failed_count + 1),
        locked_until=case(
            (_LAST, bindparam("until", type_=operators.c.locked_until.type)), else_=None
        ),
    )
)
_LOCKED_UNTIL = read(
    select(operators.c.locked_until).where(operators.c.id == bindparam("id")), datetime
)
_ADD = insert_into(operator_sessions)
_BY_SESSION = read(
    select(operators.c.id, operators.c.login, operators.c.must_change, operator_sessions.c.seen_at)
    .join(operator_sessions, operator_sessions.c.operator_id == operators.c.id)
    .where(
        operator_sessions.c.id_hash == bindparam("id_hash"),
        operator_sessions.c.expires_at > bindparam("now"),
        operator_sessions.c.seen_at > bindparam("seen_after"),
        operators.c.disabled_at.is_(None),
    ),
    Operator,
)
_SEEN = write(
    update(operator_sessions)
    .where(operator_sessions.c.id_hash == bindparam("b_hash"))
    .values(seen_at=bindparam("seen_at"))
)
_DROP = write(delete(operator_sessions).where(operator_sessions.c.id_hash == bindparam("id_hash")))
_DROP_STALE = write(
    delete(operator_sessions).where(
        or_(
            operator_sessions.c.expires_at <= bindparam("now"),
            operator_sessions.c.seen_at <= bindparam("seen_before"),
        )
    )
)
_SET_PASSWORD = write(
    update(operators)
    .where(operators.c.id == bindparam("b_id"))
    .values(
        password_hash=bindparam("password_hash"),
        must_change=False,
        row_version=operators.c.row_version + 1,
    )
)


async def sign_in(
    runtime: "Runtime", *, login: str, plain: str, code: str, address: str, old: str
) -> str:
    """Return the id of a fresh session, or raise `InvalidError`. `old` is the one it replaces."""
    async with runtime.doors.control_session() as db:
        found = await db.first(_BY_LOGIN, login=login.strip().lower())
    good = await matches(plain, found.password_hash if found else None)
    async with runtime.doors.control_session() as db:
        if found is not None and good and await _second_factor(runtime, db, found, code):
            await note(db, "SIGN_IN", operator_id=found.id, login=found.login, address=address)
            return await _open(db, found.id, address, old)
        await _note_failure(db, found, address)
    raise InvalidError({"code": WRONG})


async def _second_factor(runtime: "Runtime", db: Session, found: _Candidate, code: str) -> bool:
    now = clock.now()
    secret = cipher(runtime).open(found.totp_sealed, place(found.id))
    step = totp.matching_step(secret, code, now)
    who = {"b_id": found.id, "b_hash": found.password_hash, "now": now}
    if step is not None:
        return bool(await db.run(_LET_IN, **who, b_step=step, step=step))
    one = {"b_code": digest(plain_code(code)), "b_operator": found.id}
    if not await db.run(_LET_IN_BY_CODE, **who, **one):
        return False
    return bool(await db.run(_USE_CODE, **one, used_at=now))


async def _note_failure(db: Session, found: _Candidate | None, address: str) -> None:
    """Count it; what was typed as a login is kept only if it is one."""
    if found is not None:
        until = clock.now() + LOCK
        counted = await db.run(_COUNT, b_id=found.id, now=clock.now(), until=until)
        if counted and await db.first(_LOCKED_UNTIL, id=found.id) == until:
            await note(db, "LOCKED", login=found.login, address=address)
    await note(db, "SIGN_IN_FAILED", login=found.login if found else "", address=address)


async def _open(db: Session, operator_id: UUID, address: str, old: str) -> str:
    secret, now = secrets.token_urlsafe(32), clock.now()
    if old:
        await db.run(_DROP, id_hash=digest(old))
    await db.run(_DROP_STALE, now=now, seen_before=now - IDLE)
    await db.run(
        _ADD,
        id_hash=digest(secret),
        operator_id=operator_id,
        created_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE,
        address=address,
    )
    return secret


async def who(runtime: "Runtime", secret: str) -> Operator | None:
    """Return the operator of a session; unknown, idle and expired ones are nobody's."""
    if not secret:
        return None
    now, hashed = clock.now(), digest(secret)
    async with runtime.doors.control_session() as db:
        found = await db.first(_BY_SESSION, id_hash=hashed, now=now, seen_after=now - IDLE)
        if found is not None and now - found.seen_at > SEEN_STEP:
            await db.run(_SEEN, b_hash=hashed, seen_at=now)
    return found


async def sign_out(runtime: "Runtime", me: Operator, secret: str, address: str) -> None:
    """End one session."""
    async with runtime.doors.control_session() as db:
        await db.run(_DROP, id_hash=digest(secret))
        await note(db, "SIGN_OUT", operator_id=me.id, login=me.login, address=address)


async def change_password(
    runtime: "Runtime", me: Operator, *, old: str, new: str, address: str
) -> str:
    """Set one's own password; every session ends. Returns the id of a fresh one."""
    async with runtime.doors.control_session() as db:
        found = await db.first(_OWN, id=me.id, now=clock.now())
    if not await matches(old, found.password_hash if found else None):
        async with runtime.doors.control_session() as db:
            await _note_failure(db, found, address)
        raise InvalidError({"old_password": "지금 쓰는 비밀번호가 맞지 않습니다."})
    check_new_password(new, me.login)
    hashed = await hash_password(new)
    async with runtime.doors.control_session() as db:
        await db.run(_SET_PASSWORD, b_id=me.id, password_hash=hashed)
        await db.run(DROP_SESSIONS, id=me.id)
        await note(db, "PASSWORD_CHANGED", operator_id=me.id, login=me.login, address=address)
        return await _open(db, me.id, address, "")
