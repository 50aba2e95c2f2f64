"""Statements about plugins: who switched what, and which hooks failed."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.sql.expression import bindparam

from sinmungo.host.models import hook_failures, plugin_log
from sinmungo_tenants import insert_into, read


class LogRow(msgspec.Struct):
    """A switch of a plugin: who, when, with which result."""

    plugin: str
    act: str
    result: str
    done_at: datetime
    done_by: UUID | None
    done_by_label: str


class FailureRow(msgspec.Struct):
    """Failures of one kind of one isolated hook, added up."""

    plugin: str
    hook: str
    error: str
    count: int
    last_at: datetime


LOG = read(
    select(
        plugin_log.c.plugin,
        plugin_log.c.act,
        plugin_log.c.result,
        plugin_log.c.done_at,
        plugin_log.c.done_by,
        plugin_log.c.done_by_label,
    )
    .order_by(plugin_log.c.done_at.desc(), plugin_log.c.id.desc())
    .limit(30),
    LogRow,
)
ADD_LOG = insert_into(plugin_log)
_LAST = func.max(hook_failures.c.happened_at)
FAILURES = read(
    select(
        hook_failures.c.plugin,
        hook_failures.c.hook,
        hook_failures.c.error,
        func.count().label("count"),
        _LAST.label("last_at"),
    )
    .where(hook_failures.c.happened_at > bindparam("since"))
    .group_by(hook_failures.c.plugin, hook_failures.c.hook, hook_failures.c.error)
    .order_by(_LAST.desc())
    .limit(30),
    FailureRow,
)
