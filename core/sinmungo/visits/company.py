"""What is on file about a company on the day of a visit; the journal keeps a copy of it."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select

from sinmungo.companies.models import companies, company_figures
from sinmungo.host.context import Ctx
from sinmungo.visits.models import visits
from sinmungo_tenants import read


class Known(msgspec.Struct, frozen=True):
    """Figures of a company as known on a day."""

    employees: int | None = None
    employees_foreign: int | None = None
    industry: str | None = None
    products: str | None = None
    sales: int | None = None
    export_usd: int | None = None
    factory_area: int | None = None
    premises: str | None = None


class _Figures(msgspec.Struct):
    employees: int | None
    employees_foreign: int | None
    sales: int | None
    export_usd: int | None


_c, _f = companies.c, company_figures.c
_OWN = ("employees", "employees_foreign", "industry", "products", "premises")


class _Record(msgspec.Struct):
    employees: int | None
    employees_foreign: int | None
    industry: str | None
    products: str | None
    premises: str | None


_RECORD = read(select(*(_c[n] for n in _OWN)).where(_c.id == bindparam("id")), _Record)
_FIGURES = read(
    select(*(_f[n] for n in _Figures.__struct_fields__))
    .where(_f.company_id == bindparam("id"), _f.day <= bindparam("day"))
    .order_by(_f.day.desc()),
    _Figures,
)
_AREA = read(
    select(visits.c.factory_area)
    .where(visits.c.company_id == bindparam("id"), visits.c.factory_area.is_not(None))
    .order_by(visits.c.visited_on.desc().nulls_last()),
    int,
)


async def known_of(ctx: Ctx, company_id: UUID, day: date) -> Known:
    """Return what is on file: the dated figures up to the day, else the record."""
    row = await ctx.db.one(_RECORD, id=company_id)
    dated = await ctx.db.all(_FIGURES, id=company_id, day=day)
    found = {name: getattr(row, name) for name in row.__struct_fields__}
    for name in _Figures.__struct_fields__:
        told = next((v for v in (getattr(d, name) for d in dated) if v is not None), None)
        found[name] = told if told is not None else found.get(name)
    found["factory_area"] = await ctx.db.first(_AREA, id=company_id)
    return Known(**found)
