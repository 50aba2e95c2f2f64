"""One typed settings object, from the environment and, below it, `<data>/config.toml`."""

import os
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from sinmungo_tenants.names import SAFE
from sinmungo_tenants.servers import MAIN, Servers

PREFIX = "SINMUNGO_"
WEB_PID = "SINMUNGO_WEB_PID"  # set by `sinmungo web` for the workers it starts
SECRET_FIELDS = frozenset({"app_dsn", "migrator_dsn", "smtp_password", "database_url", "servers"})


class ServerAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A database server besides main: the two logins' addresses there.

    `pool_size` is the number of connections that each process keeps to it; 0: as many as to main.
    """

    app_dsn: str
    migrator_dsn: str = ""
    pool_size: int = 0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting of a deployment. Environment names are SINMUNGO_ and the upper-case field.

    `app_dsn` and `migrator_dsn` are the two logins' addresses; `database_url` is an
    administrator's, used by the demo to make them. `servers` are further database servers by name,
    on which cities may lie. Durations are seconds.
    """

    data: str = ".sinmungo"
    deployment: str = "sinmungo"
    deployment_key_file: str = ""
    database_url: str = ""
    app_dsn: str = ""
    migrator_dsn: str = ""
    servers: dict[str, ServerAddress] = {}
    platform_hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    tenants: str = "tenants"
    port: int = 8000
    workers: int = 1
    pool_size: int = 4
    statement_timeout: float = 30.0
    heavy_timeout: float = 20.0
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    archive_days: int = 7
    cookie_secure: bool = True
    session_idle: int = 3600
    session_absolute: int = 43200
    trusted_proxies: tuple[str, ...] = ()
    oidc_hosts: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = "no-reply@localhost"
    clock_file: str = ""
    log_format: str = "json"
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse a proxy that is no address: it would be trusted by nobody, and nobody told."""
        if self.trusted_proxies:
            from ipaddress import ip_network

            for one in self.trusted_proxies:
                ip_network(one, strict=False)

    @property
    def data_path(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).absolute()

    @property
    def migrators(self) -> Servers:
        """The migrator's addresses of all servers."""
        return Servers(self.migrator_dsn, {n: s.migrator_dsn for n, s in self.servers.items()})

    @property
    def pools(self) -> dict[str, tuple[str, int]]:
        """The application's address and number of connections of each server besides main."""
        size = self.pool_size
        return {n: (s.app_dsn, s.pool_size or size) for n, s in self.servers.items()}

    @property
    def key_file(self) -> Path:
        """The deployment key, kept outside the database."""
        named = self.deployment_key_file
        return Path(named).absolute() if named else self.data_path / "deployment.key"


def load(environ: dict[str, str] | None = None) -> Settings:
    """Return the settings; raise `msgspec.ValidationError` naming the one that is wrong."""
    env = dict(os.environ) if environ is None else environ
    base = Path(env.get(f"{PREFIX}DATA", ".sinmungo"))
    file = base / "config.toml"
    values: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    hints = get_type_hints(Settings)
    for name in Settings.__struct_fields__:
        text = env.get(PREFIX + name.upper())
        if text is not None:
            values[name] = _value(name, text, hints[name])
    settings = msgspec.convert(values, Settings, strict=False)
    for name in settings.servers:
        if not SAFE.fullmatch(name) or name == MAIN:
            raise msgspec.ValidationError(f"{name!r} is no name for a server - at `$.servers`")
    return settings


def _value(name: str, text: str, hint: Any) -> Any:
    """Return what an environment variable says: lists by commas, tables as JSON."""
    if hint == tuple[str, ...]:
        return text.split(",")
    if hint != dict[str, ServerAddress]:
        return text
    try:
        return msgspec.json.decode(text or "{}")
    except msgspec.DecodeError as error:  # its text would quote what may be a password
        raise msgspec.ValidationError(f"{PREFIX}{name.upper()} is no JSON") from error


def masked(settings: Settings) -> dict[str, Any]:
    """Return the settings for printing, secrets masked."""
    return {
        name: "********" if name in SECRET_FIELDS and value else value
        for name, value in msgspec.structs.asdict(settings).items()
    }
