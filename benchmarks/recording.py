"""Which statements one request of the product sends: the bare application sends the very same.

A request is recorded twice. What differs between the two (new ids, the case number, nonces) is what
a replay has to make anew; everything else is repeated as it was.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from benchmarks.meter import replaced
from benchmarks.product import Asgi, Call, ask
from sinmungo_tenants import Session, doors

CASE_NO = re.compile(r"[A-Z]+-\d{4}-\d{6}")
_UUID, _DATE = 1, 2


class Sent(msgspec.Struct, kw_only=True):
    """One statement: asyncpg's method, the text, the values, and the columns it answered with."""

    method: str
    text: str
    values: list[Any]
    columns: list[str] = []


class Recorded(msgspec.Struct, kw_only=True):
    """The statements of one request; `fresh` are the values to make anew at each replay."""

    sent: list[Sent]
    fresh: list[Any] = []


class _Tape:
    """Stands in for the connection of a session, and notes what goes through it."""

    def __init__(self, connection: Any, sent: list[Sent]) -> None:
        self._connection, self._sent = connection, sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def fetch(self, text: str, *values: Any) -> Any:
        rows = await self._connection.fetch(text, *values)
        columns = list(rows[0].keys()) if rows else []
        self._note("fetch", text, values, columns)
        return rows

    async def fetchrow(self, text: str, *values: Any) -> Any:
        row = await self._connection.fetchrow(text, *values)
        self._note("fetchrow", text, values, list(row.keys()) if row else [])
        return row

    async def execute(self, text: str, *values: Any) -> Any:
        self._note("execute", text, values, [])
        return await self._connection.execute(text, *values)

    async def executemany(self, text: str, rows: Any) -> Any:
        self._note("executemany", text, rows, [])
        return await self._connection.executemany(text, rows)

    def _note(self, method: str, text: str, values: Any, columns: list[str]) -> None:
        self._sent.append(Sent(method=method, text=text, values=list(values), columns=columns))


@contextmanager
def _recorder() -> Iterator[list[Sent]]:
    sent: list[Sent] = []

    def make(connection: Any, tag: str, restart: Any = None) -> Session:
        return Session(_Tape(connection, sent), tag, restart)

    with replaced([(doors, "Session", make)]):
        yield sent


async def record(app: Asgi, calls: tuple[Call, Call, Call], expected: int) -> Recorded:
    """Send three like requests; the first warms what is kept, the others are compared."""
    await ask(app, calls[0], expected)
    found = []
    for call in calls[1:]:
        with _recorder() as sent:
            await ask(app, call, expected)
        found.append(sent)
    first, second = found
    if [s.text for s in first] != [s.text for s in second]:
        raise ValueError(f"{calls[0].path}: two like requests sent different statements")
    fresh: list[Any] = []
    for a, b in zip(first, second, strict=True):
        _differing(a.values, b.values, fresh)
    return Recorded(sent=first, fresh=fresh)


def _differing(a: Any, b: Any, found: list[Any]) -> None:
    if isinstance(a, dict):
        for key in a:
            _differing(a[key], b[key], found)
    elif isinstance(a, list | tuple):
        for one, other in zip(a, b, strict=True):
            _differing(one, other, found)
    elif a != b and not isinstance(a, datetime) and a not in found:
        found.append(a)


def packed(value: Any) -> bytes:
    """Return a plan as bytes; ids and days keep their types."""
    return msgspec.msgpack.encode(_wrapped(msgspec.to_builtins(value, builtin_types=_KEPT)))


_KEPT = (UUID, date, datetime, bytes)


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _wrapped(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_wrapped(v) for v in value]
    if isinstance(value, UUID):
        return msgspec.msgpack.Ext(_UUID, value.bytes)
    if isinstance(value, date) and not isinstance(value, datetime):
        return msgspec.msgpack.Ext(_DATE, value.isoformat().encode())
    return value


def unpacked(raw: bytes) -> Any:
    """Return what `packed` was given, as plain dicts and lists."""
    return msgspec.msgpack.decode(raw, ext_hook=_opened)


def _opened(code: int, data: memoryview) -> Any:
    if code == _UUID:
        return UUID(bytes=bytes(data))
    return date.fromisoformat(bytes(data).decode())
