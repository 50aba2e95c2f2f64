"""Sends a recorded request's statements again, making anew only what must be new."""

import os
from typing import Any
from uuid import UUID

import msgspec

from benchmarks.recording import CASE_NO
from sinmungo import clock

_COUNTER = "case_numbers"
_CASE_ID = "{case_id}"


class Script:
    """The statements of one route of one city.

    `play` answers with the rows of the last read, as Structs. A `{case_id}` among the values is
    the id of the path.
    """

    def __init__(self, plan: dict[str, Any]) -> None:
        self._steps = [(s["method"], s["text"], s["values"]) for s in plan["sent"]]
        self._fresh = [value for value in plan["fresh"] if not _is_number(value)]
        self._number = next((value for value in plan["fresh"] if _is_number(value)), None)
        read = [s for s in plan["sent"] if s["columns"]]
        columns = read[-1]["columns"] if read else []
        self._reading = max((i for i, s in enumerate(plan["sent"]) if s["columns"]), default=-1)
        self._row: Any = msgspec.defstruct("Row", [(name, Any) for name in columns])

    async def play(self, connection: Any, case_id: UUID | None = None) -> list[Any]:
        """Send every statement in turn inside the transaction that is open."""
        new = {value: _renewed(value) for value in self._fresh}
        new[_CASE_ID] = case_id
        answer: list[Any] = []
        for position, (method, text, values) in enumerate(self._steps):
            given = [_with(value, new) for value in values]
            found = await _send(connection, method, text, given)
            if self._number and _COUNTER in text:
                new[self._number] = f"{self._number[:-6]}{found[0]:06d}"
            if position == self._reading:
                rows = found if method == "fetch" else [found]
                answer = [self._row(*row) for row in rows]
        return answer


async def _send(connection: Any, method: str, text: str, values: list[Any]) -> Any:
    if method == "executemany":
        return await connection.executemany(text, values)
    return await getattr(connection, method)(text, *values)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and CASE_NO.fullmatch(value) is not None


def _renewed(value: Any) -> Any:
    if isinstance(value, UUID):
        return clock.uuid7()
    if isinstance(value, bytes):
        return os.urandom(len(value))
    return str(clock.uuid7())


def _with(value: Any, new: dict[Any, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _with(item, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_with(item, new) for item in value]
    return new.get(value, value)
