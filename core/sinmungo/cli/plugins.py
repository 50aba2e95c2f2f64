"""`sinmungo plugin …`: what is installed, and on and off per city."""

from cyclopts import App
from rich.table import Table

from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.host import activation

app = App(name="plugin", help="Plugins: list, enable, disable.")


@app.command(name="list")
def show(city: str | None = None) -> None:
    """List plugins, those in quarantine with the reason, and their state in a city."""

    async def work() -> None:
        async with runtime() as rt:
            table = Table("city", "plugin", "title", "version", "state")
            for tenant in rt.registry.all() if city is None else [rt.registry.by_slug(city)]:
                for view in activation.views(rt, tenant):
                    table.add_row(tenant.slug, view.slug, view.title, view.version, view.state)
            console.print(table)
            for broken in rt.host.quarantined:
                console.print(f"quarantined: {broken.slug}: {broken.reason}")

    run(work())


@app.command
def enable(plugin: str, city: str) -> None:
    """Switch a plugin on in a city; its tables are made if they are missing."""

    async def work() -> None:
        async with runtime() as rt:
            await activation.enable(rt, rt.registry.by_slug(city), plugin)
            console.print(f"{city}: {plugin} is on")

    run(work())


@app.command
def disable(plugin: str, city: str) -> None:
    """Switch a plugin off in a city; its data stays."""

    async def work() -> None:
        async with runtime() as rt:
            await activation.disable(rt, rt.registry.by_slug(city), plugin)
            console.print(f"{city}: {plugin} is off")

    run(work())
