"""From an administrator's address to a settings object with both logins, roles and schemas made."""

from typing import Any

import psycopg

from sinmungo.config import Settings
from sinmungo.deploy.addresses import with_logins
from sinmungo.deploy.folder import prepare
from sinmungo.deploy.problems import DatabaseProblemError, KeyProblemError
from sinmungo.jobs.component import COMPONENT as JOBS
from sinmungo_tenants import Deployment
from sinmungo_tenants.control.component import COMPONENT as CONTROL
from sinmungo_tenants.names import CONTROL_SCHEMA, JOBS_SCHEMA
from sinmungo_tenants.provision import Logins, Provisioner, create_deployment

MINIMUM_SERVER = 170000


def set_up(settings: Settings, admin_dsn: str) -> Settings:
    """Make roles and shared schemas; return the settings with the two logins' addresses."""
    try:
        _check_server(settings, admin_dsn)
        secrets = prepare(settings)
        logins = Logins(secrets.app_password, secrets.migrator_password)
        ready = with_logins(settings, admin_dsn, secrets)
        create_deployment(admin_dsn, Deployment(settings.deployment), logins)
        upgrade_shared(ready)
    except psycopg.OperationalError as error:
        first = str(error).strip().splitlines()[0]
        raise DatabaseProblemError(f"cannot reach PostgreSQL: {first}") from error
    return ready


def upgrade_shared(settings: Settings) -> None:
    """Bring the schemas `control` and `jobs` to their heads."""
    provisioner = Provisioner(Deployment(settings.deployment), settings.migrator_dsn)
    provisioner.upgrade_shared(CONTROL, CONTROL_SCHEMA)
    provisioner.upgrade_shared(JOBS, JOBS_SCHEMA)


def _check_server(settings: Settings, dsn: str) -> None:
    """Refuse an old server, and a new key for cities whose values the lost one has sealed."""
    with psycopg.connect(dsn, connect_timeout=10) as connection:
        if connection.info.server_version < MINIMUM_SERVER:
            raise DatabaseProblemError(
                "PostgreSQL 17 or newer is needed; this server is "
                f"{connection.info.server_version // 10000}"
            )
        if not settings.key_file.exists() and _has_cities(connection):
            raise KeyProblemError(
                f"{settings.key_file} is missing, and this database holds cities whose names and"
                " telephones only that key opens: put the copy of the key back"
            )


def _has_cities(connection: psycopg.Connection[Any]) -> bool:
    there = connection.execute("SELECT to_regclass('control.tenants')").fetchone()
    if there is None or there[0] is None:
        return False
    return connection.execute("SELECT FROM control.tenants LIMIT 1").fetchone() is not None
