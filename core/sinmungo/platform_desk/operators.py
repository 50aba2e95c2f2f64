"""Operators' accounts: made on the command line only, so that no page can make one.

The password is told once and must be changed; the TOTP secret lies sealed under the deployment
key, recovery codes as hashes. Every act writes a line to the log.
"""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError
from sinmungo.people.identity import digest
from sinmungo.people.passwords import hash_password, temporary_password
from sinmungo.platform_desk import totp
from sinmungo.platform_desk.log import note
from sinmungo.sealed import CityCipher, CityKey
from sinmungo_tenants import Session, insert_into, read, write
from sinmungo_tenants.control.operators import (
    operator_codes,
    operator_log,
    operator_sessions,
    operators,
)

if TYPE_CHECKING:
    from sinmungo.app import Runtime

CODES = 8
_CODE_BYTES = 10
_MAX_LOGIN = 40


class Handed(msgspec.Struct):
    """What a new operator is handed, once: nothing of it can be read again."""

    login: str
    password: str
    secret: str
    uri: str
    codes: tuple[str, ...]


class OperatorRow(msgspec.Struct):
    """An operator as the list shows one."""

    id: UUID
    login: str
    must_change: bool
    locked_until: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    signed_in_at: datetime | None
    codes_left: int

    @property
    def state(self) -> str:
        """DISABLED, LOCKED, NEW (the one-time password is not changed yet) or ACTIVE."""
        if self.disabled_at is not None:
            return "DISABLED"
        if self.locked_until is not None and self.locked_until > clock.now():
            return "LOCKED"
        return "NEW" if self.must_change else "ACTIVE"


_LAST_IN = (
    select(func.max(operator_log.c.at))
    .where(operator_log.c.operator_id == operators.c.id, operator_log.c.act == "SIGN_IN")
    .scalar_subquery()
)
_CODES_LEFT = (
    select(func.count(operator_codes.c.id_hash))
    .where(operator_codes.c.operator_id == operators.c.id, operator_codes.c.used_at.is_(None))
    .scalar_subquery()
)
_ALL = read(
    select(
        operators.c.id,
        operators.c.login,
        operators.c.must_change,
        operators.c.locked_until,
        operators.c.disabled_at,
        operators.c.created_at,
        _LAST_IN.label("signed_in_at"),
        _CODES_LEFT.label("codes_left"),
    ).order_by(operators.c.login),
    OperatorRow,
)
_ID = read(select(operators.c.id).where(operators.c.login == bindparam("login")), UUID)
_ADD = insert_into(operators)
_ADD_CODE = insert_into(operator_codes)
_RESET = write(
    update(operators)
    .where(operators.c.id == bindparam("b_id"))
    .values(
        password_hash=bindparam("password_hash"),
        must_change=True,
        totp_sealed=bindparam("totp_sealed"),
        last_step=0,
        failed_count=0,
        locked_until=None,
        row_version=operators.c.row_version + 1,
    )
)
_ABLE = write(
    update(operators)
    .where(operators.c.id == bindparam("b_id"))
    .values(
        disabled_at=bindparam("disabled_at", type_=operators.c.disabled_at.type),
        row_version=operators.c.row_version + 1,
    )
)
_DROP_CODES = write(delete(operator_codes).where(operator_codes.c.operator_id == bindparam("id")))
DROP_SESSIONS = write(
    delete(operator_sessions).where(operator_sessions.c.operator_id == bindparam("id"))
)


def cipher(runtime: "Runtime") -> CityCipher:
    """Return what seals the operators' TOTP secrets: a key of its own below the deployment's."""
    return CityCipher(CityKey(runtime.deployment_key.derive(b"operators")))


def place(operator_id: UUID) -> bytes:
    """Return where a sealed secret belongs."""
    return b"operator.totp:" + operator_id.bytes


