"""A city with the plugin on, and the desk that looks after the pool."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio

from sinmungo.sdk import clock


@pytest.fixture(autouse=True)
def _a_working_day() -> Iterator[datetime]:
    with clock.frozen(datetime.fromisoformat("2026-11-02T10:00+09:00")) as now:
        yield now


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: Any) -> Any:
    return await make_city(plugins=("daegu",))


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: Any) -> Any:
    return await people.officer("INTAKE_OFFICER", name="고은별")


@pytest.fixture
def api(web: Any, desk: Any) -> Any:
    return web.api(desk)
