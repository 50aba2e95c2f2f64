"""Counts of every city, gathered by the worker so that the desk answers at once for 243 of them.

Each city is asked through its own door, one after another, in two short statements; a city that
cannot be asked keeps its old figures and shows why. Kinds and counts leave the city, nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import and_, bindparam, case, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.cases.models import cases
from sinmungo.host.models import hook_failures, outbox, plugin_states
from sinmungo.people.models import officers
from sinmungo_tenants import Session, Tenant, read, write
from sinmungo_tenants.control.figures import city_figures, city_sizes, process_beats
from sinmungo_tenants.servers import MAIN
from sinmungo_tenants.sizes import sizes_of

if TYPE_CHECKING:
    from sinmungo.app import Runtime

log = structlog.get_logger(__name__)
BEAT = timedelta(seconds=20)
GATHER = timedelta(seconds=60)
MEASURE = timedelta(minutes=15)
FORGET = timedelta(days=1)
_NEVER = datetime(2001, 1, 1, tzinfo=UTC)  # and whatever is older


class Waiting(msgspec.Struct):
    """Outbox rows of one kind and state that are due, tried before, or given up."""

    kind: str
    state: str
    rows: int
    oldest_at: datetime
    last_error: str | None


class PluginHere(msgspec.Struct):
    """A plugin as a city's own row has it."""

    plugin: str
    state: str
    version: str


class _Counts(msgspec.Struct):
    cases_this_month: int
    open_cases: int
    officers: int
    hook_failures: int


class Figures(msgspec.Struct):
    """What is known of a city, and since when; `problem` names the error of the last try."""

    tenant_id: str
    cases_this_month: int
    open_cases: int
    officers: int
    outbox_pending: int
    outbox_failed: int
    hook_failures: int
    outbox: list[Waiting]
    plugins: list[PluginHere]
    problem: str
    gathered_at: datetime

    @property
    def was_asked(self) -> bool:
        """Whether the city has ever answered: until then its figures are no figures."""
        return self.gathered_at > _NEVER


class _Stored(msgspec.Struct):
    tenant_id: str
    cases_this_month: int
    open_cases: int
    officers: int
    outbox_pending: int
    outbox_failed: int
    hook_failures: int
    outbox: list[Any]
    plugins: list[Any]
    problem: str
    gathered_at: datetime


class _Size(msgspec.Struct):
    tenant_id: str
    bytes: int


def _count(column: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(column.table).where(*conditions).scalar_subquery()


_COUNTS = read(
    select(
        _count(cases.c.id, cases.c.registered_at >= bindparam("month")).label("cases_this_month"),
        _count(cases.c.id, cases.c.status != "CLOSED").label("open_cases"),
        _count(officers.c.id, officers.c.state == "ACTIVE").label("officers"),
        _count(hook_failures.c.id, hook_failures.c.happened_at >= bindparam("day")).label(
            "hook_failures"
        ),
    ),
    _Counts,
)
WAITING = read(
    select(
        outbox.c.kind,
        outbox.c.state,
        func.count().label("rows"),
        # What was asked for a later day waits since that day; what was tried, since it was asked.
        func.min(case((outbox.c.attempts == 0, outbox.c.due_at), else_=outbox.c.created_at)).label(
            "oldest_at"
        ),
        func.max(outbox.c.last_error).label("last_error"),
    )
    .where(
        or_(
            outbox.c.state == "FAILED",
            and_(
                outbox.c.state == "PENDING",
                or_(outbox.c.due_at <= bindparam("now"), outbox.c.attempts > 0),
            ),
        )
    )
    .group_by(outbox.c.kind, outbox.c.state)
    .order_by(outbox.c.state, outbox.c.kind),
    Waiting,
)
_PLUGINS = read(
    select(plugin_states.c.plugin, plugin_states.c.state, plugin_states.c.version).order_by(
        plugin_states.c.plugin
    ),
    PluginHere,
)
_PUT = insert(city_figures).values(
    {c.name: bindparam(c.name, type_=c.type) for c in city_figures.c}
)
_KEEP = write(
    _PUT.on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={c.name: _PUT.excluded[c.name] for c in city_figures.c if c.name != "tenant_id"},
    )
)
_TELL = write(
    _PUT.on_conflict_do_update(
        index_elements=["tenant_id"], set_={"problem": _PUT.excluded.problem}
    )
)
_SIZE = insert(city_sizes).values(
    tenant_id=bindparam("tenant_id"), bytes=bindparam("bytes"), measured_at=bindparam("measured_at")
)
_KEEP_SIZE = write(
    _SIZE.on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={"bytes": _SIZE.excluded.bytes, "measured_at": _SIZE.excluded.measured_at},
    )
)
_NEWEST = read(select(func.max(city_figures.c.gathered_at).label("at")), datetime)
_MEASURED = read(select(func.max(city_sizes.c.measured_at).label("at")), datetime)
_FIGURES = read(select(*city_figures.c), _Stored)
_SIZES = read(select(city_sizes.c.tenant_id, city_sizes.c.bytes), _Size)
_BEAT = insert(process_beats).values(
    id=bindparam("id"),
    kind="WORKER",
    started_at=bindparam("started_at"),
    seen_at=bindparam("seen_at"),
)
_KEEP_BEAT = write(
    _BEAT.on_conflict_do_update(index_elements=["id"], set_={"seen_at": _BEAT.excluded.seen_at})
)
_DROP_BEATS = write(delete(process_beats).where(process_beats.c.seen_at < bindparam("before")))
_SEEN = read(select(func.max(process_beats.c.seen_at).label("at")), datetime)


