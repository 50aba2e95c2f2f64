"""Each claim of the threat model has a test that is there; no limit that is shown is kept quiet."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "THREAT_MODEL.md").read_text("utf-8")
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)(?:::(\w+))?`")
WITHOUT = re.compile(r"no test: \w+")
LIMITS = ("test_walls.py", "test_walls_limits.py", "test_walls_requests.py")


def claims() -> list[tuple[str, str]]:
    """The rows of every table whose last column is headed "Test"."""
    found, inside = [], False
    for line in MODEL.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("|"):
            inside = False
        elif cells[-1].strip("| ") == "Test":
            inside = True
        elif inside and not set(line) <= {"|", "-"}:
            found.append((cells[0], cells[-1]))
    return found


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(n.name for n in tree.body if isinstance(n, kinds) and n.name[:5] == "test_")


def test_there_are_claims():
    assert len(claims()) > 60
    assert len([test for _, test in claims() if WITHOUT.search(test)]) <= 3


@pytest.mark.parametrize(("claim", "test"), claims())
def test_each_claim_has_a_test_that_is_there(claim: str, test: str):
    named = TEST.findall(test)
    assert named or WITHOUT.match(test), claim
    for file, name in named:
        assert names_in(file), file
        assert not name or name in names_in(file), name


@pytest.mark.parametrize("file", LIMITS)
def test_what_is_shown_of_the_wall_is_told(file: str):
    path = f"tests/integration/{file}"
    told = {name for cited, name in TEST.findall(MODEL) if cited == path}
    assert told == names_in(path)


def test_tests_are_named_in_claims_only():
    """A test beside prose would not be looked for by those who read the tables."""
    in_claims = {pair for _, test in claims() for pair in TEST.findall(test)}
    assert set(TEST.findall(MODEL)) - in_claims == {("tests/unit/test_threat_model.py", "")}
