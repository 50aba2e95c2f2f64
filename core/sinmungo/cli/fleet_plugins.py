"""After the tables: a plugin's newer package may bring first data, written through the city's door.

Whoever is left here is found again by the next run: the version that the registry has of a plugin
in a city says whether its first data is written.
"""

import asyncio
from typing import TYPE_CHECKING

from rich.markup import escape

from sinmungo.cli.problems import console
from sinmungo_tenants.fleet.plan import Older, older_plugins, opened

if TYPE_CHECKING:
    from sinmungo.app import Runtime
    from sinmungo.config import Settings
    from sinmungo.host.host import Host


def complete(settings: "Settings", host: "Host") -> bool:
    """Bring every active plugin to its package's version; say whether all went well."""
    versions = {slug: plugin.manifest.version for slug, plugin in host.plugins.items()}
    with opened(settings.migrator_dsn) as connection:
        older = older_plugins(connection, versions)
    return asyncio.run(_complete(settings, host, older)) if older else True


async def _complete(settings: "Settings", host: "Host", older: list[Older]) -> bool:
    from sinmungo.app import Runtime

    runtime = Runtime(settings, host)
    async with runtime.running():
        return all([await _one(runtime, each) for each in older])


async def _one(runtime: "Runtime", each: Older) -> bool:
    from sinmungo.errors import SinmungoError
    from sinmungo.host import activation
    from sinmungo_tenants import TenantsError

    city, name = runtime.registry.by_id(each.tenant_id), f"{each.slug}: {each.plugin}"
    if city.upgrading or each.plugin in city.behind:
        return True  # its tables come first, and have been told of
    try:
        await activation.upgrade(runtime, city, each.plugin)
    except (SinmungoError, TenantsError) as error:
        console.print(escape(f"FAILED: {name}: {error}"))
        return False
    console.print(f"{name}: first data of {runtime.host.plugins[each.plugin].manifest.version}")
    return True
