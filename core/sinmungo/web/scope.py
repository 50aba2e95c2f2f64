"""One request's unit of work: opened when first needed, committed before the answer leaves.

Committing before the first byte means that a browser never sees "saved" for what was not. An answer
of 400 or more undoes everything, unless the handler asked to keep it (failed sign-ins are kept).
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, cast

from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx, Work
from sinmungo.host.host import note
from sinmungo.host.types import ANONYMOUS, Identity
from sinmungo_tenants import Tenant

if TYPE_CHECKING:
    from litestar.types import Scope

KEY = "sinmungo"
_UNDO_FROM = 400


class Identify(Protocol):
    """Finds out who sends a request; the people slice provides it."""

    async def __call__(self, ctx: Ctx, scope: Any) -> Identity:
        """Return the officer of the session cookie or bearer token, or ANONYMOUS."""


class RequestScope:
    """What belongs to one request. `keep` makes even an error answer commit.

    `fault` is the unexpected error that the answer hides, for whoever has to be told.
    """

    def __init__(
        self, scope: Any, work: Work, identify: Identify, city: Tenant | None, number: str
    ) -> None:
        self.city = city
        self.number = number
        self.keep = False
        self.statements = 0
        self.fault: BaseException | None = None
        self.operator: Any = None  # who works at the operator's desk; belongs to no city
        self.seconds: float | None = None  # after which a statement ends, if sooner than usual
        self._ends: list[Callable[[], None]] = []
        self._scope = scope
        self._work = work
        self._identify = identify
        self._door: AbstractAsyncContextManager[Ctx] | None = None
        self._ctx: Ctx | None = None
        self._me: Identity | None = None

    @property
    def me(self) -> Identity:
        """Who acts, as far as it is known already."""
        return self._me or ANONYMOUS

    async def ctx(self) -> Ctx:
        """Return the open unit of work with its actor; opens it on the first call."""
        ctx = await self._open()
        if self._me is None:
            self._me = await self._identify(ctx, self._scope)
        ctx.me = self._me
        return ctx

    async def identity(self) -> Identity:
        """Return who acts."""
        return (await self.ctx()).me

    async def _open(self) -> Ctx:
        if self._ctx is None:
            if self.city is None:
                raise MissingError
            door = self._work.open(self.city, ANONYMOUS, self.seconds)
            self._ctx = await door.__aenter__()
            self._door = door  # only now: one that did not open has nothing to undo
            client = self._scope.get("client")
            self._ctx.address = client[0] if client else ""
        return self._ctx

    async def finish(self, status: int) -> None:
        """Commit or undo, according to the answer's status."""
        door, ctx = self._door, self._ctx
        self._door = self._ctx = None
        if door is None or ctx is None:
            return
        self.statements = ctx.db.statements
        if status < _UNDO_FROM or self.keep:
            await door.__aexit__(None, None, None)
        else:
            await _undo(door)

    def at_end(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the request is over, however it ends."""
        self._ends.append(callback)

    def note(self, plugin: str, where: str, error: BaseException) -> None:
        """Keep a plugin's fault in the open unit of work, if there is one."""
        if self._ctx is not None:
            note(self._ctx, plugin, where, error)

    async def abort(self) -> None:
        """Undo whatever is still open; for requests that ended without an answer."""
        door, self._door, self._ctx = self._door, None, None
        try:
            if door is not None:
                await _undo(door)
        finally:
            for callback in self._ends:
                callback()


class _UndoError(Exception):
    """Thrown into the door so that it undoes the transaction."""


async def _undo(door: AbstractAsyncContextManager[Ctx]) -> None:
    error = _UndoError()
    try:
        await door.__aexit__(_UndoError, error, None)
    except _UndoError:
        return


def scope_of(scope: "Scope | dict[str, Any]") -> RequestScope:
    """Return the request's scope object."""
    return cast("RequestScope", cast("dict[str, Any]", scope)[KEY])
