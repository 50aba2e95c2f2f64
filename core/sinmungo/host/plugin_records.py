"""What a city remembers of its plugins, and the copy of it that every process obeys.

The city's own row is the truth. The copy in `control` carries the row's version, so that of two
changes at once the later one stays, whichever is copied last.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.host.models import plugin_log, plugin_states
from sinmungo.host.types import Identity
from sinmungo_tenants import Doors, Session, Tenant, insert_into, read, write
from sinmungo_tenants.control.tables import plugin_state, registry_version

if TYPE_CHECKING:
    from sinmungo.host.context import Ctx

ABSENT, INSTALLED, ACTIVE = "ABSENT", "INSTALLED", "ACTIVE"
DISABLED, TRIPPED = "DISABLED", "TRIPPED"
OK, FAILED = "OK", "FAILED"
NOBODY = "시스템"


class StateRow(msgspec.Struct, frozen=True):
    """A plugin's state in one city; `row_version` counts its changes."""

    plugin: str
    state: str
    version: str
    changed_at: datetime
    row_version: int


class PluginLogRow(msgspec.Struct):
    """Who did what with a plugin, when, with which result.

    `reason` is a code, if there is something to say (LABELS of the admin's page); `detail` the kind
    of error, for the operator, or the file that a purge wrote.
    """

    plugin: str
    act: str
    result: str
    done_at: datetime
    done_by: UUID | None
    done_by_label: str
    reason: str | None
    detail: str | None


class _Copy(msgspec.Struct, frozen=True):
    plugin: str
    state: str
    row_version: int


_COLUMNS = [plugin_states.c[name] for name in StateRow.__struct_fields__]
STATES = read(select(*_COLUMNS).order_by(plugin_states.c.plugin), StateRow)
_OF_ONE = select(*_COLUMNS).where(plugin_states.c.plugin == bindparam("plugin"))
STATE = read(_OF_ONE, StateRow)
HELD = read(_OF_ONE.with_for_update(), StateRow)
"""A state that nobody else changes until this transaction ends."""
_NEW = insert(plugin_states).values(
    plugin=bindparam("plugin"),
    state=bindparam("state"),
    version=bindparam("version"),
    changed_at=bindparam("changed_at"),
    changed_by=bindparam("changed_by", type_=plugin_states.c.changed_by.type),
    row_version=1,
)
SET_STATE = write(
    _NEW.on_conflict_do_update(
        index_elements=["plugin"],
        set_={
            "state": _NEW.excluded.state,
            "version": _NEW.excluded.version,
            "changed_at": _NEW.excluded.changed_at,
            "changed_by": _NEW.excluded.changed_by,
            "row_version": plugin_states.c.row_version + 1,
        },
    )
)
TRIP = write(
    update(plugin_states)
    .where(plugin_states.c.plugin == bindparam("b_plugin"), plugin_states.c.state == ACTIVE)
    .values(
        state=TRIPPED,
        changed_at=bindparam("changed_at"),
        changed_by=None,
        row_version=plugin_states.c.row_version + 1,
    )
)
_LOG = insert_into(plugin_log)
_LOGGED = select(*(plugin_log.c[name] for name in PluginLogRow.__struct_fields__))
_LATEST = (plugin_log.c.done_at.desc(), plugin_log.c.id.desc())
_ONE = plugin_log.c.plugin == bindparam("plugin")
RECENT = read(_LOGGED.order_by(*_LATEST).limit(50), PluginLogRow)
RECENT_OF = read(_LOGGED.where(_ONE).order_by(*_LATEST).limit(50), PluginLogRow)

