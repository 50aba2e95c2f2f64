"""The command line in a storm: lists come in and whole cities go out while all else works."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from sinmungo.app import Runtime
from sinmungo.testing.command import command
from sinmungo.testing.storm.tally import TRADE, Tally
from sinmungo.testing.storm.towns import Town

type Beside = Callable[[Tally, asyncio.Event], Awaitable[None]]

_LINES = 5


def environment(runtime: Runtime, path: Path | None = None, **more: str) -> dict[str, str]:
    """Return the surroundings of a process of this deployment; `path` goes before its own."""
    settings = runtime.settings
    found = [str(path or ""), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, found)),
        "SINMUNGO_DATA": settings.data,
        "SINMUNGO_DEPLOYMENT": settings.deployment,
        "SINMUNGO_APP_DSN": settings.app_dsn,
        "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
        "SINMUNGO_COOKIE_SECURE": "false",
        "SINMUNGO_STRICT_PLUGINS": "0",
        **more,
    }


def commands(runtime: Runtime, towns: Sequence[Town], folder: Path) -> Beside:
    """Return a session at the command line: it brings in lists and exports cities, in turn."""
    given = environment(runtime)

    async def go_on(tally: Tally, stop: asyncio.Event) -> None:
        for number, town in enumerate(itertools.cycle(towns)):
            await _import(tally, town, folder / f"{number}.csv", given)
            if stop.is_set():
                return
            await _export(tally, town, folder / f"{number}", given)
            if stop.is_set():
                return

    return go_on


async def _import(tally: Tally, town: Town, file: Path, given: dict[str, str]) -> None:
    names = (f"{town.mark}{TRADE} {file.stem}-{n}" for n in range(_LINES))
    text = "\n".join(["회사명,생산품", *(f"{n},부품" for n in names), ""])
    await asyncio.to_thread(file.write_text, text, "utf-8")
    words = ("import", "companies", town.mark, str(file), "--yes")
    await _run(tally, town, "import by command", words, given)


async def _export(tally: Tally, town: Town, folder: Path, given: dict[str, str]) -> None:
    words = ("tenant", "export", town.mark, "--out", str(folder))
    await _run(tally, town, "export by command", words, given)
    for raw in await asyncio.to_thread(_contents, folder):
        tally.read(town.mark, "export by command", raw)


def _contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def _run(
    tally: Tally, town: Town, act: str, words: tuple[str, ...], given: dict[str, str]
) -> None:
    """Run a command and look through what it told; it may be cut off, but not mixed up."""
    code, told = await command(*words, environment=given)
    tally.read(town.mark, act, told.encode())
    if code == 0:
        tally.good[act] += 1
    else:
        tally.refused[f"{act} {code}"] += 1
