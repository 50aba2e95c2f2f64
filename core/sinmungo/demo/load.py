"""Loads a city's demo data once, in one transaction, so that a half-loaded city does not exist."""

from collections.abc import Callable

from sinmungo.app import Runtime
from sinmungo.demo.accounts import Account, read_accounts, write_accounts
from sinmungo.demo.officers import make_officers
from sinmungo.deploy.cities import CityFile
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.host.context import Ctx

LOADED = "demo.loaded"


async def load(runtime: Runtime, files: list[CityFile], say: Callable[[str], None]) -> None:
    """Load demo data into every city of the files that has none yet."""
    for file in files:
        if "demo" not in file.tables:
            continue
        city = runtime.registry.by_slug(file.slug)
        async with runtime.work.open(city) as ctx:
            if (await get_settings(ctx, {LOADED: False}))[LOADED]:
                continue
            say(f"{city.name}: 시연 자료를 만듭니다")
            accounts = await _fill(ctx, file)
            await set_setting(ctx, LOADED, value=True)
        known = [a for a in read_accounts(runtime.settings.data_path) if a.slug != file.slug]
        write_accounts(runtime.settings.data_path, known + accounts)


async def _fill(ctx: Ctx, file: CityFile) -> list[Account]:
    table = file.tables["demo"]
    accounts = await make_officers(ctx, table.get("people", {}))
    for loaded in ctx.host.active_slices(ctx.city):
        if loaded.slice.demo is not None:
            await loaded.slice.demo(ctx, table.get(loaded.plugin or loaded.slice.slug, {}))
    return accounts
