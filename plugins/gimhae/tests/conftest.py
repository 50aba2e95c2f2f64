"""A city with the plugin on, and the desk that keeps the rooms."""

from typing import Any

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: Any) -> Any:
    return await make_city(plugins=("gimhae",))


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: Any) -> Any:
    return await people.officer("INTAKE_OFFICER", name="양하늘")


@pytest.fixture
def api(web: Any, desk: Any) -> Any:
    return web.api(desk)
