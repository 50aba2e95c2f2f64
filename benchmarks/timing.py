"""Turns, medians and percentiles: the little statistics that all parts share."""

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How much to measure: `seconds` a turn, `rounds` turns of every side."""

    cities: int = 24
    cases: int = 500
    seconds: float = 1.0
    rounds: int = 7


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float]) -> str:
    """Return p50 and p99 of durations (seconds) as milliseconds."""
    return f"{percentile(values, 0.5) * 1000:.2f} / {percentile(values, 0.99) * 1000:.2f} ms"


def median_ratio(ours: Sequence[float], against: Sequence[float]) -> float:
    """Return the median of the ratios of turns that ran next to each other."""
    return statistics.median(a / b for a, b in zip(ours, against, strict=True))


async def take_turns(
    sides: Mapping[str, Callable[[], Awaitable[None]]], options: Options
) -> dict[str, list[list[float]]]:
    """Run each side for its seconds, round after round; return the durations by side and round."""
    found: dict[str, list[list[float]]] = {name: [] for name in sides}
    for side in sides.values():
        await _turn(side, options.seconds / 4)
    for _ in range(options.rounds):
        for name, side in sides.items():
            found[name].append(await _turn(side, options.seconds))
    return found


async def _turn(side: Callable[[], Awaitable[None]], seconds: float) -> list[float]:
    durations: list[float] = []
    end = time.perf_counter() + seconds
    while not durations or time.perf_counter() < end:
        started = time.perf_counter()
        await side()
        durations.append(time.perf_counter() - started)
    return durations
