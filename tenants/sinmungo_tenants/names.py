"""Schema and role names are made here and nowhere else.

They cannot be statement parameters, so they are built from checked parts only: nothing that a
person typed reaches SQL as an identifier without passing `SAFE`.
"""

import re
import secrets
from dataclasses import dataclass

from sinmungo_tenants.errors import NameProblemError

SAFE = re.compile(r"[a-z][a-z0-9_]{0,30}")
SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

CONTROL_SCHEMA = "control"
JOBS_SCHEMA = "jobs"


def safe(name: str) -> str:
    """Return `name` if it may be used as an SQL identifier; raise `NameProblemError` if not."""
    if not SAFE.fullmatch(name):
        raise NameProblemError(f"{name!r} is not a usable identifier: a-z, 0-9, _ and at most 31")
    return name


def check_slug(slug: str) -> str:
    """Return `slug` if it is one (a-z, 0-9, hyphen, 2 to 31 characters); raise if not."""
    if not SLUG.fullmatch(slug):
        raise NameProblemError(f"{slug!r} is not a slug: a-z, 0-9 and hyphen, 2 to 31 characters")
    return slug


def check_host(host: str) -> str:
    """Return a host name in small letters; raise for what no browser would ever ask for."""
    plain = host.lower()
    if not HOST.fullmatch(plain):
        raise NameProblemError(
            f"{host!r} is not a host name: without https://, port and path; 한글 as xn--…"
        )
    return plain


def new_tenant_id() -> str:
    """Return a fresh immutable city id: a letter and seven letters or digits, no look-alikes."""
    first = secrets.choice(_ALPHABET[:22])
    return first + "".join(secrets.choice(_ALPHABET) for _ in range(7))


def schema_of(tenant_id: str) -> str:
    """Return the schema of a city."""
    return safe(f"t_{tenant_id}")


@dataclass(frozen=True, slots=True)
class Deployment:
    """Names of one deployment; roles carry its name since roles belong to a whole server."""

    name: str = "sinmungo"

    def __post_init__(self) -> None:
        safe(self.name)

    @property
    def app(self) -> str:
        """Login of web and worker; holds no right of its own on any city."""
        return f"{self.name}_app"

    @property
    def migrator(self) -> str:
        """Login that owns every schema and table; used by CLI and fleet runs only."""
        return f"{self.name}_migrator"

    @property
    def control(self) -> str:
        """Role of the control door: the registry and the job queue, no city."""
        return f"{self.name}_control"

    def city(self, tenant_id: str) -> str:
        """Return the runtime role of a city: DML in its schema, nothing else."""
        return safe(f"{self.name}_t_{tenant_id}")
