"""One typed settings object, from the environment and, below it, `<data>/config.toml`."""

import os
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

PREFIX = "SINMUNGO_"
WEB_PID = "SINMUNGO_WEB_PID"  # set by `sinmungo web` for the workers it starts
SECRET_FIELDS = frozenset({"app_dsn", "migrator_dsn", "smtp_password", "database_url"})


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting of a deployment. Environment names are SINMUNGO_ and the upper-case field.

    `app_dsn` and `migrator_dsn` are the two logins' addresses; `database_url` is an
    administrator's, used by the demo to make them. Durations are seconds.
    """

    data: str = ".sinmungo"
    deployment: str = "sinmungo"
    deployment_key_file: str = ""
    database_url: str = ""
    app_dsn: str = ""
    migrator_dsn: str = ""
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
    oidc_hosts: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = "no-reply@localhost"
    clock_file: str = ""
    log_format: str = "json"
    demo: bool = False

    @property
    def data_path(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).absolute()

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
            values[name] = text.split(",") if hints[name] == tuple[str, ...] else text
    return msgspec.convert(values, Settings, strict=False)


def masked(settings: Settings) -> dict[str, Any]:
    """Return the settings for printing, secrets masked."""
    return {
        name: "********" if name in SECRET_FIELDS and value else value
        for name, value in msgspec.structs.asdict(settings).items()
    }
