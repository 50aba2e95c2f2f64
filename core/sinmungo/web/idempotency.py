"""A create that is sent twice under one Idempotency-Key happens once; the retry gets its answer.

The key's row is inserted first, in the act's own transaction: of two at the same time one waits for
the other, and an act that fails leaves no key behind. Answers may hold secrets shown once, so they
are kept sealed under the city's key; keys are kept for a day.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.errors import InvalidError, SinmungoError
from sinmungo.host.context import Ctx
from sinmungo.host.models import idempotency_keys as keys
from sinmungo_tenants import read, write

HEADER = "idempotency-key"
KEPT = timedelta(days=1)
_MAX_KEY = 200
_CREATED = 201


class KeyReusedError(SinmungoError):
    """One key came with two different requests."""

    code = "idempotency_key_reused"
    status = 422


class _Stored(msgspec.Struct):
    body_hash: bytes
    status: int | None
    answer: bytes | None


_ADD = write(
    insert(keys)
    .values(
        key_hash=bindparam("key_hash"),
        body_hash=bindparam("body_hash"),
        created_at=bindparam("created_at"),
    )
    .on_conflict_do_nothing(index_elements=["key_hash"])
)
_GET = read(
    select(keys.c.body_hash, keys.c.status, keys.c.answer).where(
        keys.c.key_hash == bindparam("key_hash")
    ),
    _Stored,
)
_KEEP = write(
    update(keys)
    .where(keys.c.key_hash == bindparam("b_key"))
    .values(status=bindparam("status"), answer=bindparam("answer"))
)
_FORGET = write(delete(keys).where(keys.c.created_at < bindparam("before")))


async def once(
    request: Request[Any, Any, Any], ctx: Ctx, act: Callable[[], Awaitable[Any]]
) -> Response[Any]:
    """Answer 201 with what `act` returns, or with the stored answer of the same request before.

    Without the header the act is simply done. Raises KeyReusedError (422) when the key came with
    another body before, InvalidError for a key that is too long.
    """
    key = request.headers.get(HEADER, "").strip()
    if not key:
        return Response(await act(), status_code=_CREATED)
    if len(key) > _MAX_KEY:
        raise InvalidError({HEADER: f"{_MAX_KEY}자까지 쓸 수 있습니다."})
    key_hash = _digest(
        f"{ctx.me.officer_id or ctx.address}\n{request.method} {request.url.path}\n{key}".encode()
    )
    body_hash = _digest(await request.body())
    if not await ctx.db.run(_ADD, key_hash=key_hash, body_hash=body_hash, created_at=clock.now()):
        return await _again(ctx, key_hash, body_hash)
    return await _first(ctx, key_hash, act)


async def _first(ctx: Ctx, key_hash: bytes, act: Callable[[], Awaitable[Any]]) -> Response[Any]:
    answer = msgspec.json.encode(await act())
    kept = ctx.cipher.seal_bytes(answer, context=key_hash)
    await ctx.db.run(_KEEP, b_key=key_hash, status=_CREATED, answer=kept)
    if key_hash[0] == 0:  # one create in 256 sweeps what is older than a day
        await ctx.db.run(_FORGET, before=clock.now() - KEPT)
    return _json(answer, _CREATED)


async def _again(ctx: Ctx, key_hash: bytes, body_hash: bytes) -> Response[Any]:
    stored = await ctx.db.one(_GET, key_hash=key_hash)
    if stored.body_hash != body_hash:
        raise KeyReusedError("같은 Idempotency-Key로 다른 내용이 이미 처리되었습니다.")
    if stored.status is None or stored.answer is None:  # pragma: no cover - both are set together
        raise KeyReusedError("같은 Idempotency-Key의 요청이 끝나지 않았습니다.")
    answer = ctx.cipher.open_bytes(stored.answer, key_hash)
    return _json(answer, stored.status)


def _json(answer: bytes, status: int) -> Response[Any]:
    return Response(answer, status_code=status, media_type=MediaType.JSON)


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()
