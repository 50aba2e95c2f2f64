"""`sinmungo tenant …`: add, list and apply cities."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.deploy.cities import Cities, CityFile, read_files
from sinmungo.people import officers
from sinmungo.people.service import NewOfficer, list_units

app = App(name="tenant", help="Cities of this deployment.")
type Several = Annotated[tuple[str, ...], Parameter(negative="")]


@app.command(name="list")
def show() -> None:
    """List every city with its hosts, state, plugins and revisions."""

    async def work() -> None:
        async with runtime() as rt:
            table = Table("slug", "name", "state", "hosts", "plugins", "revisions")
            for city in rt.registry.all():
                table.add_row(
                    city.slug,
                    city.name,
                    city.state,
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
    service_name: str = "기업SOS",
) -> None:
    """Add a city with core's defaults; `--host` may be given several times."""

    async def work() -> None:
        async with runtime() as rt:
            spec = CityFile(slug=slug, name=name, service_name=service_name, hosts=tuple(host))
            if any(c.slug == slug for c in rt.registry.all()):
                raise CliProblemError(f"there is a city with the slug {slug!r} already")
            await Cities(rt, console.print).apply([spec])

    run(work())


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
