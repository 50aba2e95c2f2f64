"""tenants/*.toml: one file per city; `apply` makes what is missing and shows what differs."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.config import Settings
from sinmungo.deploy.first_admin import FirstAdmin, first_link
from sinmungo.deploy.likeness import read_likeness, write_likeness
from sinmungo.deploy.problems import CityFileProblemError
from sinmungo.host import plugin_records
from sinmungo.host.activation import enable
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.host.context import Ctx
from sinmungo.host.opening import keep_closed
from sinmungo_tenants import Component, Tenant, UnknownTenantError
from sinmungo_tenants.adding import Adder
from sinmungo_tenants.provision import Provisioner, TenantSpec
from sinmungo_tenants.servers import MAIN

type Say = Callable[[str], None]


class CityFile(msgspec.Struct, kw_only=True):
    """A city as its file names it. `tables` holds the sections that belong to slices."""

    slug: str
    name: str
    service_name: str
    kind: Literal["CITY", "PROVINCE", "AGENCY"] = "CITY"
    hosts: tuple[str, ...] = ()
    server: str = MAIN
    plugins: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    tables: dict[str, Any] = {}

    def spec(self) -> TenantSpec:
        """Return what the registry keeps."""
        names = (self.slug, self.name, self.service_name)
        return TenantSpec(*names, self.kind, self.hosts, self.server)


@dataclass(frozen=True, slots=True)
class Drift:
    """A value of the file that the city has changed since."""

    slug: str
    key: str
    in_file: Any
    in_city: Any


@dataclass(frozen=True, slots=True)
class Added:
    """A city that was made, and the link by which its first administrator comes in ("": none)."""

    city: Tenant
    link: str = ""


def read_files(folder: Path) -> list[CityFile]:
    """Return the cities of a folder, by slug; raise `CityFileProblemError` naming the file."""
    return [_read(file) for file in sorted(folder.glob("*.toml"))]


def _read(file: Path) -> CityFile:
    try:
        return shaped(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise CityFileProblemError(f"{file.name}: {error}") from error


def shaped(raw: Mapping[str, Any]) -> CityFile:
    """Return a city's file as it was parsed; raise `msgspec.ValidationError` naming what is wrong.

    Sections other than `[settings]` belong to slices.
    """
    tables = {key: value for key, value in raw.items() if _is_table(key, value)}
    plain = {key: value for key, value in raw.items() if key not in tables}
    return msgspec.convert({**plain, "tables": tables}, CityFile)


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, dict) and key != "settings"


class Cities:
    """Makes and compares cities; needs the migrator's login."""

    def __init__(self, runtime: Runtime, say: Say = lambda _: None) -> None:
        self.runtime = runtime
        self.provisioner = Provisioner(runtime.deployment, runtime.settings.migrators)
        self.adder = Adder(runtime.deployment, runtime.settings.migrators)
        self._say = say

    async def apply(
        self, files: Iterable[CityFile], force: frozenset[str] = frozenset()
    ) -> list[Drift]:
        """Make missing cities, upgrade those behind, and return what differs from the files.

        A setting that an admin changed stays, unless its key is in `force`.
        """
        drift: list[Drift] = []
        for file in files:
            city = self.find(file.slug)
            for plugin in self.absent(file):
                self._say(f"{file.slug}: {plugin} is not installed here")
            if city is None:
                city = (await self.add(file)).city
                self._say(f"{file.slug}: made")
            else:
                await self._upgrade(city)
                city = self.runtime.registry.by_id(city.id)
            drift += await self._compare(city, file, force)
        return drift

    def find(self, slug: str) -> Tenant | None:
        """Return the city of this slug, if there is one."""
        try:
            return self.runtime.registry.by_slug(slug)
        except UnknownTenantError:
            return None

    def absent(self, file: CityFile) -> list[str]:
        """Return the plugins of a file that are not installed here, or are in quarantine."""
        return [plugin for plugin in file.plugins if plugin not in self.runtime.host.plugins]

    def components(self, plugins: Iterable[str]) -> list[Component]:
        """Return core's tables and those of the plugins and of all they require."""
        host = self.runtime.host
        found = [host.component(p) for p in host.with_required(plugins)]
        return [COMPONENT, *(c for c in found if c is not None)]

    async def add(
        self,
        file: CityFile,
        *,
        like: Tenant | None = None,
        admin: FirstAdmin | None = None,
        opened: bool = True,
    ) -> Added:
        """Make a city with all it begins with, in one transaction: all of it or nothing.

        `like` is a city whose reference rows and settings are taken over, `admin` the first
        administrator. A city that is not `opened` shows companies nothing until its admin opens it.
        Raises `TenantExistsError` when slug or host is taken.
        """
        made = await self.make(file, like=like, admin=admin, opened=opened)
        await self.runtime.registry.refresh(force=True)
        return Added(self.runtime.registry.by_id(made.city.id), made.link)

    async def make(
        self,
        file: CityFile,
        *,
        like: Tenant | None = None,
        admin: FirstAdmin | None = None,
        opened: bool = True,
    ) -> Added:
        """Do as `add` does, but let the caller read the registry again."""
        host = self.runtime.host
        check_hosts(self.runtime.settings, file.hosts)
        plugins = {p: host.plugins[p].manifest.version for p in host.with_required(file.plugins)}
        likeness = await read_likeness(self.runtime.work, like, plugins) if like else None
        making = self.adder.adding(file.spec(), self.components(plugins), plugins)
        async with making as (city, session):
            ctx = await self.runtime.work.on(session, city)
            if likeness:
                await write_likeness(ctx, likeness)
            await self._begin(ctx, file, plugins)
            if not opened:
                await keep_closed(ctx)
            link = await first_link(ctx, admin) if admin else ""
        return Added(city, link)

    async def _begin(self, ctx: Ctx, file: CityFile, plugins: Mapping[str, str]) -> None:
        """Write what the file says, what every slice begins with, and which plugins live."""
        for key, value in file.settings.items():
            await set_setting(ctx, key, value)
        for loaded in self.runtime.host.slices:
            if loaded.slice.seed and (loaded.plugin is None or loaded.plugin in plugins):
                section = loaded.plugin or loaded.slice.slug
                try:
                    await loaded.slice.seed(ctx, file.tables.get(section, {}))
                except (KeyError, TypeError, ValueError) as error:
                    what = f"{file.slug}: [{section}]: {type(error).__name__}: {error}"
                    raise CityFileProblemError(what) from error
        for plugin, version in plugins.items():
            await plugin_records.set_state(ctx, plugin, plugin_records.ACTIVE, version)
            await plugin_records.add_log(ctx.db, plugin, "ENABLE", ctx.me)

    async def _upgrade(self, city: Tenant) -> None:
        installed = [p for p in city.revisions if p != COMPONENT.name]
        wanted = self.components(installed)
        behind = {c for t, c in self.provisioner.behind(wanted) if t == city.id}
        pending = [c for c in wanted if c.name in behind]
        if pending:
            self.provisioner.upgrade(city.id, pending)
            await self.runtime.registry.refresh(force=True)
            self._say(f"{city.slug}: upgraded {', '.join(c.name for c in pending)}")
        # A plugin's new version may require, and begin with, what its former one did not.
        new = {c.name for c in pending}
        for slug in self.runtime.host.with_required(city.plugins):
            stopped = city.plugin_states.get(slug) == plugin_records.TRIPPED  # a person starts it
            if not stopped and (slug not in city.plugins or slug in new):
                await enable(self.runtime, city, slug)

    async def _compare(self, city: Tenant, file: CityFile, force: frozenset[str]) -> list[Drift]:
        drift = _names(city, file)
        if drift and force & {d.key for d in drift}:
            check_hosts(self.runtime.settings, file.hosts)
            self.provisioner.rename(city.id, file.spec())
            await self.runtime.registry.refresh(force=True)
            drift = []
        async with self.runtime.work.open(city) as ctx:
            return drift + await _settings_drift(ctx, file, force)


def check_hosts(settings: Settings, hosts: Iterable[str]) -> None:
    """Refuse the operator's own addresses: a city there would shut the desk."""
    for host in hosts:
        if host.lower() in settings.platform_hosts:
            raise CityFileProblemError(f"{host} is the operator's own address (platform_hosts)")


def _names(city: Tenant, file: CityFile) -> list[Drift]:
    pairs = (
        ("name", file.name, city.name),
        ("service_name", file.service_name, city.service_name),
        ("hosts", tuple(host.lower() for host in file.hosts), city.hosts),
    )
    return [Drift(file.slug, key, a, b) for key, a, b in pairs if a != b]


async def _settings_drift(ctx: Ctx, file: CityFile, force: frozenset[str]) -> list[Drift]:
    missing = object()
    found = await get_settings(ctx, dict.fromkeys(file.settings, missing))
    drift = []
    for key, wanted in file.settings.items():
        if found[key] is missing or (found[key] != wanted and key in force):
            await set_setting(ctx, key, wanted)
        elif found[key] != wanted:
            drift.append(Drift(file.slug, key, wanted, found[key]))
    return drift
