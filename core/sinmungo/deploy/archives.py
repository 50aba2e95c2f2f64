"""Archives of whole cities as an operator handles them: with this deployment's keys and plugins."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.deploy.cities import check_hosts
from sinmungo.deploy.city_key import check_opens, load_key, rewrap, signer
from sinmungo.deploy.folder import city_folders
from sinmungo.sealed import DeploymentKey
from sinmungo_tenants import Component
from sinmungo_tenants.archive.drop import Life
from sinmungo_tenants.archive.manifest import City, Manifest
from sinmungo_tenants.archive.opened import Archive, Progress, check_sum, open_archive
from sinmungo_tenants.archive.pack import UNFINISHED, Contents, pack
from sinmungo_tenants.archive.problems import ArchiveProblemError
from sinmungo_tenants.archive.restore import Restored, Restorer, Wish, check
from sinmungo_tenants.names import check_slug, schema_of
from sinmungo_tenants.provision import TenantSpec
from sinmungo_tenants.servers import MAIN

FOLDER = "archives"
_ABANDONED = timedelta(days=1)
_PLUGIN = """
INSERT INTO control.plugin_state (tenant_id, plugin, state, version, row_version, updated_at)
VALUES (%s, %s, %s, %s, %s, %s)
"""


def _quiet(_what: str, _done: int, _all: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Made:
    """An archive that was made."""

    file: Path
    sha256: str
    manifest: Manifest
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How an archive is to be restored; what is empty is taken from the archive.

    `server` is the database server that the city will lie on.
    """

    slug: str = ""
    hosts: tuple[str, ...] = ()
    server: str = MAIN
    key_file: Path | None = None
    without: frozenset[str] = field(default_factory=frozenset)
    opened: bool = False


