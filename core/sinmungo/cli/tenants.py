"""`sinmungo tenant …`: list and apply cities, and let an administrator in."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.deploy.cities import Cities, read_files
from sinmungo.deploy.first_admin import FirstAdmin, first_password, new_link

app = App(name="tenant", help="Cities of this deployment.")
for _verb, _home in (
    ("add", "adding"),
    ("add-many", "adding"),
    ("archive", "archives"),
    ("restore", "archives"),
    ("export", "leaving"),
    ("suspend", "leaving"),
    ("resume", "leaving"),
    ("drop", "leaving"),
):
    app.command(f"sinmungo.cli.{_home}:{_verb.replace('-', '_')}", name=_verb)
type Several = Annotated[tuple[str, ...], Parameter(negative="")]


@app.command(name="list")
def show() -> None:
    """List every city with its state, server, hosts, plugins and revisions."""

    async def work() -> None:
        async with runtime() as rt:
            table = Table("slug", "name", "state", "server", "hosts", "plugins", "revisions")
            for city in rt.registry.all():
                table.add_row(
                    city.slug,
                    city.name,
                    city.state,
                    city.server,
                    ", ".join(city.hosts),
                    ", ".join(sorted(city.plugins)),
                    ", ".join(f"{k} {v}" for k, v in sorted(city.revisions.items())),
                )
            console.print(table)

    run(work())


@app.command
def admin(slug: str, login: str, name: str, *, unit: str = "") -> None:
    """Make an administrator of a city and print a temporary password, once.

    Parameters
    ----------
    unit
        Name of the unit of the post; without it the first department by name, if there is one.
    """

    async def work() -> None:
        async with runtime() as rt, rt.work.open(rt.registry.by_slug(slug)) as ctx:
            password = await first_password(ctx, FirstAdmin(login, name), unit)
        console.print(f"{slug}: {login} signs in with {password} and must change it")

    run(work())


@app.command
def link(slug: str, login: str) -> None:
    """Make a new one-time link for someone who has an account, and print it, once.

    For a first link that was lost, or not used in time; links made before end.
    """

    async def work() -> None:
        async with runtime() as rt, rt.work.open(rt.registry.by_slug(slug)) as ctx:
            made = await new_link(ctx, login)
        console.print(f"{slug}: {login} comes in by this link, once, within 72 hours:")
        console.print(made, soft_wrap=True)

    run(work())


@app.command
def apply(folder: Path | None = None, *, force: Several = ()) -> None:
    """Make the cities of `tenants/*.toml`, upgrade those behind, and show what differs.

    A setting that an admin changed stays as it is, unless its key is given with `--force`.
    """

    async def work() -> None:
        async with runtime() as rt:
            files = read_files(folder or Path(rt.settings.tenants))
            if not files:
                raise CliProblemError(f"no *.toml in {folder or rt.settings.tenants}")
            for drift in await Cities(rt, console.print).apply(files, frozenset(force)):
                console.print(
                    f"{drift.slug}: {drift.key} is {drift.in_city!r}, the file says "
                    f"{drift.in_file!r} (--force {drift.key} takes the file's)"
                )

    run(work())
