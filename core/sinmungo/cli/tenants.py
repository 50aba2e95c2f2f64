"""`sinmungo tenant …`: add, list and apply cities."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table

from sinmungo.app import Runtime
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.deploy.cities import Cities, read_files
from sinmungo.deploy.first_admin import FirstAdmin
from sinmungo.deploy.folder import write_private
from sinmungo.deploy.many import Outcome, read_list
from sinmungo.deploy.many import add_many as add_many_cities
from sinmungo.deploy.templates import read_template
from sinmungo.people import officers
from sinmungo.people.service import NewOfficer, list_units
from sinmungo_tenants import Tenant

app = App(name="tenant", help="Cities of this deployment.")
for _verb, _home in (
    ("archive", "archives"),
    ("restore", "archives"),
    ("export", "leaving"),
    ("suspend", "leaving"),
    ("resume", "leaving"),
    ("drop", "leaving"),
):
    app.command(f"sinmungo.cli.{_home}:{_verb}", name=_verb)
_stderr = Console(stderr=True)
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
def add(
    slug: str,
    name: str,
    *,
    host: Several = (),
    service_name: str = "",
    plugin: Several = (),
    server: str = "",
    like: str = "",
    template: Path | None = None,
    admin: str = "",
    admin_name: str = "",
    opened: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Add a city; `--host` and `--plugin` may be given several times.

    It begins behind closed doors: its administrator opens it at /admin/opening.

    Parameters
    ----------
    server
        Name of the database server that it will lie on (`sinmungo server list`); main by default.
    like
        Slug of a city whose words, rules and settings are taken over: no people, no records.
    template
        A city's file without slug and name; `{slug}` in its hosts is replaced.
    admin
        Login of the first administrator, who gets a one-time link that is printed once.
    admin_name
        The administrator's name.
    opened
        Open to companies at once.
    """
    first = FirstAdmin(admin, admin_name or admin) if admin else None

    async def work() -> None:
        file = read_template(template).city(
            slug,
            name,
            hosts=tuple(host),
            service_name=service_name,
            plugins=tuple(plugin),
            server=server,
        )
        async with runtime() as rt:
            if any(c.slug == slug for c in rt.registry.all()):
                raise CliProblemError(f"there is a city with the slug {slug!r} already")
            made = await Cities(rt).add(file, like=_likened(rt, like), admin=first, opened=opened)
            console.print(f"{slug}: made")
            if made.link:
                console.print(f"{slug}: {admin} comes in by this link, once, within 72 hours:")
                console.print(made.link, soft_wrap=True)

    run(work())


@app.command
def add_many(
    source: Path,
    *,
    template: Path | None = None,
    like: str = "",
    workers: int = 2,
    links: Path | None = None,
    opened: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Add the cities of a CSV file or of a folder of city files, with a progress bar.

    Cities that are there already are passed over, one that fails stops no other; the exit code is 1
    if any failed, and the same command tries those again.

    Parameters
    ----------
    source
        A CSV file with the columns slug, name, hosts, service_name, kind, server, admin,
        admin_name (the first two are needed), or a folder of *.toml.
    template
        A city's file without slug and name, for what the lines of a CSV file do not say.
    like
        Slug of a city whose words, rules and settings each of them takes over.
    workers
        How many are made at the same time.
    links
        A new file for the administrators' one-time links, readable by its owner only; without it
        they are printed.
    opened
        Open to companies at once.
    """

    async def work() -> list[Outcome]:
        wanted = read_list(source, read_template(template))
        async with runtime() as rt:
            with Progress(
                *Progress.get_default_columns(), TimeElapsedColumn(), console=_stderr
            ) as bar:
                task = bar.add_task("cities", total=len(wanted))
                return await add_many_cities(
                    Cities(rt),
                    wanted,
                    like=_likened(rt, like),
                    workers=max(workers, 1),
                    opened=opened,
                    step=lambda _: bar.advance(task),
                )

    outcomes = run(work())
    _tell(outcomes, links)
    if any(o.state == "FAILED" for o in outcomes):
        sys.exit(1)


def _likened(rt: Runtime, slug: str) -> Tenant | None:
    return rt.registry.by_slug(slug) if slug else None


def _tell(outcomes: list[Outcome], links: Path | None) -> None:
    """Print how many there are of each kind, every failure, and the links or where they are."""
    failed = [o for o in outcomes if o.state == "FAILED"]
    if failed:
        table = Table("where", "slug", "why it failed")
        for one in failed:
            table.add_row(one.where, one.slug, one.reason)
        console.print(table)
    made = [o for o in outcomes if o.state == "MADE"]
    there = sum(o.state == "THERE" for o in outcomes)
    console.print(f"{len(made)} made, {there} were there, {len(failed)} failed")
    lines = [f"{o.slug},{o.link}" for o in made if o.link]
    if lines and links is not None:
        write_private(links, "\n".join(["slug,link", *lines, ""]).encode())
        console.print(f"{len(lines)} one-time links are in {links}, valid for 72 hours")
    elif lines:
        console.print("\n".join(lines), soft_wrap=True)


@app.command
def admin(slug: str, login: str, name: str, *, unit: str = "") -> None:
    """Make an administrator of a city and print a temporary password, once.

    Parameters
    ----------
    unit
        Name of the unit of the post; without it the first department by name.
    """

    async def work() -> None:
        async with runtime() as rt, rt.work.open(rt.registry.by_slug(slug)) as ctx:
            units = [u for u in await list_units(ctx) if unit in {"", u.name}]
            departments = [u for u in units if unit or u.kind == "DEPARTMENT"]
            if not departments:
                raise CliProblemError(f"{slug} has no unit {unit!r}; name one of its file")
            new = NewOfficer(
                login=login,
                name=name,
                unit_id=departments[0].id,
                title="주무관",
                roles=("TENANT_ADMIN",),
            )
            _, password = await officers.add(ctx, new)
        console.print(f"{slug}: {login} signs in with {password} and must change it")

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