class Archives:
    """Makes, checks and restores archives; needs the migrator's login. Blocks: call in a thread."""

    def __init__(self, runtime: Runtime, by: str, progress: Progress = _quiet) -> None:
        self._runtime = runtime
        self._by = by
        self._progress = progress
        self._servers = runtime.settings.migrators
        self._life = Life(runtime.deployment, self._servers, clock.now)

    @property
    def components(self) -> list[Component]:
        """Core's tables and those of every plugin loaded here."""
        return [COMPONENT, *self._runtime.host.components()]

    def make(self, tenant_id: str, folder: Path | None = None) -> Made:
        """Archive a city while it is in use; by default into `<data>/archives`.

        Raises OSError when the file cannot be written; the failure is kept in the registry.
        """
        city, began = self._life.city(tenant_id), clock.now()
        file = place(self._runtime, folder, city, began, "tar")
        start = time.monotonic()
        try:
            manifest, sha256 = pack(self._life.home(tenant_id), file, self._contents(city, began))
        except Exception:
            self._life.note(city, "ARCHIVE", file.name, began, self._by)
            raise
        made = Made(file, sha256, manifest, time.monotonic() - start)
        self._life.note(
            city,
            "ARCHIVE",
            file.name,
            began,
            self._by,
            sha256=sha256,
            content_sha256=manifest.content_sha256,
            bytes=file.stat().st_size,
            row_count=manifest.rows,
            seconds=made.seconds,
        )
        return made

    def _contents(self, city: City, made_at: datetime) -> Contents:
        settings = self._runtime.settings
        return Contents(
            city=city,
            owners=owners(self.components),
            folders=city_folders(settings, city.id),
            sign=signer(self._runtime.deployment_key),
            made_at=made_at,
            product=version("sinmungo"),
            deployment=settings.deployment,
            progress=self._progress,
        )

    def verify(self, file: Path, key_file: Path | None = None) -> Manifest:
        """Read an archive to its last byte; raise at the first thing that does not fit."""
        check_sum(file)
        with open_archive(file) as archive:
            self._judge(archive, self._key(key_file))
            return archive.manifest

    def restore(self, file: Path, plan: Plan) -> Restored:
        """Make a city of an archive; everything is checked before anything is written.

        The city is suspended unless `plan.opened`. Raises `ArchiveProblemError`,
        `KeyProblemError` or `TenantExistsError`, and then nothing is left behind.
        """
        key = self._key(plan.key_file)
        check_sum(file)
        with open_archive(file) as archive:
            self._check_plugins(archive.manifest, plan)
            wish = self._wish(archive.manifest.city, plan, key)
            check(archive.manifest, wish)
            self._judge(archive, key)
            return Restorer(self._runtime.deployment, self._servers).restore(archive, wish)

    def _wish(self, city: City, plan: Plan, key: DeploymentKey) -> Wish:
        slug = check_slug(plan.slug or city.slug)
        hosts = plan.hosts or (() if plan.slug else city.hosts)
        check_hosts(self._runtime.settings, hosts)
        names = (city.name, city.service_name, city.kind)
        installed = [c for c in self.components if c.name not in plan.without]
        return Wish(
            spec=TenantSpec(slug, *names, hosts, plan.server),
            components=installed,
            finish=partial(self._finish, key, plan),
            folders=partial(city_folders, self._runtime.settings),
            by=self._by,
            at=clock.now(),
            without=plan.without,
            state="ACTIVE" if plan.opened else "SUSPENDED",
            progress=self._progress,
        )

    def _finish(
        self,
        key: DeploymentKey,
        plan: Plan,
        control: psycopg.Connection,
        home: psycopg.Connection,
        tenant_id: str,
        former_id: str,
    ) -> None:
        rewrap(home, tenant_id, former_id, key, self._runtime.deployment_key)
        table = sql.Identifier(schema_of(tenant_id), "plugin_states")
        forget = sql.SQL("DELETE FROM {} WHERE plugin = ANY(%s)").format(table)
        home.execute(forget, (list(plan.without),))
        states = sql.SQL("SELECT plugin, state, version, row_version FROM {}").format(table)
        for row in home.execute(states).fetchall():
            control.execute(_PLUGIN, (tenant_id, *row, clock.now()))

    def _check_plugins(self, manifest: Manifest, plan: Plan) -> None:
        states = manifest.city.plugins
        unknown = states.keys() - self._runtime.host.plugins.keys() - plan.without
        if unknown:
            first = min(unknown)
            raise ArchiveProblemError(
                f"the city uses {', '.join(sorted(unknown))}, which is not installed here:"
                f" install it, or leave it out with --without {first}"
            )
        self._check_required(states, plan)

    def _check_required(self, states: Iterable[str], plan: Plan) -> None:
        plugins = self._runtime.host.plugins
        for slug in set(states) - plan.without:
            torn = plan.without.intersection(plugins[slug].manifest.requires)
            if torn:
                raise ArchiveProblemError(f"{slug} needs {min(torn)}: leave both out, or neither")

    def _judge(self, archive: Archive, key: DeploymentKey) -> None:
        check_opens(archive, key)
        archive.check_seal(signer(key))
        archive.verify(self._progress)

    def _key(self, key_file: Path | None) -> DeploymentKey:
        return load_key(key_file) if key_file else self._runtime.deployment_key


def place(runtime: Runtime, folder: Path | None, city: City, at: datetime, ending: str) -> Path:
    """Return `<folder>/<slug>-<time in UTC>.<ending>`, the folder made; `<data>/archives` if none.

    The folder is its owner's alone: what lies there is a whole city.
    """
    chosen = folder or runtime.settings.data_path / FOLDER
    chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(chosen, city.slug, at)
    stem = f"{city.slug}-{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03}Z"
    file = chosen / f"{stem}.{ending}"
    if file.exists():
        raise ArchiveProblemError(f"{file} is there already")
    return file


def _clear(folder: Path, slug: str, at: datetime) -> None:
    """Delete what a killed command left unfinished: it is a city's data, and no use to anybody."""
    for left in folder.glob(f"{slug}-*{UNFINISHED}"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < (at - _ABANDONED).timestamp():
                left.unlink()


def owners(components: Iterable[Component]) -> dict[str, str]:
    """Return whose each table is."""
    return {table: c.name for c in components for table in c.metadata.tables}
