"""One session of a storm: a client of one city that judges every answer it gets."""

import asyncio
import random
from collections.abc import Collection
from typing import Any

import httpx

from sinmungo.testing.storm.tally import Tally
from sinmungo.testing.storm.towns import Town, Way

BUSY = frozenset({429, 503})
_OK = frozenset({200})
_HASTE = 0.04
_SOON = (0.001, 0.03)


class Session:
    """Asks as an officer by API and by page, and as a company without an account."""

    def __init__(
        self, number: int, town: Town, others: list[Town], way: Way, tally: Tally, cookie: str
    ) -> None:
        self.town, self.others, self.tally = town, others, tally
        self.rng = random.Random(number)  # noqa: S311 - which act comes next is no secret
        self.haste = _HASTE  # so many of all requests are given up on the way
        self._way, self._cookie, self._number = way, cookie, number
        self._clients: dict[str, httpx.AsyncClient] = {}

    @property
    def mark(self) -> str:
        """The mark of the session's city."""
        return self.town.mark

    def word(self) -> str:
        """Return a text that no other session writes."""
        return f"{self._number}-{self.rng.getrandbits(40):x}"

    async def ask(
        self,
        act: str,
        method: str,
        path: str,
        *,
        by: str = "api",
        expect: Collection[int] = _OK,
        **options: Any,
    ) -> httpx.Response | None:
        """Send one request and judge the answer; None when it was given up, refused or lost.

        What is not expected and no sign of a busy server is a fault.
        """
        haste = self.rng.uniform(*_SOON) if self.rng.random() < self.haste else None
        try:
            async with asyncio.timeout(haste):
                answer = await self._client(by).request(method, path, **options)
        except TimeoutError:
            self.tally.harm["client gave up"] += 1
            return None
        except httpx.TransportError as error:
            self.tally.refused[f"{act} {type(error).__name__}"] += 1
            return None
        return self._judged(act, answer, expect)

    def _judged(
        self, act: str, answer: httpx.Response, expect: Collection[int]
    ) -> httpx.Response | None:
        where = f"{act}: {answer.request.method} {answer.request.url.path}"
        self.tally.read(self.mark, where, answer.content)
        if answer.status_code in expect:
            self.tally.good[act] += 1
            return answer
        self.tally.refused[f"{act} {answer.status_code}"] += 1
        if answer.status_code not in BUSY:
            self.tally.fault(f"{where} → {answer.status_code} {answer.text[:200]}")
        return None

    def _client(self, by: str) -> httpx.AsyncClient:
        if by not in self._clients:
            self._clients[by] = self._open(by)
        return self._clients[by]

    def _open(self, by: str) -> httpx.AsyncClient:
        # A company's address may file ten times an hour: each filing comes from a new one.
        n = self.rng.randrange(1, 250), self.rng.randrange(1, 250), self.rng.randrange(1, 250)
        address = "127.{}.{}.{}".format(*n)
        if by == "api":
            token = f"Bearer {self.town.officer.token}"
            return self._way.client(self.town, address, authorization=token)
        client = self._way.client(self.town, address)
        if by == "page":
            client.cookies.set(self._cookie, self.town.officer.session)
        return client

    async def move(self) -> None:
        """Go on as a company at another address, with a fresh browser."""
        known = self._clients.pop("anyone", None)
        if known is not None:
            await known.aclose()

    async def close(self) -> None:
        """Close the session's clients."""
        for client in self._clients.values():
            await client.aclose()
