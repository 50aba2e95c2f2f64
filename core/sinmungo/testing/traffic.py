"""Browsers that ask all the time, to see what a restart does to them."""

import http.client
import itertools
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Self

type Ask = Callable[[str], int]


class Resolved(http.client.HTTPSConnection):
    """A connection to this machine under another name."""

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext) -> None:
        super().__init__(host, port, context=context, timeout=30)
        self.trusting = context

    def connect(self) -> None:
        """Connect to 127.0.0.1, with the name in the handshake."""
        name, self.host = self.host, "127.0.0.1"
        http.client.HTTPConnection.connect(self)
        self.host = name
        self.sock = self.trusting.wrap_socket(self.sock, server_hostname=name)


class Traffic:
    """Four browsers that ask all the time."""

    def __init__(self, ask: Ask, expected: Mapping[str, int]) -> None:
        """`ask` returns the status of a path, which has to be the expected one each time."""
        self.failures: list[str] = []
        self.answered = 0
        self._request, self._expected = ask, expected
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self) -> None:
        for path in itertools.cycle(self._expected):
            if self._stop.is_set():
                return
            try:
                status = self._request(path)
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.failures.append(f"{path}: {error!r}")
                continue
            if status != self._expected[path]:
                self.failures.append(f"{path}: {status}")
            self.answered += 1


def refuses(port: int) -> bool:
    """Return whether nothing listens on this port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.connect()
    except ConnectionRefusedError:
        return True
    finally:
        connection.close()
    return False
