"""Passwords: argon2id in a thread, few at a time (64 MiB each), and what a good one is."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from sinmungo.errors import InvalidError

MIN_LENGTH = 10
MAX_LENGTH = 200
_KINDS_OF_SIGNS = 5
_PARALLEL = asyncio.Semaphore(2)
_HASHER = PasswordHash((Argon2Hasher(),))
_NOBODY: list[str] = []
# Without those that look alike on paper: 0 O 1 l I.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


async def hash_password(plain: str) -> str:
    """Return the argon2id hash of a password, made in a thread."""
    async with _PARALLEL:
        return await asyncio.to_thread(_HASHER.hash, plain)


async def matches(plain: str, hashed: str | None) -> bool:
    """Whether the password fits; takes as long when there is no hash to compare with."""
    async with _PARALLEL:
        return await asyncio.to_thread(_verify, plain, hashed)


def _verify(plain: str, hashed: str | None) -> bool:
    if not _NOBODY:
        _NOBODY.append(_HASHER.hash(secrets.token_urlsafe(24)))
    return _HASHER.verify(plain[:MAX_LENGTH], hashed or _NOBODY[0]) and hashed is not None


def check_new_password(plain: str, login: str) -> None:
    """Refuse a password that is short, endless, monotonous or holds the login."""
    if not MIN_LENGTH <= len(plain) <= MAX_LENGTH:
        raise InvalidError({"password": f"비밀번호는 {MIN_LENGTH}자 이상이어야 합니다."})
    if len(set(plain)) < _KINDS_OF_SIGNS:
        raise InvalidError({"password": "같은 글자를 되풀이하지 말고 섞어서 정해 주세요."})
    if login and login.lower() in plain.lower():
        raise InvalidError({"password": "아이디가 들어간 비밀번호는 쓸 수 없습니다."})


def temporary_password() -> str:
    """Return a one-time password that can be read out on the telephone: abcd-efgh-jkmn."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
