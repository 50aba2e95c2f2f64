"""A second PostgreSQL for tests, which goes away and comes back under the same address."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from sinmungo_tenants.server import EmbeddedServer, supervisor


class SecondServer:
    """A server of its own; `dsn` is its administrator's address."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        address = server.start()
        self.dsn, self._port = address.dsn, address.port

    def stop(self) -> None:
        """Shut it down; every connection to it ends."""
        self._server.stop()

    def start(self) -> None:
        """Start it again where it was."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(supervisor, "_free_port", lambda: self._port)
            self._server.start()

    def names(self, query: str) -> list[str]:
        """Return the one column that a query gives there, as administrator."""
        with psycopg.connect(self.dsn) as connection:
            return [str(name) for (name,) in connection.execute(query.encode())]


@contextmanager
def second_server() -> Iterator[SecondServer]:
    """Run one until the block ends; nothing of it is left."""
    base = Path(tempfile.mkdtemp(prefix="sinmungo-second-"))
    base.chmod(0o711)  # the server's own account passes through
    server = EmbeddedServer(base / "data", fsync_off=True)
    try:
        yield SecondServer(server)
    finally:
        server.discard()
        shutil.rmtree(base)
