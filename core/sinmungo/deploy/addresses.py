"""The addresses of the two logins, from an administrator's address and their passwords."""

from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from sinmungo.config import Settings
from sinmungo.deploy.folder import Secrets
from sinmungo_tenants.names import Deployment


def with_logins(settings: Settings, admin_dsn: str, secrets: Secrets) -> Settings:
    """Return the settings with the addresses of the application's and the migrator's login."""
    deployment = Deployment(settings.deployment)
    return msgspec.structs.replace(
        settings,
        app_dsn=as_login(admin_dsn, deployment.app, secrets.app_password),
        migrator_dsn=as_login(admin_dsn, deployment.migrator, secrets.migrator_password),
    )


def as_login(dsn: str, user: str, password: str) -> str:
    """Return the address of the same database for another login."""
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"
    return urlunsplit(parts._replace(netloc=netloc))
