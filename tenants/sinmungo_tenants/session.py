"""What a door hands out: one open transaction, and the one helper that runs statements."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from asyncpg.exceptions import InvalidCachedStatementError

from sinmungo_tenants.errors import TenantsError

if TYPE_CHECKING:
    import asyncpg

    from sinmungo_tenants.statements import Read, Write

type AfterCommit = Callable[[], Awaitable[None]]
type Restart = Callable[[], Awaitable[None]]


class NotFoundError(TenantsError):
    """A row that was asked for by its key is not there (or is another city's)."""

    code = "not_found"


class Session:
    """One transaction inside one schema. Made by the doors only; dies with them.

    `statements` counts what was sent, BEGIN and COMMIT aside, for tests and for the log.

    A city's tables may change between two requests of a process that has not heard of it yet;
    PostgreSQL then refuses a prepared statement. `restart` begins the transaction anew, and the
    statement is sent once more, as long as nothing but plain reads went before.
    """

    __slots__ = (
        "_after_commit",
        "_connection",
        "_only_read",
        "_restart",
        "_savepoints",
        "_tag",
        "statements",
    )

    def __init__(
        self, connection: "asyncpg.Connection", tag: str, restart: Restart | None = None
    ) -> None:
        self._connection = connection
        self._restart = restart
        self._only_read = restart is not None
        self._tag = f"/*{tag}*/ "
        self._after_commit: list[AfterCommit] = []
        self._savepoints = 0
        self.statements = 0

    async def all[T](self, query: "Read[T]", /, **params: Any) -> list[T]:
        """Return every row as `T`."""
        self.statements += 1
        fetch, values = self._connection.fetch, query.arguments(params)
        try:
            records = await fetch(self._tag + query.sql, *values)
        except InvalidCachedStatementError:
            if not self._only_read:
                raise
            await self._begin_again()
            records = await fetch(self._tag + query.sql, *values)
        self._only_read = self._only_read and query.repeatable
        if not query.is_struct:
            return [record[0] for record in records]
        row = query.row
        return [row(*record) for record in records]

    async def first[T](self, query: "Read[T]", /, **params: Any) -> T | None:
        """Return the first row as `T`, or None."""
        self.statements += 1
        fetch, values = self._connection.fetchrow, query.arguments(params)
        try:
            record = await fetch(self._tag + query.sql, *values)
        except InvalidCachedStatementError:
            if not self._only_read:
                raise
            await self._begin_again()
            record = await fetch(self._tag + query.sql, *values)
        self._only_read = self._only_read and query.repeatable
        if record is None:
            return None
        return query.row(*record) if query.is_struct else record[0]

    async def one[T](self, query: "Read[T]", /, **params: Any) -> T:
        """Return the first row as `T`; raise `NotFoundError` when there is none."""
        found = await self.first(query, **params)
        if found is None:
            raise NotFoundError("no such record")
        return found

    async def run(self, statement: "Write", /, **params: Any) -> int:
        """Run a write and return how many rows it touched."""
        self.statements += 1
        self._only_read = False
        status: str = await self._connection.execute(
            self._tag + statement.sql, *statement.arguments(params)
        )
        return int(status.rsplit(" ", 1)[-1])

    async def run_many(self, statement: "Write", rows: Iterable[Mapping[str, Any]], /) -> None:
        """Run a write once per row, pipelined in one go."""
        self.statements += 1
        self._only_read = False
        values = [statement.arguments(row) for row in rows]
        if values:
            await self._connection.executemany(self._tag + statement.sql, values)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what happens inside when it raises; the transaction goes on."""
        self._savepoints += 1
        self._only_read = False
        name = f"s{self._savepoints}"
        await self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield
            # Fails when a statement inside had failed and someone hid it: then all of it goes.
            await self._connection.execute(f"RELEASE SAVEPOINT {name}")
        except BaseException:
            await self._connection.execute(f"ROLLBACK TO SAVEPOINT {name}")
            raise

    async def _begin_again(self) -> None:
        """Begin the transaction anew, this once."""
        self._only_read = False
        if self._restart is not None:
            await self._restart()

    def after_commit(self, callback: AfterCommit) -> None:
        """Call `callback` once the transaction is committed; never when it is undone."""
        self._after_commit.append(callback)

    def take_after_commit(self) -> list[AfterCommit]:
        """Return the callbacks and forget them; for the door."""
        callbacks, self._after_commit = self._after_commit, []
        return callbacks
