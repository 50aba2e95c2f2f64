"""`sinmungo server …`: the database servers on which cities lie."""

import sys
from typing import TYPE_CHECKING

import psycopg
from cyclopts import App
from rich.table import Table

from sinmungo.cli.common import need_database
from sinmungo.cli.problems import console, load_settings, told
from sinmungo.cli.told import CliProblemError

if TYPE_CHECKING:
    from sinmungo.deploy.servers import Look

app = App(name="server", help="Database servers on which cities lie.")
_MEGABYTE = 1 << 20
_MAJOR = 10_000


@app.command(name="list")
def show() -> None:
    """List every server: whether it answers, its version, its cities and their size."""
    table = Table("server", "answers", "PostgreSQL", "cities", "size")
    for look in _looks(""):
        answers = "yes" if look.version else "no"
        version = f"{look.version // _MAJOR}.{look.version % _MAJOR}" if look.version else "-"
        size = f"{look.size / _MEGABYTE:,.1f} MB" if look.version else "-"
        table.add_row(look.name, answers, version, str(look.cities), size)
    console.print(table)


@app.command
def check(name: str = "") -> None:
    """Look closely at every server, or at one: logins, extension, walls, and each city's schema.

    Exit code 1 when something is wrong; it says what.
    """
    looks = _looks(name)
    for look in looks:
        state = "not well" if look.problems else "well"
        console.print(f"{look.name}: {state}, {look.cities} cities")
        for problem in look.problems:
            console.print(f"{look.name}: {problem}", soft_wrap=True, markup=False)
    if any(look.problems for look in looks):
        sys.exit(1)


@app.command
def add(name: str, admin_dsn: str) -> None:
    """Make a server ready for cities, and write it into `<data>/config.toml`.

    Running it again mends the roles. Start web and worker anew before cities are put there.

    Parameters
    ----------
    name
        How it is called from now on: a-z, 0-9 and _.
    admin_dsn
        Address of a role there that may create roles and extensions; it is not kept. Its password
        may come from PGPASSWORD or a password file instead.
    """
    from sinmungo.deploy import servers

    settings = need_database(load_settings())
    with told():
        written = servers.add(settings, name, admin_dsn)
    console.print(f"{name}: ready for cities of {settings.deployment}")
    if written:
        console.print(f"written to {settings.data_path / servers.FILE}", soft_wrap=True)
        console.print("start web and worker anew, then: sinmungo tenant add … --server " + name)


def _looks(name: str) -> "list[Look]":
    from sinmungo.deploy import servers

    settings = need_database(load_settings())
    try:
        known = servers.places(settings)
    except psycopg.Error as error:
        raise CliProblemError(f"main: {str(error).strip().splitlines()[-1]}") from error
    names = servers.names(settings, known)
    if name and name not in names:
        raise CliProblemError(f"no server {name!r}: there are {', '.join(names)}")
    return [servers.look_at(settings, n, known) for n in names if name in {"", n}]
