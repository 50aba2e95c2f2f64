"""A city's settings: one row per key, with who changed it and when, and a history of each change.

Keys of a declared group (`SettingsGroup`) are remembered whoever sets them: the form, the API, an
older screen, the city's file. Marks of the program itself have no history.
"""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.errors import StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.models import settings, settings_history
from sinmungo.host.setting_checks import problems
from sinmungo.host.setting_fields import FieldSpec, fields_of
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write

log = structlog.get_logger(__name__)
_SEALED = "sealed"


class _Row(msgspec.Struct):
    key: str
    value: Any


class Kept(msgspec.Struct):
    """A stored setting; `row_version` counts its changes."""

    key: str
    value: Any
    row_version: int


_SOME = read(select(settings.c.key, settings.c.value).where(any_of(settings.c.key, "keys")), _Row)
_KEPT = read(
    select(settings.c.key, settings.c.value, settings.c.row_version).where(
        any_of(settings.c.key, "keys")
    ),
    Kept,
)
_REMEMBER = insert_into(settings_history)
_VALUES = {
    "key": bindparam("key"),
    "value": bindparam("value", type_=settings.c.value.type),
    "changed_at": bindparam("changed_at"),
    "changed_by": bindparam("changed_by", type_=settings.c.changed_by.type),
    "row_version": 1,
}


def _upsert() -> Write:
    statement = insert(settings).values(**_VALUES)
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
_FIRST = write(insert(settings).values(**_VALUES).on_conflict_do_nothing(index_elements=["key"]))
_NEXT = write(
    update(settings)
    .where(settings.c.key == bindparam("b_key"), settings.c.row_version == bindparam("b_version"))
    .values(
        value=bindparam("value", type_=settings.c.value.type),
        changed_at=bindparam("changed_at"),
        changed_by=bindparam("changed_by", type_=settings.c.changed_by.type),
        row_version=settings.c.row_version + 1,
    )
)


async def get_settings(ctx: Ctx, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the keys of `defaults`, the default where the city has none."""
    rows = await ctx.db.all(_SOME, keys=list(defaults))
    return {**defaults, **{row.key: row.value for row in rows}}


async def set_setting(ctx: Ctx, key: str, value: Any, *, old: Any = None) -> None:
    """Set one value; `old` is what stood in a table of its own and is remembered instead."""
    known = ctx.host.setting(key)
    if known is None:
        await ctx.db.run(_SET, key=key, value=value, **_who(ctx))
        return
    group, spec = known
    stored = value if not spec.secret else seal_secret(ctx, key, value)
    former = await ctx.db.all(_SOME, keys=[key])
    await ctx.db.run(_SET, key=key, value=stored, **_who(ctx))
    if old is None:
        old = former[0].value if former else spec.default
    if spec.secret or old != value:
        await _remember(ctx, clock.uuid7(), group, spec, key, old, value)


def _who(ctx: Ctx) -> dict[str, Any]:
    return {"changed_at": clock.now(), "changed_by": ctx.me.officer_id}


async def kept(ctx: Ctx, keys: list[str]) -> dict[str, Kept]:
    """Return what is stored under these keys."""
    return {row.key: row for row in await ctx.db.all(_KEPT, keys=keys)}


async def change(
    ctx: Ctx,
    group: str,
    changed: Mapping[str, tuple[FieldSpec, Any, Any]],
    before: Mapping[str, Kept],
) -> None:
    """Set several keys of a group (key → field, old, new) as one change.

    `before` is what `kept` gave. Raises StaleError when a key was set by somebody else since.
    """
    change_id, who = clock.uuid7(), _who(ctx)
    for key, (spec, old, new) in changed.items():
        value = seal_secret(ctx, key, new) if spec.secret else new
        row = before.get(key)
        touched = (
            await ctx.db.run(_FIRST, key=key, value=value, **who)
            if row is None
            else await ctx.db.run(_NEXT, b_key=key, b_version=row.row_version, value=value, **who)
        )
        if not touched:
            raise StaleError
        await _remember(ctx, change_id, group, spec, key, old, new)


async def _remember(
    ctx: Ctx, change_id: UUID, group: str, spec: FieldSpec, key: str, old: Any, new: Any
) -> None:
    """Write down a change; of a secret only that it changed."""
    await ctx.db.run(
        _REMEMBER,
        id=clock.uuid7(),
        change_id=change_id,
        group_slug=group,
        key=key,
        old=None if spec.secret else old,
        new=None if spec.secret else new,
        **_who(ctx),
    )


async def settings_of[S: msgspec.Struct](ctx: Ctx, prefix: str, kind: type[S]) -> S:
    """Return the settings `<prefix>.<field>` as a Struct; its defaults where the city has none.

    Stored keys without a field are left alone; a stored value that does not fit (any more) reads
    as the default, and the settings page says so.
    """
    specs = fields_of(kind)
    rows = await ctx.db.all(_SOME, keys=[f"{prefix}.{spec.name}" for spec in specs])
    stored = {row.key: row.value for row in rows}
    return build(kind, understood(ctx, prefix, specs, stored)[0])


def understood(
    ctx: Ctx, prefix: str, specs: tuple[FieldSpec, ...], stored: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return plain values by field, secrets opened, and the fields whose stored value is unfit."""
    values: dict[str, Any] = {}
    unfit: list[str] = []
    for spec in specs:
        key = f"{prefix}.{spec.name}"
        if key not in stored:
            continue
        value = _open_secret(ctx, key, stored[key]) if spec.secret else stored[key]
        if not problems(spec, value):
            values[spec.name] = value
        else:
            unfit.append(spec.name)
            log.warning("settings.unfit", key=key)
    return values, unfit


def build[S: msgspec.Struct](kind: type[S], values: Mapping[str, Any]) -> S:
    """Return the Struct of plain values; its defaults when they contradict one another."""
    try:
        return msgspec.convert(dict(values), kind)
    except msgspec.ValidationError:
        log.warning("settings.contradict", kind=kind.__name__)
        return kind()


def seal_secret(ctx: Ctx, key: str, value: Any) -> Any:
    """Return a secret as it is stored: sealed under the city's key, for this key only."""
    if not value:
        return ""
    sealed = ctx.cipher.seal_bytes(str(value).encode(), context=f"setting {key}".encode())
    return {_SEALED: base64.b64encode(sealed).decode("ascii")}


def _open_secret(ctx: Ctx, key: str, value: Any) -> Any:
    if not isinstance(value, dict) or _SEALED not in value:
        return value
    sealed = base64.b64decode(value[_SEALED])
    return ctx.cipher.open_bytes(sealed, f"setting {key}".encode()).decode()
