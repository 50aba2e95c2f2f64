"""Further database servers: made ready for the deployment's cities, and looked at.

A server is ready when it has the deployment's roles and the extension that bookings need; it holds
no registry and no queue. What is written down of it are two addresses in `<data>/config.toml`.
"""

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import psycopg

from sinmungo.config import PREFIX, ServerAddress, Settings
from sinmungo.deploy.addresses import as_login
from sinmungo.deploy.database import MINIMUM_SERVER
from sinmungo.deploy.folder import prepare
from sinmungo.deploy.problems import ServerProblemError
from sinmungo_tenants import Deployment
from sinmungo_tenants.names import SAFE, schema_of
from sinmungo_tenants.provision import EXTENSIONS_SCHEMA, Logins, create_deployment
from sinmungo_tenants.servers import CONNECT_SECONDS, MAIN

FILE = "config.toml"
_CITIES = "SELECT id, slug, server FROM control.tenants ORDER BY slug"
_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = ANY(%s)
"""
_EXTENSION = """
SELECT 1 FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'btree_gist' AND n.nspname = %s
"""
_STRONG = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user
"""
_ROLES = "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)"
_MAY = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND pg_has_role(oid, 'SET')"
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)"

type Rows = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A city by the registry: its id, its slug, and the server it lies on."""

    id: str
    slug: str
    server: str


@dataclass(frozen=True, slots=True)
class Look:
    """A server as it was found; `version` and `size` (bytes of its cities) are 0 if it is away."""

    name: str
    cities: int
    version: int = 0
    size: int = 0
    problems: tuple[str, ...] = ()


def places(settings: Settings) -> list[Place]:
    """Return where every city lies; raises what psycopg raises when main is away."""
    with settings.migrators.transaction(MAIN) as connection:
        return [Place(*row) for row in connection.execute(_CITIES)]


def names(settings: Settings, known: list[Place]) -> list[str]:
    """Return main, the servers of the settings, and those that only cities name."""
    return list(dict.fromkeys([*settings.migrators.names, *sorted({p.server for p in known})]))


def look_at(settings: Settings, name: str, known: list[Place]) -> Look:
    """Look at a server with both logins; whatever is wrong is among its problems."""
    here = [p for p in known if p.server == name]
    if name not in settings.migrators.names:
        return Look(name, len(here), problems=("is not in the settings: `sinmungo server add`",))
    try:
        with psycopg.connect(
            settings.migrators.dsn(name), connect_timeout=CONNECT_SECONDS
        ) as connection:
            version = connection.info.server_version
            row = connection.execute(_SIZE, ([schema_of(p.id) for p in here],)).fetchone()
            problems = list(_as_migrator(connection, settings, known, name))
    except psycopg.Error as error:
        return Look(name, len(here), problems=(f"the migrator's login: {_reason(error)}",))
    try:
        with psycopg.connect(_app_dsn(settings, name), connect_timeout=CONNECT_SECONDS) as app:
            problems += _as_app(app, settings, here)
    except psycopg.Error as error:
        problems.append(f"the application's login: {_reason(error)}")
    return Look(name, len(here), version, row[0] if row else 0, tuple(problems))


def _app_dsn(settings: Settings, name: str) -> str:
    return settings.app_dsn if name == MAIN else settings.servers[name].app_dsn


def _as_migrator(
    connection: Rows, settings: Settings, known: list[Place], name: str
) -> Iterator[str]:
    """Compare what is there with the registry: what lacks, and what nobody knows."""
    deployment = Deployment(settings.deployment)
    if connection.execute(_EXTENSION, (EXTENSIONS_SCHEMA,)).fetchone() is None:
        yield "btree_gist is missing: `sinmungo server add` again, with an administrator's address"
    prefix = deployment.city("")
    there = {r.removeprefix(prefix) for (r,) in connection.execute(_ROLES, (prefix,))}
    mine = {p.id: p.slug for p in known if p.server == name}
    wanted = [schema_of(i) for i in sorted(there | mine.keys())]
    schemas = {s for (s,) in connection.execute(_SCHEMAS, (wanted,))}
    for tenant_id, slug in mine.items():
        if tenant_id not in there or schema_of(tenant_id) not in schemas:
            yield f"{slug} should lie here, but its schema {schema_of(tenant_id)} does not"
    for tenant_id in sorted(there - mine.keys()):
        if schema_of(tenant_id) in schemas:
            yield (
                f"schema {schema_of(tenant_id)} is no city's here: left by an add, a restore or a"
                " drop that was cut off; look into it, then drop it and its role by hand"
            )


def _as_app(connection: Rows, settings: Settings, here: list[Place]) -> Iterator[str]:
    deployment = Deployment(settings.deployment)
    if connection.execute(_STRONG).fetchone() != (False,):
        yield "the application's login is too strong: there is no wall between the cities"
    roles = {deployment.city(p.id): p.slug for p in here}
    may = {r for (r,) in connection.execute(_MAY, (list(roles),))}
    for role in sorted(roles.keys() - may):
        yield f"{roles[role]}: the application may not become {role}"


def _reason(error: psycopg.Error) -> str:
    """Return the server's last words, without what it was called with."""
    lines = str(error).strip().splitlines()
    return lines[-1].rpartition("FATAL:")[2].strip() if lines else type(error).__name__


