"""Whose CPU time is it? A stack of names; at each change the time since the last one is booked.

Exclusive time: what a named part spends inside another named part is that other's. Only one request
runs at a time, so the CPU time of the process is the request's.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time_ns
from typing import Any


class Meter:
    """Books CPU time (nanoseconds) under the name on top of the stack; its own nowhere."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)
        self._stack = ["outside"]
        self._since = process_time_ns()

    def reset(self) -> None:
        """Forget what was booked."""
        self.spent.clear()
        self._since = process_time_ns()

    def _enter(self, name: str) -> None:
        self.spent[self._stack[-1]] += process_time_ns() - self._since
        self._stack.append(name)
        self._since = process_time_ns()

    def _leave(self) -> None:
        self.spent[self._stack.pop()] += process_time_ns() - self._since
        self._since = process_time_ns()

    def waited(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return an async function that books its time under `name`."""

        async def measured(*args: Any, **kwargs: Any) -> Any:
            self._enter(name)
            try:
                return await function(*args, **kwargs)
            finally:
                self._leave()

        return measured

    def called(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a plain function that books its time under `name`."""

        def measured(*args: Any, **kwargs: Any) -> Any:
            self._enter(name)
            try:
                return function(*args, **kwargs)
            finally:
                self._leave()

        return measured


@contextmanager
def replaced(pairs: list[tuple[Any, str, Any]]) -> Iterator[None]:
    """Set attributes (owner, name, value) for the block; what was there comes back.

    A function of a module is replaced in every module that imported it by name.
    """
    places = [place for owner, name, value in pairs for place in _places(owner, name, value)]
    old = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for owner, name, value in places:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in old:
            setattr(owner, name, value)


def _places(owner: Any, name: str, value: Any) -> list[tuple[Any, str, Any]]:
    found = getattr(owner, name)
    if isinstance(owner, type):
        return [(owner, name, value)]
    ours = [m for n, m in list(sys.modules.items()) if n.startswith("sinmungo")]
    return [(m, name, value) for m in ours if vars(m).get(name) is found]
