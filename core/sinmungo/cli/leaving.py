"""`sinmungo tenant export|suspend|resume|drop`: the last days of a city here."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from sinmungo import clock
from sinmungo.cli.archive_told import bar, complain, operator, written
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError

if TYPE_CHECKING:
    from sinmungo.app import Runtime
    from sinmungo_tenants.archive.drop import Life


def export(slug: str, *, out: Path | None = None) -> None:
    """Write all data of a city in open formats with a data dictionary, personal values readable.

    Exit code 1 when a personal value could not be opened.

    Parameters
    ----------
    out
        Folder to write to; `<data>/archives` by default.
    """
    from sinmungo.deploy.leaving import Leaving
    from sinmungo.deploy.leaving_registers import registers

    async def work() -> int:
        async with runtime() as rt:
            city = rt.registry.by_slug(slug)
            printed = await registers(rt, city)
            with bar() as shown, written():
                made = Leaving(rt, operator(), shown).export(city.id, out, printed)
            console.print(f"{slug}: {made.file} ({made.rows:,} rows)", soft_wrap=True)
            console.print("it holds personal data that anyone can read: keep it locked away")
            return made.manifest.unreadable

    if unreadable := run(work()):
        complain(f"{unreadable} personal values could not be opened")
        sys.exit(1)


def suspend(slug: str, *, why: str) -> None:
    """Close a city: a maintenance page, no jobs; its data stays.

    Parameters
    ----------
    why
        The reason, for the log; names no person.
    """
    _switch(slug, lambda life, tenant_id: life.stop(tenant_id, why, operator()))
    console.print(f"{slug}: suspended")


def resume(slug: str, *, why: str = "") -> None:
    """Open a suspended city again.

    Parameters
    ----------
    why
        The reason, for the log; names no person.
    """
    _switch(slug, lambda life, tenant_id: life.go_on(tenant_id, why, operator()))
    console.print(f"{slug}: in use")


def drop(slug: str, *, type_slug: str = "") -> None:
    """Remove a city for good: suspended, exported as it is now, its slug typed.

    Parameters
    ----------
    type_slug
        The slug once more, where nobody is there to be asked.
    """
    typed = type_slug or _ask(slug)

    async def work() -> list[Path]:
        from sinmungo.deploy.folder import city_folders

        async with runtime() as rt:
            city = rt.registry.by_slug(slug)
            folders = city_folders(rt.settings, city.id).values()
            with written():
                _life(rt).drop(city.id, typed, operator(), folders)
            console.print(f"{slug}: dropped; its id {city.id} is never used again")
            file = Path(rt.settings.tenants) / f"{slug}.toml"
            if file.exists():
                console.print(f"delete {file} too, or `tenant apply` makes an empty city of it")
            return [folder for folder in folders if folder.exists()]

    if left := run(work()):
        complain(f"delete by hand what could not be deleted: {', '.join(map(str, left))}")
        sys.exit(1)


def _ask(slug: str) -> str:
    if not sys.stdin.isatty():
        raise CliProblemError(f"nobody is there to type it: give --type-slug {slug}")
    return console.input(
        f"type [b]{escape(slug)}[/b] to remove the city and all its data: "
    ).strip()


def _switch(slug: str, act: Callable[["Life", str], None]) -> None:
    async def work() -> None:
        async with runtime() as rt:
            act(_life(rt), rt.registry.by_slug(slug).id)

    run(work())


def _life(rt: "Runtime") -> "Life":
    from sinmungo_tenants.archive.drop import Life

    return Life(rt.deployment, rt.settings.migrators, clock.now)