def add(settings: Settings, name: str, admin_dsn: str) -> bool:
    """Make (or mend) the deployment's roles on a server; True if it was written to the settings.

    Raises `ServerProblemError`; then nothing is written.
    """
    known = settings.servers.get(name)
    if known is None:
        _refuse(settings, name)
    deployment = Deployment(settings.deployment)
    logins = _logins(settings, known)
    address = ServerAddress(
        app_dsn=as_login(admin_dsn, deployment.app, logins.app_password),
        migrator_dsn=as_login(admin_dsn, deployment.migrator, logins.migrator_password),
    )
    try:
        _check_version(admin_dsn)
        create_deployment(admin_dsn, deployment, logins)
    except psycopg.Error as error:
        raise ServerProblemError(f"{name}: {_reason(error)}") from error
    if known is None:
        _write(settings, name, address)
    return known is None


def _check_version(admin_dsn: str) -> None:
    with psycopg.connect(admin_dsn, connect_timeout=CONNECT_SECONDS) as connection:
        version = connection.info.server_version
    if version < MINIMUM_SERVER:
        raise ServerProblemError(f"PostgreSQL 17 or newer is needed, not {version // 10000}")


def _refuse(settings: Settings, name: str) -> None:
    if name == MAIN or not SAFE.fullmatch(name):
        raise ServerProblemError(f"{name!r} cannot name a server: a-z, 0-9, _, and not main")
    if f"{PREFIX}SERVERS" in os.environ:
        raise ServerProblemError(
            f"{PREFIX}SERVERS is set and goes before {FILE}: write the server there, then add it"
        )
    _parsed(settings, "")


def _logins(settings: Settings, known: ServerAddress | None) -> Logins:
    """Return the passwords: those of the addresses, if there are some, else the deployment's."""
    secrets = prepare(settings)
    found = [urlsplit(d).password for d in (known.app_dsn, known.migrator_dsn)] if known else []
    app, migrator = (unquote(p or "") for p in found) if found else ("", "")
    return Logins(app or secrets.app_password, migrator or secrets.migrator_password)


def _parsed(settings: Settings, more: str) -> str:
    """Return the settings file with `more` at its end, if that is one still."""
    file = settings.data_path / FILE
    text = (file.read_text("utf-8") if file.is_file() else "") + more
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ServerProblemError(f"{file} cannot be added to ({error})") from error
    return text


def _write(settings: Settings, name: str, address: ServerAddress) -> None:
    """Add the addresses to the file in place: its owner stays, and others may not read it."""
    lines = [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in _fields(address)]
    block = "\n".join(["", f"[servers.{name}]", *lines, ""])
    _parsed(settings, block)
    file = settings.data_path / FILE
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as stream:
        os.fchmod(descriptor, os.fstat(descriptor).st_mode & 0o770)
        stream.write(block)


def _fields(address: ServerAddress) -> Iterator[tuple[str, str]]:
    yield "app_dsn", address.app_dsn
    yield "migrator_dsn", address.migrator_dsn
