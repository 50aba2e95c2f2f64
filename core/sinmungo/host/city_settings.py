"""A city's settings: one row per key, with who changed it and when."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.models import settings
from sinmungo_tenants import any_of, read, write
from sinmungo_tenants.statements import Write

import msgspec  # isort: skip


class _Row(msgspec.Struct):
    key: str
    value: Any


_SOME = read(select(settings.c.key, settings.c.value).where(any_of(settings.c.key, "keys")), _Row)


def _upsert() -> Write:
    statement = insert(settings).values(
        key=bindparam("key"),
        value=bindparam("value", type_=settings.c.value.type),
        changed_at=bindparam("changed_at"),
        changed_by=bindparam("changed_by", type_=settings.c.changed_by.type),
        row_version=1,
    )
    return write(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "value": statement.excluded.value,
                "changed_at": statement.excluded.changed_at,
                "changed_by": statement.excluded.changed_by,
                "row_version": settings.c.row_version + 1,
            },
        )
    )


_SET = _upsert()


async def get_settings(ctx: Ctx, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the keys of `defaults`, the default where the city has none."""
    rows = await ctx.db.all(_SOME, keys=list(defaults))
    return {**defaults, **{row.key: row.value for row in rows}}


async def set_setting(ctx: Ctx, key: str, value: Any) -> None:
    """Set one value."""
    await ctx.db.run(
        _SET, key=key, value=value, changed_at=clock.now(), changed_by=ctx.me.officer_id
    )


async def settings_of[S: msgspec.Struct](ctx: Ctx, prefix: str, kind: type[S]) -> S:
    """Return the settings `<prefix>.<field>` as a Struct; its defaults where the city has none."""
    names = {f"{prefix}.{field}": field for field in kind.__struct_fields__}
    rows = await ctx.db.all(_SOME, keys=list(names))
    return msgspec.convert({names[row.key]: row.value for row in rows}, kind)
