"""Statements about faults of plugins, added up for the admin."""

from datetime import datetime

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.sql.expression import bindparam

from sinmungo.host.models import hook_failures
from sinmungo_tenants import read


class FailureRow(msgspec.Struct):
    """Faults of one kind at one place (hook, route, job or report) of a plugin, added up."""

    plugin: str
    hook: str
    error: str
    count: int
    first_at: datetime
    last_at: datetime


_LAST = func.max(hook_failures.c.happened_at)


def _added_up() -> Select[tuple[str, str, str, int, datetime, datetime]]:
    return (
        select(
            hook_failures.c.plugin,
            hook_failures.c.hook,
            hook_failures.c.error,
            func.count().label("count"),
            func.min(hook_failures.c.happened_at).label("first_at"),
            _LAST.label("last_at"),
        )
        .where(hook_failures.c.happened_at > bindparam("since"))
        .group_by(hook_failures.c.plugin, hook_failures.c.hook, hook_failures.c.error)
        .order_by(_LAST.desc())
        .limit(30)
    )


FAILURES = read(_added_up(), FailureRow)
FAILURES_OF = read(_added_up().where(hook_failures.c.plugin == bindparam("plugin")), FailureRow)
