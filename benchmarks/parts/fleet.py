"""What bringing every city to a new revision costs, and what one city that is stuck costs others.

The revisions are made here, on a copy of core's tree: a column more in the cities' busiest table.
This part runs last: the cities are on these revisions afterwards.
"""

import shutil
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import psycopg
from psycopg import sql

from benchmarks.figures import Figure
from benchmarks.world import World
from sinmungo import clock
from sinmungo.component import COMPONENT
from sinmungo_tenants import Component, Deployment
from sinmungo_tenants.chain import chain
from sinmungo_tenants.fleet.ledger import Outcome
from sinmungo_tenants.fleet.run import Fleet, Options, Result

ALL = 243
TARGET_NOTHING = 0.2
TARGET_COLUMN = 1.0
TIMES = 5
LOCK_SECONDS = 2.0
_REVISION = '''"""One column."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    op.add_column("cases", sa.Column("{revision}", sa.Text()))
'''


class _Nothing:
    def begin(self, total: int) -> None:
        pass

    def done(self, outcome: Outcome) -> None:
        pass


def run(world: World) -> list[Figure]:
    """Run with nothing to do, with a column to add, and with one city held by a reader."""
    nothing = [_upgrade(world, COMPONENT)[1] for _ in range(TIMES)]
    columns = [_upgrade(world, _newer(world, f"bench{n}"))[1] for n in range(TIMES)]
    held, resumed = _stuck(world)
    many = len(world.towns)
    full = many >= ALL
    return [
        _figure(f"nothing to do over {many} cities", nothing, TARGET_NOTHING, full=full),
        _figure(f"one column in {many} cities, 2 workers", columns, TARGET_COLUMN, full=full),
        Figure(
            part="fleet",
            what=f"the same, one city held by a reader (lock_timeout {LOCK_SECONDS:g} s)",
            ours=f"{many - 1} done, 1 reported in {held:.2f} s; resumed in {resumed:.2f} s",
            against=f"{statistics.median(columns):.2f} s without the reader",
            details={"seconds": held, "resumed": resumed},
            target="others unhurt",
            met=held <= LOCK_SECONDS + 2 * max(columns),
        ),
    ]


def _figure(what: str, seconds: list[float], target: float, *, full: bool) -> Figure:
    middle = statistics.median(seconds)
    return Figure(
        part="fleet",
        what=what,
        ours=f"{middle:.3f} s (worst of {len(seconds)}: {max(seconds):.3f} s)",
        target=f"{ALL} in ≤ {target:g} s",
        met=middle <= target if full else None,
        details={"seconds": middle, "worst": max(seconds)},
    )


def _newer(world: World, revision: str) -> Component:
    """Return core with one revision more than the last time, in a folder of its own.

    What is known of a component is kept by its folder, so each has another.
    """
    trees = sorted(world.folder.glob("tree*"))
    before = trees[-1] if trees else COMPONENT.scripts
    after = world.folder / f"tree{len(trees)}"
    shutil.copytree(before, after)
    down = chain(replace(COMPONENT, scripts=before))[-1]
    text = _REVISION.format(revision=revision, down=down)
    (after / "versions" / f"{revision}.py").write_text(text, "utf-8")
    return replace(COMPONENT, scripts=after)


def _upgrade(world: World, component: Component) -> tuple[Result, float]:
    deployment = Deployment(world.settings.deployment)
    dsn = world.settings.migrator_dsn
    fleet = Fleet(deployment, dsn, [component], now=clock.now, new_id=clock.uuid7)
    return _timed(lambda: fleet.upgrade(Options("bench", lock_timeout=LOCK_SECONDS), _Nothing()))


def _timed(act: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = act()
    return result, time.perf_counter() - started


def _stuck(world: World) -> tuple[float, float]:
    """Return the seconds of a run with a city held, and of the one that takes it up."""
    component = _newer(world, "stuck")
    with closing(psycopg.connect(world.admin_dsn)) as reader:
        table = sql.Identifier(world.towns[0].schema, "cases")
        reader.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table))
        result, held = _upgrade(world, component)
    failed = [o.pair.tenant_id for o in result.of("FAILED")]
    assert failed == [world.towns[0].tenant_id], failed
    again, resumed = _upgrade(world, component)
    assert (again.state, len(again.outcomes)) == ("DONE", 1)
    return held, resumed
