"""What a door hands out: one open transaction, and the one helper that runs statements."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sinmungo_tenants.errors import TenantsError

if TYPE_CHECKING:
    import asyncpg

    from sinmungo_tenants.statements import Read, Write

type AfterCommit = Callable[[], Awaitable[None]]


class NotFoundError(TenantsError):
    """A row that was asked for by its key is not there (or is another city's)."""

    code = "not_found"


class Session:
    """One transaction inside one schema. Made by the doors only; dies with them.

    `statements` counts what was sent, BEGIN and COMMIT aside, for tests and for the log.
    """

    __slots__ = ("_after_commit", "_connection", "_savepoints", "_tag", "statements")

    def __init__(self, connection: "asyncpg.Connection", tag: str) -> None:
        self._connection = connection
        self._tag = f"/*{tag}*/ "
        self._after_commit: list[AfterCommit] = []
        self._savepoints = 0
        self.statements = 0

    async def all[T](self, query: "Read[T]", /, **params: Any) -> list[T]:
        """Return every row as `T`."""
        self.statements += 1
        records = await self._connection.fetch(self._tag + query.sql, *query.arguments(params))
        if not query.is_struct:
            return [record[0] for record in records]
        row = query.row
        return [row(*record) for record in records]

    async def first[T](self, query: "Read[T]", /, **params: Any) -> T | None:
        """Return the first row as `T`, or None."""
        self.statements += 1
        record = await self._connection.fetchrow(self._tag + query.sql, *query.arguments(params))
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
        status: str = await self._connection.execute(
            self._tag + statement.sql, *statement.arguments(params)
        )
        return int(status.rsplit(" ", 1)[-1])

    async def run_many(self, statement: "Write", rows: Iterable[Mapping[str, Any]], /) -> None:
        """Run a write once per row, pipelined in one go."""
        self.statements += 1
        values = [statement.arguments(row) for row in rows]
        if values:
            await self._connection.executemany(self._tag + statement.sql, values)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what happens inside when it raises; the transaction goes on."""
        self._savepoints += 1
        name = f"s{self._savepoints}"
        await self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield
            # Fails when a statement inside had failed and someone hid it: then all of it goes.
            await self._connection.execute(f"RELEASE SAVEPOINT {name}")
        except BaseException:
            await self._connection.execute(f"ROLLBACK TO SAVEPOINT {name}")
            raise

    def after_commit(self, callback: AfterCommit) -> None:
        """Call `callback` once the transaction is committed; never when it is undone."""
        self._after_commit.append(callback)

    def take_after_commit(self) -> list[AfterCommit]:
        """Return the callbacks and forget them; for the door."""
        callbacks, self._after_commit = self._after_commit, []
        return callbacks
