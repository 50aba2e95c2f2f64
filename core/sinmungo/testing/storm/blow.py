"""Runs a storm: sessions and harm side by side, until enough was seen."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sinmungo.app import Runtime
from sinmungo.testing.storm.acts import ACTS
from sinmungo.testing.storm.harm import Harm, keep_on, strike
from sinmungo.testing.storm.session import Session
from sinmungo.testing.storm.tally import Tally
from sinmungo.testing.storm.towns import Town, Way


@dataclass(frozen=True, slots=True)
class Force:
    """How hard it blows: `sessions` for `seconds`, and on until enough was seen.

    Enough are `good` answers, and each of `seen` (acts and kinds of harm) once. After `most`
    seconds it is over, whatever came.
    """

    sessions: int
    seconds: float
    good: int
    most: float
    seen: frozenset[str] = frozenset()

    def has_seen(self, tally: Tally) -> bool:
        """Whether enough came."""
        each = all(tally.good[name] or tally.harm[name] for name in self.seen)
        return each and tally.good.total() >= self.good


async def blow(
    runtime: Runtime,
    towns: Sequence[Town],
    ways: Sequence[Way],
    force: Force,
    *beside: Callable[[Tally, asyncio.Event], Awaitable[None]],
) -> Tally:
    """Let sessions of all cities act while harm is done; return what was seen.

    Sessions take the ways in turn. `beside` runs along: commands, processes.
    """
    tally, stop = Tally(), asyncio.Event()
    sessions = [
        _session(runtime, towns, ways[n % len(ways)], tally, n) for n in range(force.sessions)
    ]
    harm = Harm(runtime, towns, ways[0], tally)
    watch = asyncio.create_task(runtime.registry.watch())
    async with _struck(runtime, tally), asyncio.TaskGroup() as group:
        for session in sessions:
            group.create_task(_act(session, stop))
        for name, (pause, hit) in harm.blows().items():
            group.create_task(keep_on(name, pause, hit, tally, stop))
        for other in beside:
            group.create_task(_with(other, tally, stop))
        await _enough(tally, force)
        stop.set()
    if watch.done():
        tally.fault(f"the registry is no longer watched: {watch.exception()!r}")
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    for session in sessions:
        await session.close()
    return tally


@asynccontextmanager
async def _struck(runtime: Runtime, tally: Tally) -> AsyncIterator[None]:
    over = threading.Event()
    given = runtime.settings.database_url, runtime.deployment.app, tally, over
    striking = asyncio.create_task(asyncio.to_thread(strike, *given))
    try:
        yield
    finally:
        over.set()
        await striking


def _session(
    runtime: Runtime, towns: Sequence[Town], way: Way, tally: Tally, number: int
) -> Session:
    town = towns[number % len(towns)]
    others = [t for t in towns if t is not town]
    return Session(number, town, others, way, tally, runtime.identifier.cookie)


async def _act(session: Session, stop: asyncio.Event) -> None:
    acts, weights = zip(*ACTS, strict=True)
    while not stop.is_set():
        (act,) = session.rng.choices(acts, weights)
        await act(session)
        await asyncio.sleep(0)


async def _with(
    other: Callable[[Tally, asyncio.Event], Awaitable[None]], tally: Tally, stop: asyncio.Event
) -> None:
    await other(tally, stop)


async def _enough(tally: Tally, force: Force) -> None:
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < force.most:
        if passed >= force.seconds and force.has_seen(tally):
            return
        await asyncio.sleep(0.1)
