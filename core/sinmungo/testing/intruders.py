"""Those who try to get in: with every role, from another department, or by both doors at once."""

from typing import Any

from sinmungo.app import Runtime
from sinmungo.host.types import SYSTEM
from sinmungo.people import rights
from sinmungo.people.service import add_unit
from sinmungo.testing.people import Officer, People
from sinmungo.testing.prey import Prey
from sinmungo.testing.quarry import BODIES
from sinmungo.testing.raid import Raid, raid, ready
from sinmungo.testing.sweep import Route
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

ROLE = "DEDICATED_OFFICER"
UNIT = "외딴과"
_BEYOND = "read_all"


async def as_both(web: Web, officer: Officer, tried: list[Route], theirs: Prey, **how: Any) -> Raid:
    """Raid the API by token and the pages by session."""
    api, screens = [r for r in tried if r.is_api], [r for r in tried if not r.is_api]
    done = await raid(web.api(officer), api, theirs, words=BODIES, **how)
    if not screens:
        return done
    page = await ready(web.browser(officer).client)
    return done.with_(await raid(page, screens, theirs, words=BODIES, **how))


async def stranger_of(runtime: Runtime, city: Tenant) -> Officer:
    """Return an officer of a new department who may do all but read beyond the own scope.

    The city gives the role every right, so that a handler is stopped by its scope or by nothing.
    """
    async with runtime.work.open(city, SYSTEM) as ctx:
        await add_unit(ctx, name=UNIT, kind="DEPARTMENT")
        now = await rights.matrix(ctx)
        codes = [p.code for group in now.groups for p in group.permissions]
        wanted = {(ROLE, code): not code.endswith(_BEYOND) for code in codes}
        await rights.save(ctx, wanted, now.version)
    return await People(runtime, city).officer(ROLE, unit=UNIT)
