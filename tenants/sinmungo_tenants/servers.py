"""Where the cities lie: the migrator's address of each database server, by name.

`main` holds the registry and the job queue; a city lies there or on another server. What changes a
city and the registry at once is one transaction on main. On two servers it is two, and the city's
commits first: the city's own rows are the truth, and `fleet.verify` finds a copy that was missed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sinmungo_tenants.errors import ServerDownError, UnknownServerError

if TYPE_CHECKING:
    import psycopg

MAIN = "main"
CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Servers:
    """The migrator's addresses: of main, and of the others by name."""

    main: str
    others: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: "str | Servers") -> "Servers":
        """Return the servers; a plain address is a deployment of one."""
        return cls(given) if isinstance(given, str) else given

    @property
    def names(self) -> tuple[str, ...]:
        """Every server, main first."""
        return (MAIN, *sorted(self.others))

    def dsn(self, server: str) -> str:
        """Return the migrator's address of a server; raise `UnknownServerError`."""
        if server == MAIN:
            return self.main
        if server not in self.others:
            raise UnknownServerError(f"no server {server!r} in the settings: see `sinmungo server`")
        return self.others[server]

    def connect(self, server: str, **options: Any) -> "psycopg.Connection[Any]":
        """Open a connection of the migrator.

        Raises `UnknownServerError`, and `ServerDownError` when another server than main is away.
        """
        import psycopg  # a web worker that never comes here does without it

        dsn = self.dsn(server)
        if server == MAIN:
            return psycopg.connect(dsn, **options)
        try:
            return psycopg.connect(dsn, connect_timeout=CONNECT_SECONDS, **options)
        except psycopg.OperationalError as error:
            raise ServerDownError(f"the server {server!r} cannot be reached") from error

    @contextmanager
    def transaction(self, server: str) -> "Iterator[psycopg.Connection[Any]]":
        """Open a transaction of the migrator on a server; commit at the end, undo on any error."""
        with self.connect(server) as connection:
            yield connection


def server_of(connection: "psycopg.Connection[Any]", tenant_id: str) -> str:
    """Return where a city lies, by the registry; main for one that is not registered."""
    query = "SELECT server FROM control.tenants WHERE id = %s"
    row = connection.execute(query, (tenant_id,)).fetchone()
    return MAIN if row is None else str(row[0])