_COPY = insert(plugin_state).values(
    tenant_id=bindparam("tenant_id"),
    plugin=bindparam("plugin"),
    state=bindparam("state"),
    updated_at=bindparam("updated_at"),
    version=bindparam("version"),
    row_version=bindparam("row_version"),
)
_SET_COPY = write(
    _COPY.on_conflict_do_update(
        index_elements=["tenant_id", "plugin"],
        set_={
            "state": _COPY.excluded.state,
            "updated_at": _COPY.excluded.updated_at,
            "version": _COPY.excluded.version,
            "row_version": _COPY.excluded.row_version,
        },
        where=plugin_state.c.row_version < _COPY.excluded.row_version,
    )
)
_COPIES = read(
    select(plugin_state.c.plugin, plugin_state.c.state, plugin_state.c.row_version).where(
        plugin_state.c.tenant_id == bindparam("tenant_id")
    ),
    _Copy,
)
_FORGET = write(
    delete(plugin_state).where(
        plugin_state.c.tenant_id == bindparam("b_tenant_id"),
        plugin_state.c.plugin == bindparam("b_plugin"),
    )
)
_TOUCH = write(update(registry_version).values(version=registry_version.c.version + 1))


async def set_state(ctx: "Ctx", plugin: str, state: str, version: str) -> StateRow:
    """Write the city's row and return it."""
    await ctx.db.run(
        SET_STATE,
        plugin=plugin,
        state=state,
        version=version,
        changed_at=clock.now(),
        changed_by=ctx.me.officer_id,
    )
    return await ctx.db.one(STATE, plugin=plugin)


def entry(
    plugin: str, act: str, me: Identity, result: str = OK, reason: str = "", detail: str = ""
) -> dict[str, Any]:
    """Return a line of the log."""
    return {
        "id": clock.uuid7(),
        "plugin": plugin,
        "act": act,
        "result": result,
        "done_at": clock.now(),
        "done_by": me.officer_id,
        "done_by_label": me.post or me.name or NOBODY,
        "reason": reason or None,
        "detail": detail or None,
    }


async def add_log(
    db: Session,
    plugin: str,
    act: str,
    me: Identity,
    *,
    result: str = OK,
    reason: str = "",
    detail: str = "",
) -> None:
    """Write a line of the log; no line is ever changed or taken out."""
    await db.run(_LOG, **entry(plugin, act, me, result, reason, detail))


async def publish(doors: Doors, tenant_id: str, rows: list[StateRow]) -> None:
    """Copy rows of a city where every process looks; an older row never overwrites a newer one."""
    async with doors.control_session() as control:
        for row in rows:
            await _copy(control, tenant_id, row)
        await control.run(_TOUCH)


async def mend(doors: Doors, city: Tenant) -> list[str]:
    """Make the copy equal to the city's rows; return the plugins for which it was not.

    For a process that was killed between the two: the city's row counts. The copy is read first,
    so a row that is older than its copy is one that began anew.
    """
    async with doors.control_session() as control:
        copies = {c.plugin: c for c in await control.all(_COPIES, tenant_id=city.id)}
    async with doors.tenant_session(city) as db:
        truth = {row.plugin: row for row in await db.all(STATES)}
    wrong = [row for p, row in truth.items() if _differs(row, copies.get(p))]
    stale = [p for p, c in copies.items() if p not in truth or _began_anew(truth[p], c)]
    if not wrong and not stale:
        return []
    async with doors.control_session() as control:
        for plugin in stale:
            await control.run(_FORGET, b_tenant_id=city.id, b_plugin=plugin)
    await publish(doors, city.id, wrong)
    return sorted({*stale, *(row.plugin for row in wrong)})


def _differs(row: StateRow, copied: _Copy | None) -> bool:
    return copied is None or (copied.state, copied.row_version) != (row.state, row.row_version)


def _began_anew(row: StateRow, copied: _Copy) -> bool:
    return copied.row_version >= row.row_version and _differs(row, copied)


async def _copy(control: Session, tenant_id: str, row: StateRow) -> None:
    await control.run(
        _SET_COPY,
        tenant_id=tenant_id,
        plugin=row.plugin,
        state=row.state,
        updated_at=row.changed_at,
        version=row.version,
        row_version=row.row_version,
    )
