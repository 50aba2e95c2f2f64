"""The rows of the desk's first page, and the matrix of plugins by city."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from sinmungo import clock
from sinmungo.component import COMPONENT
from sinmungo.platform_desk import figures
from sinmungo.platform_desk.figures import Figures
from sinmungo_tenants import Session, Tenant, read
from sinmungo_tenants.archive import view as archives
from sinmungo_tenants.archive.view import LastArchive
from sinmungo_tenants.control.fleet import fleet_outcomes, fleet_runs
from sinmungo_tenants.heads import head

if TYPE_CHECKING:
    from sinmungo.app import Runtime

STATES = {"ACTIVE": "운영", "SUSPENDED": "멈춤"}
PROBLEMS = {
    "BehindError": "판이 낮음",
    "BindError": "역할이나 표가 없음",
    "ServerDownError": "서버가 답하지 않음",
    "UnknownServerError": "설정에 없는 서버",
}
PLUGIN_STATES = {
    "ABSENT": "없음",
    "INSTALLED": "설치됨",
    "ACTIVE": "켜짐",
    "DISABLED": "꺼짐",
    "TRIPPED": "차단됨",
}


class Behind(msgspec.Struct):
    """A component of a city that is not at the code's newest revision."""

    component: str
    revision: str
    head: str


class CityRow(msgspec.Struct):
    """A city as the desk shows it; figures and archive may not be there yet.

    `problem` says why the last try to ask it failed; its figures are then of the time before.
    """

    city: Tenant
    behind: list[Behind]
    figures: Figures | None
    bytes: int | None
    archive: LastArchive | None
    fleet_failed: int
    archive_failed: bool = False
    archive_is_old: bool = False
    problem: str = ""

    @property
    def state(self) -> str:
        """The state in Korean."""
        if self.city.upgrading:
            return "판이 낮아 닫힘"
        return STATES.get(self.city.state, self.city.state)

    @property
    def tripped(self) -> list[str]:
        """Plugins that were taken out here because they failed too often."""
        return sorted(p for p, state in self.city.plugin_states.items() if state == "TRIPPED")

    @property
    def cases_this_month(self) -> int:
        """Cases of this month, none if nobody has asked yet."""
        return self.figures.cases_this_month if self.figures else 0

    @property
    def failures(self) -> int:
        """What went wrong: jobs given up, hooks of a day, fleet run, archive, plugins."""
        own = self.figures.outbox_failed + self.figures.hook_failures if self.figures else 0
        return own + self.fleet_failed + self.archive_failed + len(self.tripped)

    @property
    def to_look_at(self) -> bool:
        """Whether a person has to look: it failed, closed by itself, or cannot be asked."""
        return bool(self.failures or self.problem or self.city.upgrading)


class Overview(msgspec.Struct):
    """All cities; `as_of` is the oldest of their figures, those aside that cannot be asked now."""

    rows: list[CityRow]
    as_of: datetime | None
    worker_seen: datetime | None


class Cell(msgspec.Struct):
    """A plugin in a city."""

    state: str
    version: str
    revision: str
    behind: bool

    @property
    def title(self) -> str:
        """The state in Korean."""
        return PLUGIN_STATES.get(self.state, self.state)

    @property
    def to_look_at(self) -> bool:
        """Whether it was taken out because it failed, or its tables are behind."""
        return self.behind or self.state == "TRIPPED"


class _Failed(msgspec.Struct):
    tenant_id: str
    failed: int


_NEWEST_RUN = (
    select(fleet_runs.c.id).order_by(fleet_runs.c.started_at.desc()).limit(1).scalar_subquery()
)
_FLEET_FAILED = read(
    select(fleet_outcomes.c.tenant_id, func.count().label("failed"))
    .where(fleet_outcomes.c.run_id == _NEWEST_RUN, fleet_outcomes.c.state == "FAILED")
    .group_by(fleet_outcomes.c.tenant_id),
    _Failed,
)


