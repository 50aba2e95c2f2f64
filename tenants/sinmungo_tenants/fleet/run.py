"""A run over all cities that are behind: bounded, one at a time per deployment, resumable.

Each (city, component) is a transaction of its own that also writes its outcome and the copy in the
registry: a process killed at any point leaves nothing half done, and the next run goes on there.
Commits do not wait for the disk one by one; the last one of the run does, and with it all before.
A city on another server than main commits there first, and waits for the disk: what the registry
then misses, the next run finds done.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import psycopg

from sinmungo_tenants import migrate
from sinmungo_tenants.components import Component
from sinmungo_tenants.control.fleet import FLEET_LOCK
from sinmungo_tenants.errors import FleetBusyError, ServerDownError, UnknownTenantError
from sinmungo_tenants.fleet import ledger
from sinmungo_tenants.fleet.apply import (
    StepFailedError,
    advance,
    at,
    creates_tables,
    pending,
    plain,
)
from sinmungo_tenants.fleet.ledger import Outcome, Run
from sinmungo_tenants.fleet.plan import Pair, behind
from sinmungo_tenants.names import Deployment, schema_of
from sinmungo_tenants.servers import MAIN, Servers


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: seconds of `lock_timeout` per lock, and of `pause` after each city."""

    started_by: str
    workers: int = 2
    canary: str | None = None
    pause: float = 0.0
    lock_timeout: float = 2.0


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: DONE, FAILED or ABANDONED, and what became of everything in it."""

    state: str
    outcomes: tuple[Outcome, ...] = ()
    abandoned_before: int = 0

    def of(self, state: str) -> list[Outcome]:
        """Return the outcomes of a state."""
        return [o for o in self.outcomes if o.state == state]

    def stopped_by(self, canary: str | None) -> bool:
        """Whether the rest was left because the canary failed, or someone stopped the run."""
        return self.state == "ABANDONED" or any(o.pair.slug == canary for o in self.of("FAILED"))


class Watcher(Protocol):
    """Hears of a run; called from its threads."""

    def begin(self, total: int) -> None:
        """Hear how many (city, component) pairs there are."""

    def done(self, outcome: Outcome) -> None:
        """Hear of one that is finished, or left."""


@dataclass(slots=True)
class _Task:
    """What the threads of a run share."""

    run: Run
    options: Options
    watcher: Watcher
    stop: threading.Event
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)

    def keep(self, outcome: Outcome) -> Outcome:
        self.outcomes[outcome.pair.tenant_id, outcome.pair.component.name] = outcome
        self.watcher.done(outcome)
        return outcome

    def of(self, pair: Pair) -> Outcome:
        return self.outcomes.get((pair.tenant_id, pair.component.name)) or Outcome(pair, "PENDING")


class _Hands:
    """The connections of one thread: to the registry, and to each server as it is needed."""

    def __init__(self, fleet: "Fleet", task: _Task) -> None:
        self._fleet = fleet
        self._task = task
        self._open: dict[str, ledger.Rows] = {}

    def to(self, server: str) -> ledger.Rows:
        """Return a living connection; a server that was away is not asked twice in a run."""
        found = self._open.get(server)
        if found is None or found.closed:
            if server in self._task.away:
                raise ServerDownError(self._task.away[server])
            try:
                found = self._open[server] = self._fleet.connect(self._task.options, server)
            except ServerDownError as error:
                self._task.away[server] = str(error)
                raise
        return found

    @property
    def control(self) -> ledger.Rows:
        """The registry's connection."""
        return self.to(MAIN)

    def close(self) -> None:
        """Close them all."""
        for connection in self._open.values():
            connection.close()


