"""A light quota on long work, so that one city's reports cannot starve the others.

Reports, files and imports hold a database connection for long, and a process has few. Each city may
run a few at once in each process, and all cities together leave connections free for quick pages.
Who has to wait does so before the transaction begins, for a moment, and is then asked to come
again; and each statement of such work ends after `heavy_timeout`.
"""

import asyncio
from collections.abc import Callable

from sinmungo.errors import BusyError

WAIT_SECONDS = 3.0
_LEAST_FREE = 2


class Quota:
    """Places for long requests of this process: `per_city` and `total` at once."""

    def __init__(self, pool_size: int, wait: float = WAIT_SECONDS) -> None:
        """Set up for a pool; two connections, or a quarter of a large one, stay for quick work."""
        self.total = max(1, pool_size - max(_LEAST_FREE, pool_size // 4))
        self.per_city = max(1, self.total // 2)
        self._wait = wait
        self._all = asyncio.Semaphore(self.total)
        self._cities: dict[str, asyncio.Semaphore] = {}

    async def enter(self, tenant_id: str) -> Callable[[], None]:
        """Wait for a place, and return what gives it back; `BusyError` when there is none."""
        city = self._cities.setdefault(tenant_id, asyncio.Semaphore(self.per_city))
        try:
            async with asyncio.timeout(self._wait):
                await self._take(city)
        except TimeoutError:
            raise BusyError from None

        def leave() -> None:
            city.release()
            self._all.release()

        return leave

    async def _take(self, city: asyncio.Semaphore) -> None:
        await city.acquire()  # first: a city's own crowd keeps no other city from the rest
        try:
            await self._all.acquire()
        except BaseException:
            city.release()
            raise