async def overview(runtime: "Runtime") -> Overview:
    """Return every city with what is known of it."""
    async with runtime.doors.control_session() as db:
        known, sizes = await figures.stored(db)
        last = {a.tenant_id: a for a in await db.all(archives.LAST)}
        not_made = {a.tenant_id: a.made_at for a in await db.all(archives.LAST_FAILED)}
        failed = {f.tenant_id: f.failed for f in await db.all(_FLEET_FAILED)}
        seen = await figures.worker_seen(db)
    heads = heads_of(runtime)
    rows = [
        CityRow(
            city,
            behind(city, heads),
            told if (told := known.get(city.id)) and told.was_asked else None,
            sizes.get(city.id),
            last.get(city.id),
            failed.get(city.id, 0),
            archive_failed=_failed_since(last.get(city.id), not_made.get(city.id)),
            archive_is_old=_is_old(last.get(city.id), runtime.settings.archive_days),
            problem=problem_of(told.problem) if told else "",
        )
        for city in runtime.registry.all()
    ]
    times = [row.figures.gathered_at for row in rows if row.figures and not row.problem]
    return Overview(rows, min(times, default=None), seen)


def problem_of(kind: str) -> str:
    """Return in Korean why a city cannot be asked; the error's own name where there is no word."""
    return PROBLEMS.get(kind, kind)


def _failed_since(good: LastArchive | None, failed_at: datetime | None) -> bool:
    return failed_at is not None and (good is None or failed_at > good.made_at)


def _is_old(good: LastArchive | None, days: int) -> bool:
    """Whether the last archive is older than the deployment allows; 0 days: nobody minds."""
    return bool(days) and (good is None or good.made_at < clock.now() - timedelta(days=days))


def heads_of(runtime: "Runtime") -> dict[str, str]:
    """Return the newest revision of core and of each loaded plugin with tables."""
    plugins = (p.manifest.component for p in runtime.host.plugins.values())
    return {c.name: head(c) for c in (COMPONENT, *plugins) if c is not None}


def behind(city: Tenant, heads: dict[str, str]) -> list[Behind]:
    """Return what a fleet run would bring forward in a city."""
    return [
        Behind(name, revision, heads[name])
        for name, revision in sorted(city.revisions.items())
        if name in heads and heads[name] != revision
    ]


async def matrix(runtime: "Runtime") -> dict[str, dict[str, Cell]]:
    """Return the state of each loaded plugin in each city: city id → plugin → cell."""
    async with runtime.doors.control_session() as db:
        versions = await _versions(db)
    heads = heads_of(runtime)
    return {
        city.id: {
            slug: _cell(runtime, city, slug, versions, heads) for slug in runtime.host.plugins
        }
        for city in runtime.registry.all()
    }


def totals(cells: dict[str, dict[str, Cell]]) -> dict[str, dict[str, int]]:
    """Return in how many cities each plugin is in each state: plugin → state → cities."""
    found: dict[str, dict[str, int]] = {}
    for here in cells.values():
        for slug, cell in here.items():
            states = found.setdefault(slug, {})
            states[cell.title] = states.get(cell.title, 0) + 1
    return found


async def _versions(db: Session) -> dict[tuple[str, str], str]:
    known, _ = await figures.stored(db)
    return {(i, p.plugin): p.version for i, found in known.items() for p in found.plugins}


def _cell(
    runtime: "Runtime",
    city: Tenant,
    slug: str,
    versions: dict[tuple[str, str], str],
    heads: dict[str, str],
) -> Cell:
    component = runtime.host.plugins[slug].manifest.component
    revision = city.revisions.get(component.name, "") if component else ""
    state = city.plugin_states.get(slug, "INSTALLED" if component and revision else "ABSENT")
    late = bool(component and revision and revision != heads[component.name])
    return Cell(state, versions.get((city.id, slug), ""), revision, late)