async def add(
    runtime: "Runtime",
    login: str,
    *,
    password: str = "",
    secret: str = "",
    must_change: bool = True,
) -> Handed:
    """Make an operator; RefusedError if the login is taken. The demo gives its own password."""
    name = _login(login)
    operator_id, handed = clock.uuid7(), _handed(runtime, name, password, secret)
    hashed = await hash_password(handed.password)
    async with runtime.doors.control_session() as db:
        if await db.first(_ID, login=name) is not None:
            raise RefusedError(f"이미 있는 운영자입니다: {name}")
        await db.run(
            _ADD,
            id=operator_id,
            login=name,
            password_hash=hashed,
            must_change=must_change,
            totp_sealed=_sealed(runtime, operator_id, handed.secret),
            last_step=0,
            failed_count=0,
            created_at=clock.now(),
            row_version=1,
        )
        await _add_codes(db, operator_id, handed.codes)
        await note(db, "OPERATOR_ADDED", subject=name)
    return handed


async def reset(runtime: "Runtime", login: str) -> Handed:
    """Give an operator a new password, secret and recovery codes; open sessions end."""
    handed = _handed(runtime, _login(login), "", "")
    hashed = await hash_password(handed.password)
    async with runtime.doors.control_session() as db:
        operator_id = await _found(db, handed.login)
        await db.run(
            _RESET,
            b_id=operator_id,
            password_hash=hashed,
            totp_sealed=_sealed(runtime, operator_id, handed.secret),
        )
        await db.run(_DROP_CODES, id=operator_id)
        await db.run(DROP_SESSIONS, id=operator_id)
        await _add_codes(db, operator_id, handed.codes)
        await note(db, "OPERATOR_RESET", subject=handed.login)
    return handed


async def set_disabled(runtime: "Runtime", login: str, *, disabled: bool) -> None:
    """Close an account, with its sessions, or open it again."""
    name, when = _login(login), clock.now() if disabled else None
    async with runtime.doors.control_session() as db:
        operator_id = await _found(db, name)
        await db.run(_ABLE, b_id=operator_id, disabled_at=when)
        await db.run(DROP_SESSIONS, id=operator_id)
        await note(db, "OPERATOR_DISABLED" if disabled else "OPERATOR_ENABLED", subject=name)


async def all_operators(runtime: "Runtime") -> list[OperatorRow]:
    """Return every operator, by login."""
    async with runtime.doors.control_session() as db:
        return await db.all(_ALL)


async def _found(db: Session, login: str) -> UUID:
    found = await db.first(_ID, login=login)
    if found is None:
        raise MissingError(f"그런 운영자가 없습니다: {login}")
    return found


async def _add_codes(db: Session, operator_id: UUID, codes: tuple[str, ...]) -> None:
    rows: list[dict[str, Any]] = [
        {"id_hash": digest(plain_code(code)), "operator_id": operator_id} for code in codes
    ]
    await db.run_many(_ADD_CODE, rows)


def plain_code(typed: str) -> str:
    """Return a recovery code as it was made: without blanks and hyphens, in small letters."""
    return "".join(char for char in typed.lower() if char.isalnum())


def _handed(runtime: "Runtime", login: str, password: str, secret: str) -> Handed:
    made = secret or totp.new_secret()
    return Handed(
        login=login,
        password=password or temporary_password(),
        secret=made,
        uri=totp.uri(made, login, runtime.settings.deployment),
        codes=tuple(secrets.token_hex(_CODE_BYTES) for _ in range(CODES)),
    )


def _sealed(runtime: "Runtime", operator_id: UUID, secret: str) -> bytes:
    return cipher(runtime).seal_bytes(secret.encode(), context=place(operator_id))


def _login(text: str) -> str:
    login = text.strip().lower()
    if not login or len(login) > _MAX_LOGIN or not login.isascii() or " " in login:
        raise InvalidError({"login": f"아이디는 빈칸 없는 영문·숫자 {_MAX_LOGIN}자까지입니다."})
    return login