class Fleet:
    """Brings every city of a deployment to the newest revisions; needs the migrator's login."""

    def __init__(
        self,
        deployment: Deployment,
        servers: str | Servers,
        components: Sequence[Component],
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], UUID],
    ) -> None:
        self._deployment = deployment
        self._servers = Servers.of(servers)
        self._components = tuple(components)
        self._now = now
        self._new_id = new_id

    def upgrade(
        self, options: Options, watcher: Watcher, stop: threading.Event | None = None
    ) -> Result:
        """Upgrade all that is behind; nothing behind is one query.

        When `stop` is set, what is under way is finished and the rest is left for the next run.
        Raises `FleetBusyError` while another run is under way, `UnknownTenantError` for a canary
        that is not there.
        """
        with closing(self.connect(options)) as connection:
            if not behind(connection, self._components):
                return Result("DONE")
            with self._alone(connection) as abandoned:
                cities = behind(connection, self._components)
                self._check_canary(connection, options)
                values = (options.started_by, options.canary, options.workers)
                run = Run(self._new_id(), self._now(), *values)
                task = _Task(run, options, watcher, stop or threading.Event())
                return self._run(connection, cities, task, abandoned)

    def _run(
        self, connection: ledger.Rows, cities: list[list[Pair]], task: _Task, abandoned: int
    ) -> Result:
        pairs = [pair for city in cities for pair in city]
        for component, revision in {(p.component, p.revision) for p in pairs}:
            pending(component, revision)  # rendered once, before the threads
        ledger.begin(connection, task.run, pairs)
        task.watcher.begin(len(pairs))
        self._all(task, cities)
        outcomes = tuple(task.of(pair) for pair in pairs)
        state = _state(task, outcomes)
        ledger.close(connection, task.run, state, self._now())
        return Result(state, outcomes, abandoned)

    def _all(self, task: _Task, cities: list[list[Pair]]) -> None:
        first = [c for c in cities if c[0].slug == task.options.canary]
        self._threads(task, first)
        if any(o.state == "FAILED" for o in task.outcomes.values()):
            return
        self._threads(task, [c for c in cities if c not in first])

    def _threads(self, task: _Task, cities: list[list[Pair]]) -> None:
        ahead: queue.SimpleQueue[list[Pair]] = queue.SimpleQueue()
        for city in cities:
            ahead.put(city)
        workers = min(task.options.workers, len(cities))
        if not workers or task.stop.is_set():
            return
        with ThreadPoolExecutor(workers) as pool:
            running = [pool.submit(self._work, task, ahead) for _ in range(workers)]
            wait(running)
        for each in running:
            each.result()

    def _work(self, task: _Task, ahead: "queue.SimpleQueue[list[Pair]]") -> None:
        hands = _Hands(self, task)
        try:
            while not task.stop.is_set():
                try:
                    city = ahead.get_nowait()
                except queue.Empty:
                    return
                self._city(task, hands, city)
                task.stop.wait(task.options.pause)
        finally:
            hands.close()

    def _city(self, task: _Task, hands: _Hands, city: list[Pair]) -> None:
        """Upgrade a city's components; what rests on one that failed is left. Core comes first."""
        for number, pair in enumerate(city):
            if task.stop.is_set():
                break
            outcome = self._one(task, hands, pair)
            if outcome.state == "FAILED":
                ledger.note(hands.control, task.run, outcome, self._now())
            task.keep(outcome)
            if outcome.state == "FAILED" and pair.component == self._components[0]:
                self._leave(task, hands, city[number + 1 :], pair.component.name)
                break

    def _leave(self, task: _Task, hands: _Hands, pairs: list[Pair], name: str) -> None:
        for pair in pairs:
            outcome = Outcome(pair, "PENDING", f"left, since {name} failed in this city")
            ledger.note(hands.control, task.run, outcome)
            task.keep(outcome)

    def _one(self, task: _Task, hands: _Hands, pair: Pair) -> Outcome:
        started = time.perf_counter()
        try:
            control = hands.control
            ledger.note(control, task.run, Outcome(pair, "RUNNING"))
            with control.transaction():
                self._advance(hands.to(pair.server), control, pair)
                done = Outcome(pair, "OK", seconds=time.perf_counter() - started)
                ledger.finish(control, task.run, done, self._now())
        except psycopg.Error as error:
            return Outcome(pair, "FAILED", plain(error), time.perf_counter() - started)
        except (StepFailedError, ServerDownError) as error:
            return Outcome(pair, "FAILED", str(error), time.perf_counter() - started)
        return done

    def _advance(self, city: ledger.Rows, control: ledger.Rows, pair: Pair) -> None:
        """Do the steps: in the transaction that is open on main, elsewhere in one of its own."""
        component, schema = pair.component, schema_of(pair.tenant_id)
        with nullcontext() if city is control else city.transaction():
            steps = pending(component, at(city, component, schema))
            advance(city, component, schema, steps)
            if creates_tables(steps):
                grants = migrate.grant_statements(
                    component, schema, self._deployment, pair.tenant_id
                )
                for grant in grants:
                    city.execute(grant)

    def connect(self, options: Options, server: str = MAIN) -> psycopg.Connection[Any]:
        """Open a connection of a run."""
        settings = {
            "lock_timeout": f"{int(options.lock_timeout * 1000)}ms",
            "synchronous_commit": "off" if server == MAIN else "on",
            "client_min_messages": "warning",
        }
        return self._servers.connect(
            server,
            autocommit=True,
            application_name=f"{self._deployment.name}-fleet",
            options=" ".join(f"-c {key}={value}" for key, value in settings.items()),
        )

    @contextmanager
    def _alone(self, connection: ledger.Rows) -> Iterator[int]:
        """Hold the fleet's lock; gives how many runs before had been killed."""
        held = connection.execute("SELECT pg_try_advisory_lock(%s)", (FLEET_LOCK,)).fetchone()
        if held is None or not held[0]:
            found = ledger.owner(connection)
            who = f" by {found[0]} since {found[1]:%Y-%m-%d %H:%M:%S %Z}" if found else ""
            raise FleetBusyError(f"another run is under way{who}")
        yield ledger.abandon(connection, self._now())

    def _check_canary(self, connection: ledger.Rows, options: Options) -> None:
        query = "SELECT 1 FROM control.tenants WHERE slug = %s"
        if options.canary and not connection.execute(query, (options.canary,)).fetchone():
            raise UnknownTenantError(f"no city with the slug {options.canary!r}")


def _state(task: _Task, outcomes: Sequence[Outcome]) -> str:
    if any(o.state == "FAILED" for o in outcomes):
        return "FAILED"
    return "ABANDONED" if task.stop.is_set() else "DONE"
