"""A server for one task (a test run, the drafting of a migration) that leaves nothing behind.

Temporary folders are closed to other accounts, so that as root the cluster of one would lie under
/var/lib and outlive it; this folder lets the account through.
"""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sinmungo_tenants.server.supervisor import EmbeddedServer, ServerAddress


@contextmanager
def scratch_server() -> Generator[ServerAddress]:
    """An empty, fast, undurable server until the block ends. Raises ServerProblem."""
    base = Path(tempfile.mkdtemp(prefix="sinmungo-scratch-"))
    server = EmbeddedServer(base / "data", fsync_off=True)
    try:
        base.chmod(0o711)
        address = server.start()
        import psycopg

        from sinmungo_tenants.provision import add_extensions

        with psycopg.connect(address.dsn) as connection:
            add_extensions(connection)
        yield address
    finally:
        server.discard()
        shutil.rmtree(base)
