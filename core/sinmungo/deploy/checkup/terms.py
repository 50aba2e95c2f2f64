"""A finding: how bad, about what, what it means, and what to do."""

from collections.abc import Sequence
from typing import Literal

import msgspec

type Level = Literal["OK", "WARN", "BAD"]


class Finding(msgspec.Struct, frozen=True):
    """`check` is stable and short; `says` and `remedy` are Korean sentences for an operator."""

    level: Level
    check: str
    says: str
    remedy: str = ""


def ok(check: str, says: str) -> Finding:
    """Return that all is well."""
    return Finding("OK", check, says)


def warn(check: str, says: str, remedy: str) -> Finding:
    """Return what works but will not for long."""
    return Finding("WARN", check, says, remedy)


def bad(check: str, says: str, remedy: str) -> Finding:
    """Return what does not work."""
    return Finding("BAD", check, says, remedy)


def some(names: Sequence[str], shown: int = 5) -> str:
    """Return the first names, and how many there are beside."""
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" 밖에 {rest}곳" if rest > 0 else "")
