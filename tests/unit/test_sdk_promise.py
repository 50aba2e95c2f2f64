"""The deprecation rule, kept: what the sdk once offered stays, and can be called as before.

`tests/fixtures/sdk-1.0.txt` is what version 1.0 promises, a name to a line. A line is only ever
taken out with the next major version; new names are added when a version is released.
"""

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sinmungo import sdk

ROOT = Path(__file__).parents[2]
PROMISED = ROOT / "tests" / "fixtures" / "sdk-1.0.txt"
# Core makes these and plugins read them: it is enough that no field goes.
READ = re.compile(r"\w+Row|Case[A-Z]\w+|Company[A-Z]\w+|Proposal\w+|Ctx|HeadCount|Identity|Person")
LINE = re.compile(r"(\w+)\((.*)\)")


def shape(value: Any) -> list[str]:
    """Return what can be given to a function or class: `*` before what needs its name, `=` behind
    what may be left out."""
    if isinstance(value, ModuleType | str) or not callable(value):
        return []
    try:
        given = inspect.signature(value).parameters.values()
    except ValueError:
        return []
    named = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        ("*" if p.kind is p.KEYWORD_ONLY else "") + p.name + ("" if p.default is p.empty else "=")
        for p in given
        if p.kind not in named
    ]


def broken(promised: list[str], now: list[str]) -> list[str]:
    """Return what a caller that kept to the promise would stumble over."""
    plain = [p.strip("*=") for p in promised]
    there = {p.strip("*="): p for p in now}
    found = [f"{name} is gone" for name in plain if name not in there]
    for former in promised:
        name = former.strip("*=")
        if name in there and former.endswith("=") and not there[name].endswith("="):
            found.append(f"{name} must be given now")
        if name in there and not former.startswith("*") and there[name].startswith("*"):
            found.append(f"{name} must be named now")
    found += [
        f"{name} is new and must be given"
        for name, p in there.items()
        if name not in plain and not p.endswith("=")
    ]
    by_place = [p.strip("*=") for p in promised if not p.startswith("*")]
    still = [p.strip("*=") for p in now if not p.startswith("*")]
    if not found and still[: len(by_place)] != by_place:
        found.append("the order is another")
    return found


def promises() -> dict[str, list[str]]:
    lines = PROMISED.read_text("utf-8").splitlines()
    found = [match for line in lines if (match := LINE.fullmatch(line))]
    assert len(found) == len(lines) > 100
    return {m[1]: m[2].split(", ") if m[2] else [] for m in found}


def test_nothing_that_was_promised_is_taken_away():
    missing = set(promises()) - set(sdk.__all__)
    assert missing == set()
    faults = {n: broken(p, shape(getattr(sdk, n))) for n, p in promises().items()}
    for name in filter(READ.fullmatch, faults):
        faults[name] = [fault for fault in faults[name] if fault.endswith("is gone")]
    assert {n: f for n, f in faults.items() if f} == {}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (["a", "*c="], ["b is gone"]),
        (["a", "b", "*c="], ["b must be given now"]),
        (["a", "*b=", "*c="], ["b must be named now"]),
        (["a", "b=", "d", "*c="], ["d is new and must be given"]),
        (["b=", "a", "*c="], ["the order is another"]),
        (["a", "b=", "d=", "c=", "*e="], []),
    ],
)
def test_each_way_to_break_a_promise_is_noticed(now: list[str], said: list[str]):
    assert broken(["a", "b=", "*c="], now) == said


def test_the_version_that_the_record_is_of_is_the_one_that_plugins_name():
    assert PROMISED.stem == f"sdk-{sdk.SDK_VERSION}"
