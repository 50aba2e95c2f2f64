"""Long work says that it is: a handler that makes a file or computes a report is marked `heavy`.

Read from the code that a handler can reach, so that a new one cannot be forgotten: without the mark
one city's files could take every connection of a process.
"""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from litestar import Controller, get
from litestar.handlers import HTTPRouteHandler

from sinmungo.host.loader import load
from sinmungo.host.types import Slice
from sinmungo.reporting import service as reporting
from sinmungo.slices import CORE_SLICES
from sinmungo.web import sheets
from sinmungo.web.access import HEAVY, heavy, needs

OURS = "sinmungo", __name__
LONG = frozenset({sheets.download, sheets.download_pages, sheets.xlsx, reporting.table})


def handlers(slices: tuple[Slice, ...]) -> Iterator[tuple[type, HTTPRouteHandler]]:
    for item in slices:
        for controller in (*item.portal, *item.office, *item.admin, *item.api):
            for name in dir(controller):
                if isinstance(found := getattr(controller, name), HTTPRouteHandler):
                    yield controller, found


def is_marked(owner: type, handler: HTTPRouteHandler) -> bool:
    of_all = getattr(owner, "opt", None)  # Litestar hands it down
    return bool({**(of_all if isinstance(of_all, dict) else {}), **handler.opt}.get(HEAVY))


def reached(function: FunctionType, owner: type | None, seen: set[Any]) -> set[Any]:
    """Collect every function of ours that this one can come to: by name, module or `self`."""
    if function in seen:
        return seen
    seen.add(function)
    names = set(_names(function.__code__))
    known = [function.__globals__[n] for n in names if n in function.__globals__]
    known += [c.cell_contents for c in function.__closure__ or () if _is_set(c)]
    known += [getattr(m, n, None) for m in known if _is_ours(m) for n in names]
    known += [getattr(owner, n, None) for n in names if owner is not None]
    for found in known:
        plain = inspect.unwrap(found) if callable(found) else found
        if isinstance(plain, FunctionType) and plain.__module__.startswith(OURS):
            reached(plain, None, seen)
    return seen


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _is_set(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _is_ours(found: object) -> bool:
    return isinstance(found, ModuleType) and found.__name__.startswith("sinmungo")


def unmarked(slices: tuple[Slice, ...]) -> list[str]:
    """Return the handlers that reach what takes long and do not say so."""
    return sorted(
        f"{handler.fn.__module__}.{owner.__name__}.{handler.fn.__name__}"
        for owner, handler in handlers(slices)
        if not is_marked(owner, handler)
        and LONG & reached(inspect.unwrap(handler.fn), owner, set())
    )


def test_what_makes_a_file_or_a_report_is_marked():
    loaded = load(CORE_SLICES)
    slices = tuple(found.slice for found in loaded.slices)
    assert len({s.slug for s in slices}) > len(CORE_SLICES)
    assert sum(is_marked(*one) for one in handlers(slices)) > 20
    assert unmarked(slices) == []


def _helper() -> Any:
    return sheets.download("x", [], "csv")


class Forgetful(Controller):
    @get("/one", opt=needs("some.read"))
    async def one(self) -> Any:
        return _helper()

    @get("/two", opt=heavy(needs("some.read")))
    async def two(self) -> Any:
        return _helper()

    @get("/three", opt=needs("some.read"))
    async def three(self) -> Any:
        return self.later()

    def later(self) -> Any:
        return [_helper() for _ in range(2)]

    @get("/four", opt=needs("some.read"))
    async def four(self) -> str:
        return "quick"


def test_one_that_forgets_is_found():
    found = unmarked((Slice("some", "무엇", office=(Forgetful,)),))
    assert [name.rpartition(".")[2] for name in found] == ["one", "three"]
