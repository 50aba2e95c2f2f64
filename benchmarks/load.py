"""The client: a few kept connections that each ask again as soon as they are answered.

A process of its own, so that its work is the same whatever it talks to. HTTP/1.1 as far as granian
speaks it: a status line, headers with Content-Length, a body.
"""

import asyncio
import random
import secrets
import sys
import time

import msgspec

NONCE = b"@@NONCE-0123456789-0123456789-ABC@@"
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Whole requests to draw from, for how long, over how many connections.

    Where a request has `NONCE`, each sending of it gets another word of the same length.
    """

    port: int
    seconds: float
    requests: list[bytes]
    expected: int = 200
    connections: int = 8


class Answered(msgspec.Struct, kw_only=True):
    """The durations in seconds, and what went wrong."""

    durations: list[float] = []
    elapsed: float = 0.0
    wrong: int = 0
    sample: str = ""


class _Asker(asyncio.Protocol):
    def __init__(self, job: Job, found: Answered, end: float) -> None:
        self._job, self._found, self._end = job, found, end
        self._wanted = f"HTTP/1.1 {job.expected} ".encode()
        self._buffer = b""
        self._started = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head, found, body = self._buffer.partition(_END)
        if found and len(body) >= _length(head):
            self._buffer = b""
            self._answered(head, body)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a kept connection"))

    def _ask(self) -> None:
        request = random.choice(self._job.requests)  # noqa: S311 - a draw, not a secret
        if NONCE in request:
            request = request.replace(NONCE, secrets.token_hex(len(NONCE))[: len(NONCE)].encode())
        self._started = time.perf_counter()
        self._transport.write(request)

    def _answered(self, head: bytes, body: bytes) -> None:
        now = time.perf_counter()
        self._found.durations.append(now - self._started)
        if not head.startswith(self._wanted):
            self._found.wrong += 1
            self._found.sample = self._found.sample or (head + _END + body[:500]).decode("latin-1")
        if now < self._end:
            self._ask()
        else:
            self.done.set_result(None)
            self._transport.close()


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    if at < 0:
        raise ValueError("an answer without Content-Length")
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])


async def ask(job: Job) -> Answered:
    """Ask for the job's seconds and return what came of it."""
    loop, found = asyncio.get_running_loop(), Answered()
    started = time.perf_counter()
    askers = []
    for _ in range(job.connections):
        _, asker = await loop.create_connection(
            lambda: _Asker(job, found, started + job.seconds), "127.0.0.1", job.port
        )
        askers.append(asker)
    await asyncio.gather(*(asker.done for asker in askers))
    found.elapsed = time.perf_counter() - started
    return found


if __name__ == "__main__":
    given = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.msgpack.encode(asyncio.run(ask(given))))
