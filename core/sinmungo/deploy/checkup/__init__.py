"""What `sinmungo doctor` looks at: each check is a function that says what is wrong in plain words.

A check never changes anything, and one that breaks is a finding itself: the others go on.
"""

from collections.abc import Awaitable, Callable, Iterable

from sinmungo.config import Settings
from sinmungo.deploy.checkup import database, deployed, machine, reach, servers
from sinmungo.deploy.checkup.terms import Finding, bad

type Check = Callable[[Settings], Iterable[Finding]]
type LaterCheck = Callable[[Settings], Awaitable[list[Finding]]]

FIRST: tuple[Check, ...] = (
    machine.data_folder,
    machine.deployment_key,
    machine.disk_space,
    machine.mail_server,
    reach.metrics_port,
    database.logins,
)
WITH_DATABASE: tuple[Check, ...] = (
    database.one_database,
    database.server,
    database.roles,
    database.city_keys,
    database.shared_schemas,
    database.limits,
    database.clock_skew,
    database.log_archive,
    servers.other_servers,
    reach.hosts,
)


async def examine(settings: Settings) -> list[Finding]:
    """Return every finding, in the order in which one would mend them."""
    found = [f for check in FIRST for f in _guarded(check, settings)]
    if any(f.check == "database" and f.level == "BAD" for f in found):
        return found
    found += [f for check in WITH_DATABASE for f in _guarded(check, settings)]
    if any(f.check in {"key", "schemas", "logins"} and f.level == "BAD" for f in found):
        return found
    try:
        return found + await deployed.cities_and_worker(settings)
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding
        return [*found, broken("cities", error)]


def _guarded(check: Check, settings: Settings) -> list[Finding]:
    try:
        return list(check(settings))
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding
        return [broken(check.__name__, error)]


def broken(check: str, error: Exception) -> Finding:
    """Return the finding that a check could not be made."""
    return bad(
        check,
        f"살펴보지 못했습니다 ({type(error).__name__}).",
        "앞의 문제를 먼저 고친 뒤 다시 해 보세요.",
    )
