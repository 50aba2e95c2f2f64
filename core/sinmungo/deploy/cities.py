"""tenants/*.toml: one file per city; `apply` makes what is missing and shows what differs."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.deploy.problems import CityFileProblemError
from sinmungo.host.activation import enable
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.host.context import Ctx
from sinmungo_tenants import Component, Tenant, UnknownTenantError
from sinmungo_tenants.provision import Provisioner, TenantSpec

SEEDED = "city.seeded"
type Say = Callable[[str], None]


class CityFile(msgspec.Struct, kw_only=True):
    """A city as its file names it. `tables` holds the sections that belong to slices."""

    slug: str
    name: str
    service_name: str
    kind: str = "CITY"
    hosts: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    tables: dict[str, Any] = {}

    def spec(self) -> TenantSpec:
        """Return what the registry keeps."""
        return TenantSpec(self.slug, self.name, self.service_name, self.kind, self.hosts)


@dataclass(frozen=True, slots=True)
class Drift:
    """A value of the file that the city has changed since."""

    slug: str
    key: str
    in_file: Any
    in_city: Any


def read_files(folder: Path) -> list[CityFile]:
    """Return the cities of a folder, by slug; raise `CityFileProblemError` naming the file."""
    return [_read(file) for file in sorted(folder.glob("*.toml"))]


def _read(file: Path) -> CityFile:
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
        tables = {k: raw.pop(k) for k in list(raw) if _is_table(k, raw[k])}
        return msgspec.convert({**raw, "tables": tables}, CityFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise CityFileProblemError(f"{file.name}: {error}") from error


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, dict) and key != "settings"


class Cities:
    """Makes and compares cities; needs the migrator's login."""

    def __init__(self, runtime: Runtime, say: Say = lambda _: None) -> None:
        self.runtime = runtime
        self.provisioner = Provisioner(runtime.deployment, runtime.settings.migrator_dsn)
        self._say = say

    async def apply(
        self, files: Iterable[CityFile], force: frozenset[str] = frozenset()
    ) -> list[Drift]:
        """Make missing cities, upgrade those behind, and return what differs from the files.

        A setting that an admin changed stays, unless its key is in `force`.
        """
        drift: list[Drift] = []
        for file in files:
            city = self._find(file.slug)
            if city is None:
                city = await self._create(file)
            else:
                await self._upgrade(city)
            city = await self._seed(self.runtime.registry.by_id(city.id), file)
            drift += await self._compare(city, file, force)
        return drift

    def _find(self, slug: str) -> Tenant | None:
        try:
            return self.runtime.registry.by_slug(slug)
        except UnknownTenantError:
            return None

    def components(self, plugins: Iterable[str]) -> list[Component]:
        """Return core's tables and those of the plugins and of all they require."""
        host = self.runtime.host
        found = [host.component(p) for p in host.with_required(plugins)]
        return [COMPONENT, *(c for c in found if c is not None)]

    async def _create(self, file: CityFile) -> Tenant:
        tenant_id = self.provisioner.add(file.spec(), self.components(file.plugins))
        await self.runtime.registry.refresh(force=True)
        self._say(f"{file.slug}: made")
        return self.runtime.registry.by_id(tenant_id)

    async def _seed(self, city: Tenant, file: CityFile) -> Tenant:
        """Write what a new city begins with; a city whose seeding broke off is completed."""
        async with self.runtime.work.open(city) as ctx:
            if (await get_settings(ctx, {SEEDED: False}))[SEEDED]:
                return city
            for key, value in file.settings.items():
                await set_setting(ctx, key, value)
            plugins = self.runtime.host.with_required(file.plugins)
            for loaded in self.runtime.host.slices:
                if loaded.slice.seed and (loaded.plugin is None or loaded.plugin in plugins):
                    table = file.tables.get(loaded.plugin or loaded.slice.slug, {})
                    await loaded.slice.seed(ctx, table)
        for plugin in file.plugins:
            if plugin in self.runtime.host.plugins:
                await enable(self.runtime, city, plugin)
        async with self.runtime.work.open(city) as ctx:
            await set_setting(ctx, SEEDED, value=True)
        return self.runtime.registry.by_id(city.id)

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
            if slug not in city.plugins or slug in new:
                await enable(self.runtime, city, slug)

    async def _compare(self, city: Tenant, file: CityFile, force: frozenset[str]) -> list[Drift]:
        drift = _names(city, file)
        if drift and force & {d.key for d in drift}:
            self.provisioner.rename(city.id, file.spec())
            await self.runtime.registry.refresh(force=True)
            drift = []
        async with self.runtime.work.open(city) as ctx:
            return drift + await _settings_drift(ctx, file, force)


def _names(city: Tenant, file: CityFile) -> list[Drift]:
    pairs = (
        ("name", file.name, city.name),
        ("service_name", file.service_name, city.service_name),
        ("hosts", file.hosts, city.hosts),
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
