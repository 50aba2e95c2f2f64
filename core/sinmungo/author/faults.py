"""What the log of the trial says went wrong in the plugin's code: the very line, for its author.

A page that answers 500 or a hook that is left out hides the error from whoever asked. The log has
it; it is read here instead of printed, so that a finding can name the line and the error.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any

import asyncpg

from sinmungo.author.findings import Place, Sources

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_MOST = 160
_KINDS: dict[str, str] = {
    getattr(kind, "sqlstate", ""): name
    for name, kind in vars(asyncpg).items()
    if isinstance(kind, type) and issubclass(kind, asyncpg.PostgresError)
}


class Faults:
    """Reads the log; holds the last error of each question that was put to the plugin."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._last: tuple[Place | None, str] | None = None

    def read(self, method: str, event: Mapping[str, Any]) -> None:
        """Keep what a line of the log says of an error."""
        del method
        error = event.get("exc_info")
        error = sys.exc_info()[1] if error is True else error
        if isinstance(error, BaseException):
            self._last = self._sources.raised(error), told(error)
        elif isinstance(event.get("stack"), str):  # of the database, without its text
            frames = [self._sources.line_of(f, int(n)) for f, n in _FRAME.findall(event["stack"])]
            kind = _KINDS.get(str(event.get("sqlstate")), f"PostgreSQL {event.get('sqlstate')}")
            where = " ".join(str(s) for n in ("table", "constraint") if (s := event.get(n)))
            self._last = next((f for f in reversed(frames) if f), None), f"{kind} {where}".rstrip()

    def forget(self) -> None:
        """Begin anew: what comes next belongs to the next question."""
        self._last = None

    def place(self, otherwise: Place) -> Place:
        """Return the line of the plugin that the last error passed through."""
        return (self._last and self._last[0]) or otherwise

    @property
    def said(self) -> str:
        """What the last error says, to be put behind what was found."""
        return f": {self._last[1]}" if self._last else ""


def told(error: BaseException) -> str:
    """Return an error in one line."""
    line = " ".join(str(error).split())[:_MOST]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
