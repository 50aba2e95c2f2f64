"""What a new city takes over from another: reference rows and settings, never people or records.

Each slice names its tables and settings that may go over (`Slice.copied`, `copied_settings`); all
else stays where it is. Rows are read through the one city's door and written through the other's.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Table, Text, Uuid, bindparam, or_, select

from sinmungo import clock
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx, Work
from sinmungo.host.host import Host
from sinmungo.host.models import settings
from sinmungo.host.types import Slice
from sinmungo_tenants import Read, Tenant, insert_into, read


class _Setting(msgspec.Struct):
    key: str
    value: Any


_KEY = bindparam("start", type_=Text())
_SETTINGS = read(
    select(settings.c.key, settings.c.value)
    .where(or_(settings.c.key == _KEY, settings.c.key.startswith(_KEY.op("||")("."))))
    .order_by(settings.c.key),
    _Setting,
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was read of the other city."""

    rows: tuple[tuple[Table, list[dict[str, Any]]], ...]
    settings: tuple[_Setting, ...]


async def read_likeness(work: Work, city: Tenant, plugins: Iterable[str] = ()) -> Likeness:
    """Read what core's slices let go over, and those of `plugins` that live in the city."""
    slices = [*work.host.core, *_of_plugins(work.host, city, frozenset(plugins))]
    async with work.open(city) as ctx:
        rows = [(table, await _rows(ctx, table)) for s in slices for table in s.copied]
        found = [await _settings(ctx, s) for s in slices]
    return Likeness(tuple(rows), tuple(one for some in found for one in some))


async def write_likeness(ctx: Ctx, likeness: Likeness) -> None:
    """Write it into the city that is being made; its seeds add what is missing then."""
    for table, rows in likeness.rows:
        await ctx.db.run_many(insert_into(table), [_renewed(table, row) for row in rows])
    for setting in likeness.settings:
        await set_setting(ctx, setting.key, setting.value)


def _of_plugins(host: Host, city: Tenant, plugins: Collection[str]) -> Iterator[Slice]:
    own = (loaded for loaded in host.active_slices(city) if not loaded.slice.optional)
    return (loaded.slice for loaded in own if loaded.plugin in plugins)


async def _settings(ctx: Ctx, item: Slice) -> list[_Setting]:
    found = []
    for start in item.copied_settings:
        found += await ctx.db.all(_SETTINGS, start=start)
    return [one for one in found if not _is_secret(ctx, one.key)]


def _is_secret(ctx: Ctx, key: str) -> bool:
    known = ctx.host.setting(key)
    return known is not None and known[1].secret


async def _rows(ctx: Ctx, table: Table) -> list[dict[str, Any]]:
    rows = await ctx.db.all(_all_of(table))
    return [dict(zip(table.c.keys(), msgspec.structs.astuple(row), strict=True)) for row in rows]


def _all_of(table: Table) -> Read[Any]:
    kind = msgspec.defstruct(f"{table.name}_row", [(str(c.name), Any) for c in table.c])
    return read(select(*table.c), kind)


def _renewed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with a key of its own and without who made it: both stay in their city."""
    fresh = {name: None if name.endswith("_by") else value for name, value in row.items()}
    if "id" in row and isinstance(table.c["id"].type, Uuid):
        fresh["id"] = clock.uuid7()
    if "row_version" in row:
        fresh["row_version"] = 1
    return fresh