async def keep(runtime: "Runtime", after: Callable[[], Awaitable[None]] | None = None) -> None:
    """Beat and gather for ever, as a task of the worker; a failed round is logged and repeated.

    `after` is called at the end of each round.
    """
    me, started = clock.uuid7(), clock.now()
    while True:
        try:
            await beat(runtime, me, started)
            if await _is_due(runtime, _NEWEST, GATHER):
                await gather_all(runtime)
            if await _is_due(runtime, _MEASURED, MEASURE):
                await measure(runtime)
            if after is not None:
                await after()
        except Exception:
            log.warning("figures.failed", exc_info=True)
        await asyncio.sleep(BEAT.total_seconds())


async def beat(runtime: "Runtime", me: UUID, started: datetime) -> None:
    """Say that this worker is alive, and forget those gone since yesterday."""
    now = clock.now()
    async with runtime.doors.control_session() as db:
        await db.run(_KEEP_BEAT, id=me, started_at=started, seen_at=now)
        await db.run(_DROP_BEATS, before=now - FORGET)


async def _is_due(runtime: "Runtime", newest: Any, every: timedelta) -> bool:
    """Whether it is time; several workers share the work by looking at what is stored."""
    async with runtime.doors.control_session() as db:
        last: datetime | None = await db.first(newest)
    return last is None or not timedelta(0) <= clock.now() - last < every


async def gather_all(runtime: "Runtime") -> int:
    """Ask every city; returns how many answered."""
    await runtime.registry.refresh()
    return sum([await gather(runtime, city) for city in runtime.registry.all()])


async def gather(runtime: "Runtime", city: Tenant) -> bool:
    """Ask one city and keep its figures; False, and the reason kept, when it cannot answer."""
    try:
        async with runtime.doors.tenant_session(city) as db:
            row = await _ask(db, city)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cities want asking
        log.warning("figures.city_failed", tenant=city.slug, kind=type(error).__name__)
        row, statement = _unknown(city, error), _TELL
    else:
        statement = _KEEP
    async with runtime.doors.control_session() as db:
        await db.run(statement, **msgspec.to_builtins(row, builtin_types=(datetime,)))
    return statement is _KEEP


async def _ask(db: Session, city: Tenant) -> Figures:
    now = clock.now()
    month = clock.at(clock.today().replace(day=1), "00:00")
    counts = await db.one(_COUNTS, month=month, day=now - timedelta(days=1))
    waiting = await db.all(WAITING, now=now)
    return Figures(
        tenant_id=city.id,
        **msgspec.structs.asdict(counts),
        outbox_pending=sum(w.rows for w in waiting if w.state == "PENDING"),
        outbox_failed=sum(w.rows for w in waiting if w.state == "FAILED"),
        outbox=waiting,
        plugins=await db.all(_PLUGINS),
        problem="",
        gathered_at=now,
    )


def _unknown(city: Tenant, error: Exception) -> Figures:
    """Return a row for a city that does not answer; of one that never has, no figure counts."""
    zeros = dict.fromkeys(
        (*_Counts.__struct_fields__, "outbox_pending", "outbox_failed"),
        0,
    )
    return Figures(
        tenant_id=city.id,
        **zeros,
        outbox=[],
        plugins=[],
        problem=type(error).__name__,
        gathered_at=_NEVER,
    )


async def measure(runtime: "Runtime") -> None:
    """Keep the size of every city's schema."""
    cities, now = runtime.registry.all(), clock.now()
    elsewhere = await _sizes_elsewhere(runtime, cities)
    async with runtime.doors.control_session() as db:
        rows = (await sizes_of(db, [c.id for c in cities if c.server == MAIN]) | elsewhere).items()
        await db.run_many(
            _KEEP_SIZE, [{"tenant_id": i, "bytes": size, "measured_at": now} for i, size in rows]
        )


async def _sizes_elsewhere(runtime: "Runtime", cities: list[Tenant]) -> dict[str, int]:
    """Ask each other server through the door of one of its cities: its catalogue knows them all."""
    sizes: dict[str, int] = {}
    for server in {c.server for c in cities} - {MAIN}:
        here = [c for c in cities if c.server == server]
        try:
            async with runtime.doors.tenant_session(min(here, key=lambda c: c.upgrading)) as db:
                sizes |= await sizes_of(db, [c.id for c in here])
        except Exception as error:  # noqa: BLE001 - its cities keep their old sizes
            log.warning("figures.server_failed", server=server, kind=type(error).__name__)
    return sizes


async def stored(db: Session) -> tuple[dict[str, Figures], dict[str, int]]:
    """Return what was gathered: figures and bytes by city id."""
    rows = [_typed(row) for row in await db.all(_FIGURES)]
    sizes = await db.all(_SIZES)
    return {r.tenant_id: r for r in rows}, {s.tenant_id: s.bytes for s in sizes}


def _typed(row: _Stored) -> Figures:
    return msgspec.convert(msgspec.structs.asdict(row), Figures)


async def worker_seen(db: Session) -> datetime | None:
    """Return when a worker last said that it is alive."""
    return await db.first(_SEEN)
