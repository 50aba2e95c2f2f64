"""What several of these tests begin with."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from sinmungo.app import Runtime
from sinmungo.platform_desk.operators import Handed
from sinmungo.testing.desk import Door, at_the_desk, new_operator


@pytest_asyncio.fixture(loop_scope="session")
async def kim(runtime: Runtime, quick_hashing: None) -> Handed:  # noqa: ARG001 - a fixture cannot usefixtures
    return await new_operator(runtime)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(app: Any, kim: Handed) -> AsyncIterator[Door]:
    async with at_the_desk(app, kim) as opened:
        yield opened
