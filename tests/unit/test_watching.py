"""What never yields is cut off where an alarm rings, and measured where none does."""

import asyncio
import contextlib
import time

import pytest

from sinmungo.host.watching import BlockedError, unblocked


async def test_a_step_that_blocks_is_cut_off_and_what_waits_is_not():
    async def waits() -> str:
        for _ in range(4):
            await asyncio.sleep(0.03)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(60), 0.01)
        return "done"

    async def blocks() -> None:
        await asyncio.sleep(0)
        with contextlib.suppress(Exception):
            time.sleep(600)  # noqa: ASYNC251 - to block is what is tried

    assert await unblocked(waits(), 0.1) == "done"
    with pytest.raises(BlockedError):
        await unblocked(blocks(), 0.1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await unblocked(waits(), 0.1)


async def test_of_two_one_in_the_other_only_the_inner_one_is_to_blame():
    async def blocks() -> None:
        time.sleep(600)  # noqa: ASYNC251 - to block is what is tried

    async def around() -> str:
        with pytest.raises(BlockedError):
            await unblocked(blocks(), 0.1)
        return "goes on"

    assert await unblocked(around(), 0.5) == "goes on"


async def test_where_no_alarm_rings_a_block_is_measured():
    """Only the main thread hears alarms: elsewhere the hook holds up until it comes back."""

    async def for_a_moment() -> str:
        time.sleep(0.1)  # noqa: ASYNC251 - to block is what is tried
        return "late"

    def other_thread() -> None:
        asyncio.run(unblocked_for_a_moment())

    async def unblocked_for_a_moment() -> str:
        return await unblocked(for_a_moment(), 0.02)

    with pytest.raises(BlockedError):
        await asyncio.to_thread(other_thread)


async def test_our_own_code_is_not_cut_off_in_the_middle():
    """A plugin that asks much of us is not to blame for where we are when its time is over."""
    ours = {"__name__": "sinmungo.somewhere", "sleep": time.sleep}
    exec("def work(): sleep(0.15); return 'done'", ours)  # noqa: S102 - a frame that is ours
    ended: list[str] = []

    async def asks() -> None:
        ended.append(ours["work"]())  # type: ignore[operator]
        time.sleep(600)  # noqa: ASYNC251 - to block is what is tried

    with pytest.raises(BlockedError):
        await unblocked(asks(), 0.05)
    assert ended == ["done"]
