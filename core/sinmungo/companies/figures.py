"""Head count, size, sales and exports with the day they were true on (domain.md 1.3).

The record's own columns hold the latest head count; a later one written here becomes it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.companies import kept_queries as kept
from sinmungo.companies import service
from sinmungo.companies.events import FiguresKept, FiguresRemoved
from sinmungo.companies.kept_queries import FigureRow
from sinmungo.companies.models import SIZE_CLASSES
from sinmungo.companies.record import FieldError, past_day, people_count
from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx
from sinmungo.text import money
from sinmungo.web.forms import Gather

LABELS = {
    "day": "기준일",
    "employees": "종업원 수",
    "employees_foreign": "외국인",
    "size_class": "기업 규모",
    "sales": "매출액",
    "export_usd": "수출액",
}
_MAX_USD = 10**15


class Figures(msgspec.Struct, frozen=True):
    """What was true on a day; `sales` (won) and `export_usd` are those of the year up to it."""

    day: date
    employees: int | None = None
    employees_foreign: int | None = None
    size_class: str | None = None
    sales: int | None = None
    export_usd: int | None = None

    @property
    def known(self) -> list[str]:
        """The names of the fields that say something."""
        return [f for f in self.__struct_fields__ if f != "day" and getattr(self, f) is not None]


async def list_figures(ctx: Ctx, company_id: UUID) -> list[FigureRow]:
    """Return the figures of a company, the latest day first."""
    return await ctx.db.all(kept.FIGURES, company_id=company_id)


async def figure(ctx: Ctx, company_id: UUID, figure_id: UUID) -> FigureRow:
    """Return the figures of one day; `MissingError` if the company has no such ones."""
    for found in await list_figures(ctx, company_id):
        if found.id == figure_id:
            return found
    raise MissingError


async def keep_figures(
    ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int | None
) -> int:
    """Write figures down from texts by field name; what is known of that day already stays.

    Returns the company's new row version. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    figures = understand(texts)
    event = FiguresKept(day=figures.day, fields=figures.known)
    version = await service.touch(ctx, company_id, row_version, event)
    await ctx.db.run(
        kept.PUT_FIGURES,
        id=clock.uuid7(),
        company_id=company_id,
        recorded_at=clock.now(),
        row_version=1,
        **msgspec.structs.asdict(figures),
    )
    return await _make_latest(ctx, company_id, figures, version)


async def drop_figures(ctx: Ctx, company_id: UUID, figure_id: UUID, row_version: int) -> int:
    """Take figures away that were written down wrongly; return the company's new row version."""
    version = await service.touch(ctx, company_id, row_version, FiguresRemoved())
    if not await ctx.db.run(kept.DROP_FIGURES, id=figure_id, company_id=company_id):
        raise MissingError
    return version


async def _make_latest(ctx: Ctx, company_id: UUID, figures: Figures, version: int) -> int:
    if figures.employees is None:
        return version
    known = (await service.company_brief(ctx, company_id)).employees_on
    if known is not None and figures.day < known:
        return version
    texts = {
        "employees": str(figures.employees),
        "employees_on": figures.day.isoformat(),
        "employees_foreign": ""
        if figures.employees_foreign is None
        else str(figures.employees_foreign),
    }
    size = {"size_class": figures.size_class} if figures.size_class else {}
    return await service.edit(ctx, company_id, {**texts, **size}, version)


def as_texts(row: FigureRow) -> dict[str, str]:
    """Return stored figures as their form shows them."""
    values = {f: getattr(row, f) for f in LABELS}
    return {f: "" if v is None else str(v) for f, v in values.items()}


def understand(texts: Mapping[str, str]) -> Figures:
    """Return the figures as typed; `InvalidError` names every field at fault."""
    gather = Gather()
    found: dict[str, Any] = {}
    for field, parse in _PARSERS.items():
        typed = texts.get(field, "").strip()
        found[field] = gather.take(field, parse, typed, None) if typed else None
    gather.need("day", texts.get("day", "").strip(), "기준일을 적어 주세요.")
    if all(found[f] is None for f in found if f != "day") and not gather.errors:
        gather.errors["employees"] = "적어도 하나를 적어 주세요."
    total, foreign = found["employees"], found["employees_foreign"]
    if foreign is not None and (total is None or foreign > total):
        gather.errors.setdefault("employees_foreign", "전체 종업원 수를 넘을 수 없습니다.")
    gather.done()
    return Figures(**found)


def _size(text: str) -> str:
    if text not in SIZE_CLASSES:
        raise FieldError("목록에서 골라 주세요.")
    return text


def _usd(text: str) -> int:
    plain = "".join(text.split()).replace(",", "").removeprefix("$").removesuffix("달러")
    if not (plain.isascii() and plain.isdigit() and int(plain) <= _MAX_USD):
        raise FieldError("달러를 숫자로 적어 주세요. 예: 1,250,000")
    return int(plain)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "day": past_day,
    "employees": people_count,
    "employees_foreign": people_count,
    "size_class": _size,
    "sales": money.parse,
    "export_usd": _usd,
}
