"""`sinmungo plugin …`: what is installed, and its life in each city; every act is planned first."""

import sys
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from sinmungo.app import Runtime
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.host import activation
from sinmungo.host.plugin_plans import Act, Plan
from sinmungo.host.types import Identity
from sinmungo_tenants import Tenant

app = App(name="plugin", help="Plugins: what is installed, and their life in each city.")
# The author's verbs lie above the command line, with the kit that tries a plugin.
for _verb, _help in (
    ("new", "Write a plugin's first project: typed, with passing tests and its own CI script."),
    ("dev", "Start a demo city with a plugin on; a changed file reloads it."),
    ("check", "Try everything that a plugin contributes and name each mistake with its remedy."),
):
    app.command(f"sinmungo.author.commands:{_verb}", name=_verb, help=_help)

type Yes = Annotated[bool, Parameter(negative="")]
OPERATOR = Identity(kind="SYSTEM", name="운영자")
_LINES = (
    ("needs first", "before"),
    ("required by", "users"),
    ("makes tables", "tables"),
    ("permissions", "permissions"),
    ("menu", "menus"),
    ("panels", "panels"),
    ("reports", "reports"),
    ("jobs", "jobs"),
    ("settings", "settings"),
)


@app.command(name="list")
def show(city: str | None = None) -> None:
    """List plugins, those in quarantine with the reason, and their state in a city."""

    async def work() -> None:
        async with runtime() as rt:
            table = Table("city", "plugin", "title", "version", "state")
            for tenant in _cities(rt, city):
                for view in activation.views(rt, tenant):
                    table.add_row(tenant.slug, view.slug, view.title, view.version, view.state)
            console.print(table)
            for broken in rt.host.quarantined:
                console.print(f"quarantined: {broken.slug}: {broken.reason}")

    run(work())


@app.command
def plan(plugin: str, city: str, act: Act = "enable") -> None:
    """Tell what an act would do to a city, without doing it."""

    async def work() -> None:
        async with runtime() as rt:
            await _told(rt, rt.registry.by_slug(city), plugin, act)

    run(work())


@app.command
def install(plugin: str, city: str, *, yes: Yes = False) -> None:
    """Make a plugin's tables in a city; it stays off. `--yes` does not ask."""
    _do(plugin, city, "install", yes=yes)


@app.command
def enable(plugin: str, city: str, *, yes: Yes = False) -> None:
    """Switch a plugin on in a city, with all it requires. `--yes` does not ask."""
    _do(plugin, city, "enable", yes=yes)


@app.command
def disable(plugin: str, city: str, *, yes: Yes = False) -> None:
    """Switch a plugin off in a city; its data stays. `--yes` does not ask."""
    _do(plugin, city, "disable", yes=yes)


@app.command
def upgrade(plugin: str, city: str, *, yes: Yes = False) -> None:
    """Bring a plugin's tables and first data in one city to its package. `--yes` does not ask."""
    _do(plugin, city, "upgrade", yes=yes)


@app.command
def purge(plugin: str, city: str, *, yes: Yes = False) -> None:
    """Export a plugin's data of a city and take everything of it out. `--yes` does not ask."""
    _do(plugin, city, "purge", yes=yes)


@app.command(name="log")
def show_log(city: str, *, plugin: str | None = None) -> None:
    """Tell who did what with the plugins of a city, when, and how it ended."""

    async def work() -> None:
        async with runtime() as rt, rt.work.open(rt.registry.by_slug(city)) as ctx:
            table = Table("when", "plugin", "act", "result", "who", "why")
            for line in await activation.recent(ctx, plugin):
                why = " ".join(filter(None, (line.reason, line.detail)))
                when = f"{line.done_at:%Y-%m-%d %H:%M:%S}Z"
                table.add_row(when, line.plugin, line.act, line.result, line.done_by_label, why)
            console.print(table)

    run(work())


@app.command
def repair(city: str | None = None) -> None:
    """Make the registry's copy of plugin states equal to what the cities say."""

    async def work() -> None:
        async with runtime() as rt:
            for tenant in _cities(rt, city):
                if tenant.upgrading:
                    continue
                for slug in await activation.repair(rt, tenant):
                    console.print(f"{tenant.slug}: {slug} mended")

    run(work())


def _cities(rt: Runtime, slug: str | None) -> list[Tenant]:
    return rt.registry.all() if slug is None else [rt.registry.by_slug(slug)]


def _do(plugin: str, city: str, act: Act, *, yes: bool) -> None:
    async def work() -> None:
        async with runtime() as rt:
            tenant = rt.registry.by_slug(city)
            found = await _told(rt, tenant, plugin, act)
            if found.refused:
                raise CliProblemError(found.refused)
            if not yes:
                _ask()
            await activation.do(rt, tenant, plugin, act, OPERATOR)
            state = {v.slug: v.state for v in activation.views(rt, rt.registry.by_id(tenant.id))}
            console.print(f"{city}: {plugin} is {state[plugin]}")
            if act == "purge":
                await _tell_file(rt, tenant, plugin)

    run(work())


async def _told(rt: Runtime, city: Tenant, plugin: str, act: Act) -> Plan:
    async with rt.work.open(city) as ctx:
        found = await activation.plan(rt, ctx, plugin, act)
    console.print(f"{act} {found.plugin} ({found.title}) in {city.slug}")
    console.print(f"  state: {found.state} → {found.after}")
    if found.revision != ("", ""):
        console.print(f"  tables: {found.revision[0] or 'none'} → {_then(found)}")
    for title, name in _LINES:
        if values := getattr(found, name):
            console.print(f"  {title}: {', '.join(values)}", markup=False)
    for table in found.kept:
        verb = "exports and drops" if act == "purge" else "has"
        console.print(f"  {verb} {table.name}: {table.rows:,} rows")
    if found.waiting:
        console.print(f"  jobs waiting: {found.waiting:,}")
    if found.refused:
        console.print(f"  cannot: {found.refused}", markup=False)
    return found


def _then(found: Plan) -> str:
    here, newest = found.revision
    if found.act == "purge":
        return "none"
    return here if found.act == "disable" else newest


async def _tell_file(rt: Runtime, city: Tenant, plugin: str) -> None:
    async with rt.work.open(city) as ctx:
        last = (await activation.recent(ctx, plugin))[0]
    path = activation.export_folder(rt, city) / (last.detail or "")
    console.print(f"exported to {path}", markup=False, soft_wrap=True)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise CliProblemError("nothing done: add --yes to do it")
    console.print("go on? [y/N] ", end="", markup=False)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise CliProblemError("nothing done")
