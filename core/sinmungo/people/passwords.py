"""Passwords: argon2id in a thread, few at a time (64 MiB each), and no hint whether a login exists."""

import asyncio
import secrets
from datetime import timedelta
from uuid import UUID

import msgspec
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import bindparam, select, update

from datetime import datetime  # isort: skip

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.people.models import officers
from sinmungo_tenants import read, write

MAX_FAILURES = 5
LOCK = timedelta(minutes=10)
MIN_LENGTH = 10
_PARALLEL = asyncio.Semaphore(2)
_HASHER = PasswordHash((Argon2Hasher(),))
_WRONG = "아이디 또는 비밀번호가 맞지 않습니다."


class _Login(msgspec.Struct):
    id: UUID
    password_hash: str | None
    state: str
    failed_count: int
    locked_until: datetime | None


_BY_LOGIN = read(
    select(
        officers.c.id,
        officers.c.password_hash,
        officers.c.state,
        officers.c.failed_count,
        officers.c.locked_until,
    ).where(officers.c.login == bindparam("login")),
    _Login,
)
_COUNT = write(
    update(officers)
    .where(officers.c.id == bindparam("b_id"))
    .values(failed_count=bindparam("failed_count"), locked_until=bindparam("locked_until"))
)
_SET = write(
    update(officers)
    .where(officers.c.id == bindparam("b_id"))
    .values(
        password_hash=bindparam("password_hash"), row_version=officers.c.row_version + 1
    )
)


async def hash_password(plain: str) -> str:
    """Return the argon2id hash of a password, made in a thread."""
    async with _PARALLEL:
        return await asyncio.to_thread(_HASHER.hash, plain)


async def _matches(plain: str, hashed: str | None) -> bool:
    async with _PARALLEL:
        return await asyncio.to_thread(_HASHER.verify, plain, hashed or _nobody())


_NOBODY: list[str] = []


def _nobody() -> str:
    """Return a hash that no password has, so that an unknown login takes as long as a known one."""
    if not _NOBODY:
        _NOBODY.append(_HASHER.hash(secrets.token_urlsafe(24)))
    return _NOBODY[0]


async def check_sign_in(ctx: Ctx, login: str, plain: str) -> UUID:
    """Return the officer's id, or raise `InvalidError`; five failures lock for ten minutes.

    The failure count must outlive the error, so the caller keeps the transaction.
    """
    found = await ctx.db.first(_BY_LOGIN, login=login.lower())
    if found and found.locked_until and found.locked_until > clock.now():
        raise InvalidError({"password": "잠시 잠긴 계정입니다. 10분 뒤에 다시 해 주세요."})
    good = await _matches(plain, found.password_hash if found else None)
    if found is None or found.state != "ACTIVE" or not found.password_hash or not good:
        if found is not None:
            await _note_failure(ctx, found)
        raise InvalidError({"password": _WRONG})
    if found.failed_count:
        await ctx.db.run(_COUNT, b_id=found.id, failed_count=0, locked_until=None)
    return found.id


async def _note_failure(ctx: Ctx, found: _Login) -> None:
    count = found.failed_count + 1
    locked = clock.now() + LOCK if count >= MAX_FAILURES else None
    await ctx.db.run(
        _COUNT, b_id=found.id, failed_count=0 if locked else count, locked_until=locked
    )


async def set_password(ctx: Ctx, officer_id: UUID, plain: str) -> None:
    """Set an officer's password; at least ten characters."""
    if len(plain) < MIN_LENGTH:
        raise InvalidError({"password": f"비밀번호는 {MIN_LENGTH}자 이상이어야 합니다."})
    await ctx.db.run(_SET, b_id=officer_id, password_hash=await hash_password(plain))
