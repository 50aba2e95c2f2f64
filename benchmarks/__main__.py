"""`python -m benchmarks [name …]`: run the parts and print their table."""

import asyncio
import importlib
import logging
import os
import platform
import sys
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import cyclopts
import msgspec
import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.figures import SCALE_MD, SPEED_MD, Figure, Report, as_table, write_into
from benchmarks.timing import Options
from benchmarks.world import World, make_towns, scratch_world

PARTS = ("bind", "http", "page", "cost", "memory", "switch", "add", "imports", "demo", "fleet")
SCALE = ("bind", "memory", "switch", "add", "fleet")
app = cyclopts.App(name="benchmarks", help=__doc__)


@app.default
def main(
    *names: str,
    cities: int = 24,
    cases: int = 500,
    seconds: float = 1.0,
    rounds: int = 7,
    json: Path | None = None,
    write: bool = False,
) -> None:
    """Measure the named parts (all, if none is named).

    Parameters
    ----------
    cities
        How many cities there are, one of them drawn for each request.
    cases
        How many cases each city has.
    seconds
        How long one turn of one side lasts.
    rounds
        How many turns each side gets.
    json
        Write the figures into this file too.
    write
        Put the table into docs/explanation/speed.md.
    """
    unknown = set(names) - set(PARTS)
    if unknown:
        raise SystemExit(
            f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    options = Options(cities=cities, cases=cases, seconds=seconds, rounds=rounds)
    chosen = [name for name in PARTS if not names or name in names]
    _report(chosen, options, json, SPEED_MD if write else None)


@app.command
def scale(
    *,
    cities: int = 243,
    cases: int = 20,
    seconds: float = 1.0,
    rounds: int = 5,
    json: Path | None = None,
    write: bool = False,
) -> None:
    """Measure what grows with the number of cities, with as many as the country has.

    Parameters
    ----------
    cities
        How many cities there are.
    cases
        How many cases each city has.
    seconds
        How long one turn of one side lasts.
    rounds
        How many turns each side gets.
    json
        Write the figures into this file too.
    write
        Put the table into docs/explanation/scale.md.
    """
    options = Options(cities=cities, cases=cases, seconds=seconds, rounds=rounds)
    _report(list(SCALE), options, json, SCALE_MD if write else None)


def _report(names: list[str], options: Options, json: Path | None, page: Path | None) -> None:
    report = measure(names, options)
    Console().print(as_table(report))
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    if page:
        write_into(page, report)


def measure(names: list[str], options: Options) -> Report:
    """Make the world, run the parts in it one after another, and return their figures."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    figures: list[Figure] = []
    with ExitStack() as stack:
        progress = stack.enter_context(_progress())
        task = progress.add_task("PostgreSQL", total=options.cities + len(names))
        world = stack.enter_context(scratch_world(options))
        progress.update(task, description=f"{options.cities} cities")
        asyncio.run(make_towns(world, lambda: progress.advance(task)))
        for name in names:
            progress.update(task, description=name)
            figures += part(name).run(world)
            progress.advance(task)
        machine = _machine(world)
    return Report(machine=machine, options=_said(options), figures=figures)


def part(name: str) -> ModuleType:
    """Return the module of a part."""
    return importlib.import_module(f"benchmarks.parts.{name}")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
    )


def _machine(world: World) -> str:
    with psycopg.connect(world.admin_dsn) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        synced = connection.execute("SHOW fsync").fetchone()
    assert row is not None
    assert synced is not None
    return (
        f"{os.cpu_count()} cores shared by client, server and database "
        f"(load average {os.getloadavg()[2]:.0f} at the end), "
        f"Python {platform.python_version()}, PostgreSQL {row[0]} (fsync {synced[0]})"
    )


def _said(options: Options) -> str:
    return (
        f"{options.cities} cities × {options.cases:,} cases; "
        f"{options.rounds} rounds of {options.seconds:g} s a side, medians"
    )


if __name__ == "__main__":
    app()
