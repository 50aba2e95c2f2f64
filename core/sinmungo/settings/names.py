"""The city's name in the registry: a copy that follows what the city saved.

It is written after the city's own transaction, through the other door, and read again at once by
this process; the others see the raised version within a second.
"""

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from sinmungo_tenants import write
from sinmungo_tenants.control.tables import registry_version, tenants

if TYPE_CHECKING:
    from sinmungo.app import Runtime

_RENAME = write(
    update(tenants)
    .where(tenants.c.id == bindparam("b_id"))
    .values(
        name=bindparam("name"),
        service_name=bindparam("service_name"),
        row_version=tenants.c.row_version + 1,
    )
)
_TOUCH_CITY = write(
    update(tenants)
    .where(tenants.c.id == bindparam("b_id"))
    .values(row_version=tenants.c.row_version + 1)
)
_TOUCH = write(update(registry_version).values(version=registry_version.c.version + 1))


async def touch(runtime: "Runtime", city_id: str) -> None:
    """Let every process read anew what it keeps of the city beside the registry."""
    async with runtime.doors.control_session() as control:
        await control.run(_TOUCH_CITY, b_id=city_id)
        await control.run(_TOUCH)
    await runtime.registry.refresh(force=True)


async def copy(runtime: "Runtime", city_id: str, name: str, service_name: str) -> None:
    """Give the city its name in the registry."""
    known = runtime.registry.by_id(city_id)
    if (known.name, known.service_name) == (name, service_name):
        return
    async with runtime.doors.control_session() as control:
        await control.run(_RENAME, b_id=city_id, name=name, service_name=service_name)
        await control.run(_TOUCH)
    await runtime.registry.refresh(force=True)
