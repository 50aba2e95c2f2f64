"""What the job worker tells Prometheus: the figures it gathered anyway, as gauges."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sinmungo import clock
from sinmungo.metrics import Family
from sinmungo.platform_desk import cities, jobs
from sinmungo.platform_desk.cities import CityRow

if TYPE_CHECKING:
    from sinmungo.app import Runtime


class Exported:
    """The last families, refreshed by the worker's loop and read by the metrics' thread."""

    def __init__(self) -> None:
        self.families: Sequence[Family] = ()

    async def refresh(self, runtime: "Runtime") -> None:
        """Read the figures again."""
        overview = await cities.overview(runtime)
        desk = await jobs.desk(runtime)
        load, now = runtime.doors.load(), clock.now()
        known = [row for row in overview.rows if row.figures]
        times: dict[tuple[str, ...], float] = {
            (r.city.slug,): (now - r.figures.gathered_at).total_seconds()
            for r in known
            if r.figures
        }
        self.families = (
            *_by_city(overview.rows),
            Family("sinmungo_figures_age_seconds", "Age of a city's figures.", ("city",), times),
            Family(
                "sinmungo_jobs",
                "Jobs of the queue.",
                ("status",),
                {(c.status,): c.jobs for c in desk.counts},
            ),
            Family(
                "sinmungo_worker_pool_connections",
                "Database connections of the worker.",
                ("state",),
                {("used",): load.used, ("idle",): load.idle, ("waiting",): load.waiting},
            ),
            Family(
                "sinmungo_plugins_quarantined",
                "Plugins that were not loaded.",
                (),
                {(): len(runtime.host.quarantined)},
            ),
        )


def _by_city(rows: Sequence[CityRow]) -> list[Family]:
    known = [(row.city.slug, row, row.figures) for row in rows if row.figures]
    city = ("city",)
    rows_left: dict[tuple[str, ...], float] = {
        (slug, state): float(number)
        for slug, _, g in known
        for state, number in (("pending", g.outbox_pending), ("failed", g.outbox_failed))
    }
    return [
        Family(
            "sinmungo_outbox_rows", "Outbox rows due or given up.", ("city", "state"), rows_left
        ),
        Family(
            "sinmungo_hook_failures_day",
            "Failures of plugins' hooks in 24 hours.",
            city,
            {(s,): g.hook_failures for s, _, g in known},
        ),
        Family(
            "sinmungo_city_bytes",
            "Size of a city's schema.",
            city,
            {(r.city.slug,): r.bytes for r in rows if r.bytes is not None},
        ),
        Family(
            "sinmungo_city_behind",
            "Components that a fleet run would bring forward.",
            city,
            {(r.city.slug,): len(r.behind) for r in rows},
        ),
        Family(
            "sinmungo_city_open",
            "1 while the city is served.",
            city,
            {(r.city.slug,): float(r.city.open) for r in rows},
        ),
    ]
