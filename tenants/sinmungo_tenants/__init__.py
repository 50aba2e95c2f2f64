"""Many cities on one PostgreSQL: registry, roles and schemas, and the two doors.

This package knows nothing of what a city hall does. It is handed `Component`s (a name and an
Alembic tree) and gives back cities that are provisioned, upgraded and reachable through
`Doors.tenant_session` and `Doors.control_session`, the only ways to the database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinmungo_tenants.components import Component
    from sinmungo_tenants.doors import Doors
    from sinmungo_tenants.errors import TenantsError, UnknownTenantError
    from sinmungo_tenants.names import Deployment
    from sinmungo_tenants.registry import Registry, Tenant
    from sinmungo_tenants.session import NotFoundError, Session
    from sinmungo_tenants.statements import Read, Write, any_of, insert_into, read, write

__all__ = [
    "Component",
    "Deployment",
    "Doors",
    "NotFoundError",
    "Read",
    "Registry",
    "Session",
    "Tenant",
    "TenantsError",
    "UnknownTenantError",
    "Write",
    "any_of",
    "insert_into",
    "read",
    "write",
]

# Imported when asked for: the demo's parent process needs the server's part alone.
_HOMES = {
    "Component": "components",
    "Deployment": "names",
    "Doors": "doors",
    "NotFoundError": "session",
    "Read": "statements",
    "Registry": "registry",
    "Session": "session",
    "Tenant": "registry",
    "TenantsError": "errors",
    "UnknownTenantError": "errors",
    "Write": "statements",
    "any_of": "statements",
    "insert_into": "statements",
    "read": "statements",
    "write": "statements",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
