"""Head counts that a file tells, kept under their days; the record carries the latest one.

A file never takes back what is known of a day: it only fills in.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Integer, Uuid, bindparam, or_, select, update

from sinmungo import clock
from sinmungo.companies import kept_queries as kept
from sinmungo.companies.events import CompanyChanged
from sinmungo.companies.models import companies
from sinmungo.companies.record import CompanyValues
from sinmungo.companies.service import SUBJECT
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, record_past
from sinmungo_tenants import any_of, read, write

type Told = tuple[UUID, CompanyValues, date | None]
"""A company, what a line says of it, and the day on which a size without a count held."""

_c = companies.c
_FIELDS = ("employees", "employees_foreign", "employees_on")


class _Counted(msgspec.Struct):
    id: UUID
    employees_on: date | None
    row_version: int


_LOCKED = read(
    select(_c.id, _c.employees_on, _c.row_version)
    .where(any_of(_c.id, "ids", Uuid()), _c.merged_into.is_(None))
    .order_by(_c.id)
    .with_for_update(),
    _Counted,
)
_FOLLOW = write(
    update(companies)
    .where(
        _c.id == bindparam("b_id", type_=Uuid()),
        or_(_c.employees_on.is_(None), _c.employees_on < bindparam("b_day", type_=Date())),
    )
    .values(
        employees=bindparam("employees", type_=Integer()),
        employees_foreign=bindparam("employees_foreign", type_=Integer()),
        employees_on=bindparam("employees_on", type_=Date()),
        row_version=_c.row_version + 1,
    )
)


async def keep_figures(ctx: Ctx, told: Iterable[Told]) -> None:
    """Keep head count and size of each company under their day."""
    rows = [
        {
            "id": clock.uuid7(),
            "company_id": company_id,
            "day": firm.employees_on or on or clock.today(),
            "employees": firm.employees,
            "employees_foreign": firm.employees_foreign,
            "size_class": firm.size_class,
            "recorded_at": clock.now(),
            "row_version": 1,
        }
        for company_id, firm, on in told
        if firm.employees is not None or firm.size_class
    ]
    await ctx.db.run_many(kept.FILL_FIGURES, rows)


async def follow_counts(ctx: Ctx, told: Iterable[Told]) -> None:
    """Make the latest of these head counts the records' own, where none is as late."""
    latest: dict[UUID, CompanyValues] = {}
    for company_id, firm, _ in told:
        if firm.employees_on and _later(firm.employees_on, latest.get(company_id)):
            latest[company_id] = firm
    stored = await ctx.db.all(_LOCKED, ids=list(latest)) if latest else []
    behind = [row for row in stored if _is_before(row.employees_on, latest[row.id])]
    await ctx.db.run_many(_FOLLOW, [_count(row.id, latest[row.id]) for row in behind])
    event = CompanyChanged(fields=list(_FIELDS))
    await record_past(ctx, SUBJECT, [Emission(event, r.id, r.row_version + 1) for r in behind])


def _later(day: date, known: CompanyValues | None) -> bool:
    return known is None or known.employees_on is None or day > known.employees_on


def _is_before(known: date | None, firm: CompanyValues) -> bool:
    return known is None or (firm.employees_on is not None and known < firm.employees_on)


def _count(company_id: UUID, firm: CompanyValues) -> dict[str, Any]:
    counted = {field: getattr(firm, field) for field in _FIELDS}
    return {"b_id": company_id, "b_day": firm.employees_on, **counted}
