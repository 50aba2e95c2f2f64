"""`sinmungo tenant add|add-many`: one city with all it begins with, or a list of them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from sinmungo.app import Runtime
from sinmungo.cli.archive_told import written
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.deploy.cities import Cities
from sinmungo.deploy.first_admin import FirstAdmin
from sinmungo.deploy.many import Outcome, read_list
from sinmungo.deploy.many import add_many as add_many_cities
from sinmungo.deploy.templates import read_template
from sinmungo_tenants import Tenant

type Several = Annotated[tuple[str, ...], Parameter(negative="")]
type Keep = Callable[[Outcome], None]


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
            cities = Cities(rt)
            if absent := cities.absent(file):
                raise CliProblemError(f"{absent[0]} is not installed here: `sinmungo plugin list`")
            made = await cities.add(file, like=_likened(rt, like), admin=first, opened=opened)
            console.print(f"{slug}: made")
            if made.link:
                console.print(f"{slug}: {admin} comes in by this link, once, within 72 hours:")
                console.print(made.link, soft_wrap=True)

    run(work())


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
        A file to which the administrators' one-time links are added, readable by its owner only;
        without it they are printed. Each is there as soon as its city is.
    opened
        Open to companies at once.
    """

    async def work() -> list[Outcome]:
        wanted = read_list(source, read_template(template))
        async with runtime() as rt:
            with _bar(len(wanted)) as show, _kept(links) as keep:

                def step(outcome: Outcome) -> None:
                    keep(outcome)
                    show(outcome)

                return await add_many_cities(
                    Cities(rt),
                    wanted,
                    like=_likened(rt, like),
                    workers=max(workers, 1),
                    opened=opened,
                    step=step,
                )

    outcomes = run(work())
    _tell(outcomes, links)
    if any(o.state == "FAILED" for o in outcomes):
        sys.exit(1)


def _likened(rt: Runtime, slug: str) -> Tenant | None:
    return rt.registry.by_slug(slug) if slug else None


@contextmanager
def _bar(total: int) -> Iterator[Keep]:
    """Show how many of the cities are through, and each failure at once."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("cities", total=total)

        def show(outcome: Outcome) -> None:
            bar.advance(task)
            if outcome.state == "FAILED":
                bar.console.print(escape(f"{outcome.where}: {outcome.slug}: {outcome.reason}"))

        yield show


@contextmanager
def _kept(links: Path | None) -> Iterator[Keep]:
    """Give what takes a link: into the file, or onto the output. It cannot be made again."""
    if links is None:
        yield _print_link
        return
    with written():
        descriptor = os.open(links, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as stream:
        os.fchmod(descriptor, 0o600)

        def keep(outcome: Outcome) -> None:
            if outcome.link:
                lines = [] if os.fstat(descriptor).st_size else ["slug,link"]
                stream.write("\n".join([*lines, f"{outcome.slug},{outcome.link}", ""]))
                stream.flush()

        yield keep
    if not links.stat().st_size:
        links.unlink()


def _print_link(outcome: Outcome) -> None:
    if outcome.link:
        console.print(f"{outcome.slug},{outcome.link}", soft_wrap=True)


def _tell(outcomes: list[Outcome], links: Path | None) -> None:
    """Print every failure, how many there are of each kind, and where the links are."""
    failed = [o for o in outcomes if o.state == "FAILED"]
    if failed:
        table = Table("where", "slug", "why it failed")
        for one in failed:
            table.add_row(one.where, one.slug, escape(one.reason))
        console.print(table)
    made = [o for o in outcomes if o.state == "MADE"]
    there = sum(o.state == "THERE" for o in outcomes)
    console.print(f"{len(made)} made, {there} were there, {len(failed)} failed")
    given = sum(bool(o.link) for o in made)
    if given and links is not None:
        console.print(f"{given} one-time links are in {links}, valid for 72 hours", soft_wrap=True)
    elif given:
        console.print("the one-time links above are valid for 72 hours")
