"""`sinmungo fleet …`: who is behind, bring all up, how it went, and a rehearsal on a copy."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import psycopg
from cyclopts import App, Parameter

from sinmungo.cli.common import need_database
from sinmungo.cli.fleet_plugins import complete
from sinmungo.cli.fleet_told import (
    Bar,
    show_outcomes,
    show_plan,
    show_rehearsal,
    show_result,
    show_sql,
)
from sinmungo.cli.problems import console, load_settings, told
from sinmungo.cli.told import CliProblemError
from sinmungo_tenants.fleet.plan import opened

if TYPE_CHECKING:
    from sinmungo.config import Settings
    from sinmungo.host.host import Host
    from sinmungo_tenants import Component
    from sinmungo_tenants.fleet.run import Fleet

app = App(name="fleet", help="Bring all cities to the newest revisions.")
SOME_FAILED, NOT_STARTED = 1, 2


@app.command
def plan(*, sql: bool = False) -> None:
    """Show per component how many cities are behind and which revisions would run.

    Parameters
    ----------
    sql
        Print the statements of those revisions too.
    """
    from sinmungo_tenants.fleet import plan as plans

    components = _components()
    with _connected() as connection:
        found = plans.plan(connection, components)
    show_plan(found)
    if sql:
        show_sql(found)


@app.command
def upgrade(
    *, canary: str | None = None, workers: int = 2, pause: float = 0.0, lock_timeout: float = 2.0
) -> None:
    """Bring every city that is behind to the newest revisions; run it again to resume.

    Exit code 0: all are up to date; 1: some failed or were left; 2: it could not start.

    Parameters
    ----------
    canary
        Slug of the city to upgrade first; when it fails, no other is touched.
    workers
        How many cities at a time.
    pause
        Seconds to wait after each city: a change of tables makes every connection read the
        catalogue again.
    lock_timeout
        Seconds to wait for a table in use; then the city is left as it was and reported.
    """
    from sinmungo.demo.run import stop_signals
    from sinmungo_tenants.fleet.run import Options

    if workers < 1 or pause < 0 or lock_timeout <= 0:
        raise _not_started("--workers and --lock-timeout must be above 0, --pause not below")
    options = Options(_user(), workers, canary, pause, lock_timeout)
    settings = _settings()
    with _startable(), stop_signals() as stop, Bar() as bar:
        _bring_shared_up(settings)
        result = _fleet(settings).upgrade(options, bar, stop)
    show_result(result, canary)
    well = all(o.state == "OK" for o in result.outcomes)
    if result.state == "DONE" or (result.of("OK") and not result.stopped_by(canary)):
        with _startable():
            well = complete(settings, _host()) and well
    if not well:
        sys.exit(SOME_FAILED)


@app.command
def status(
    *, everything: bool = False, verify: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """Show the last run and who is behind; exit code 1 when a city is.

    Parameters
    ----------
    everything
        List what succeeded too.
    verify
        Ask every city itself first, on every server, and mend the registry's copy where it differs.
    """
    from sinmungo_tenants.fleet import ledger
    from sinmungo_tenants.fleet.plan import behind

    well = _verify() if verify else True
    with _connected() as connection:
        late = behind(connection, _components())
        last = ledger.last_run(connection)
        lines = ledger.lines(connection, last.id) if last else []
    if last:
        until = f"{last.finished_at:%H:%M:%S %Z}" if last.finished_at else "now"
        span = f"{last.started_at:%Y-%m-%d %H:%M:%S} to {until}"
        console.print(f"last run: {last.state}, {span}, by {last.started_by}")
        show_outcomes([line for line in lines if everything or line.state != "OK"])
    for city in late:
        names = ", ".join(f"{p.component.name} {p.revision} → {p.target}" for p in city)
        console.print(f"behind: {city[0].slug}: {names}")
    if late or not well:
        sys.exit(SOME_FAILED)
    console.print("every city is up to date")


def _verify() -> bool:
    """Ask the cities themselves; say whether all could be asked."""
    from sinmungo import clock
    from sinmungo_tenants.fleet.verify import verify

    settings = _settings()
    with _startable():
        found = verify(settings.migrators, _components(), clock.now)
    console.print(f"asked {found.cities} cities: {len(found.mended)} copies were wrong")
    for one in found.mended:
        console.print(
            f"mended: {one.slug}: {one.component} {one.copied or '-'} → {one.found or '-'}"
        )
    for slug, why in found.unasked:
        console.print(f"not asked: {slug}: {why}", soft_wrap=True)
    return not found.unasked


@app.command
def rehearse(city: str) -> None:
    """Run what is pending on a copy of a city, say how long it took, and leave nothing.

    Exit code 1 when a revision fails on the copy.
    """
    from sinmungo_tenants.fleet.rehearse import rehearse as act

    settings = _settings()
    with _startable():
        found = act(settings.migrators, _components(), city)
    show_rehearsal(found)
    if found.error:
        sys.exit(SOME_FAILED)


@cache
def _host() -> "Host":
    from sinmungo.host.loader import load
    from sinmungo.slices import CORE_SLICES

    return load(CORE_SLICES)


def _components() -> "list[Component]":
    from sinmungo.component import COMPONENT

    return [COMPONENT, *_host().components()]


def _settings() -> "Settings":
    with _startable():
        return need_database(load_settings())


def _bring_shared_up(settings: "Settings") -> None:
    """Make the registry's own tables as new as this code: a run is written into them."""
    from sinmungo.deploy.database import upgrade_shared
    from sinmungo.jobs.component import COMPONENT as JOBS
    from sinmungo_tenants.control.component import COMPONENT as CONTROL
    from sinmungo_tenants.heads import head
    from sinmungo_tenants.migrate import current

    with opened(settings.migrator_dsn) as connection:
        shared = {CONTROL: current(connection, CONTROL, "control")}
        shared[JOBS] = current(connection, JOBS, "jobs")
    if any(head(component) != at for component, at in shared.items()):
        upgrade_shared(settings)


def _fleet(settings: "Settings") -> "Fleet":
    from sinmungo import clock
    from sinmungo_tenants import Deployment
    from sinmungo_tenants.fleet.run import Fleet

    deployment = Deployment(settings.deployment)
    servers = settings.migrators
    return Fleet(deployment, servers, _components(), now=clock.now, new_id=clock.uuid7)


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    settings = _settings()
    with _startable(), opened(settings.migrator_dsn) as connection:
        yield connection


@contextmanager
def _startable() -> Iterator[None]:
    """Tell in one line why it could not be done, with the exit code of that."""
    try:
        with told():
            yield
    except CliProblemError as problem:
        raise _not_started(str(problem)) from problem
    except psycopg.errors.UndefinedTable as error:
        raise _not_started("the registry is older than this code: `fleet upgrade` first") from error
    except psycopg.OperationalError as error:
        raise _not_started(f"the database: {str(error).strip().splitlines()[0]}") from error


def _not_started(text: str) -> SystemExit:
    print(f"sinmungo: {text}", file=sys.stderr)  # noqa: T201 - this is the command line's voice
    return SystemExit(NOT_STARTED)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"
