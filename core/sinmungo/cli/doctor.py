"""`sinmungo doctor`: says in plain words what is wrong, and what to do about it."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from sinmungo import config
from sinmungo.cli.problems import console
from sinmungo.deploy.checkup.terms import Finding, bad

_MARKS = {"OK": "  좋음", "WARN": "! 주의", "BAD": "✗ 고장"}


def doctor(*, quiet: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Look at settings, folder, key, database, cities, worker, jobs and archives.

    Exit code 1 when something does not work; warnings alone leave it 0.

    Parameters
    ----------
    quiet
        Tell only what is not well.
    """
    found = asyncio.run(_examine())
    for one in found:
        if one.level != "OK" or not quiet:
            _tell(one)
    faults = sum(f.level == "BAD" for f in found)
    warnings = sum(f.level == "WARN" for f in found)
    console.print(f"고장 {faults}, 주의 {warnings}, 좋음 {len(found) - faults - warnings}")
    if faults:
        sys.exit(1)


async def _examine() -> list[Finding]:
    from sinmungo.deploy.checkup import examine
    from sinmungo.logs import configure_logs

    try:
        settings = config.load()
    except (msgspec.ValidationError, ValueError, OSError) as error:
        return [bad("settings", f"설정을 읽지 못했습니다: {error}", "그 값을 고치세요.")]
    configure_logs("console")
    return await examine(_with_known_logins(settings))


def _with_known_logins(settings: config.Settings) -> config.Settings:
    """Return the settings, with the logins that an earlier start made if they are missing."""
    from sinmungo.deploy.addresses import with_logins
    from sinmungo.deploy.folder import SECRETS, Secrets

    file: Path = settings.data_path / SECRETS
    if (settings.app_dsn and settings.migrator_dsn) or not settings.database_url:
        return settings
    if not file.is_file():
        return settings
    secrets = msgspec.json.decode(file.read_bytes(), type=Secrets)
    return with_logins(settings, settings.database_url, secrets)


def _tell(one: Finding) -> None:
    console.print(f"{_MARKS[one.level]}  {one.says}", markup=False, soft_wrap=True)
    if one.remedy:
        console.print(f"        → {one.remedy}", markup=False, soft_wrap=True)
