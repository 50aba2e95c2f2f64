"""Random cases, random periods: every figure against a count made apart from the engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, delete, func, select, text

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases.models import cases
from sinmungo.cases.reports import CASES
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.people.models import org_units
from sinmungo.reporting import service
from sinmungo.reporting.periods import Period, around, parse_period
from sinmungo.reporting.tables import BEFORE, CUMULATIVE, Column, Table
from sinmungo.testing.cases import BareCases
from sinmungo_tenants import Tenant, insert_into, read, write

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OPEN = ("REGISTERED", "ASSIGNED", "IN_REVIEW")
RESULTS = (
    "ACCEPTED_ON_SITE",
    "ACCEPTED",
    "PARTIALLY_ACCEPTED",
    "NOT_ACCEPTED",
    "LONG_TERM_REVIEW",
    "SYSTEM_CHANGE_PROPOSED",
    "INFO_PROVIDED",
    "ALREADY_DONE",
    "TRANSFERRED",
    "WITHDRAWN",
    None,
)
_DELETE = write(delete(cases).where(cases.c.id == bindparam("b_id")))
_TOTAL = read(
    select(func.count())
    .select_from(cases)
    .where(text("(registered_at AT TIME ZONE 'Asia/Seoul')::date BETWEEN :first AND :last")),
    int,
)


@dataclass(frozen=True)
class Made:
    id: UUID
    category: str
    channel: str
    department: str
    registered_at: datetime
    status: str
    disposition: str | None
    answered_at: datetime | None

    def line(self, dimension: str) -> str:
        return str(getattr(self, dimension)) or "-"

    def day(self) -> date:
        return clock.to_seoul(self.registered_at).date()


def _counted(column: str, case: Made, *, refusals: bool) -> bool:
    """Whether a case that lies in the column's period counts there, said once more in Python."""
    finished = case.status not in OPEN
    refused = case.disposition in ("NOT_ACCEPTED", "LONG_TERM_REVIEW")
    gone = case.disposition in ("TRANSFERRED", "WITHDRAWN")
    results = {
        "accepted": ("ACCEPTED", "ACCEPTED_ON_SITE"),
        "partly": ("PARTIALLY_ACCEPTED",),
        "refused": ("NOT_ACCEPTED",),
        "long_term": ("LONG_TERM_REVIEW",),
        "proposed": ("SYSTEM_CHANGE_PROPOSED",),
        "informed": ("INFO_PROVIDED",),
        "other": ("ALREADY_DONE", None),
        "gone": ("TRANSFERRED", "WITHDRAWN"),
    }
    match column:
        case "received" | "cumulative" | "before":
            return True
        case "open":
            return not finished
        case "done" | "rate":
            return finished and not gone and (refusals or not refused)
        case "days":
            done = finished and not gone and (refusals or not refused)
            return done and case.answered_at is not None
    return finished and case.disposition in results[column]


def _half_up(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _expected(column: Column, line: list[Made], *, refusals: bool) -> Any:
    inside = [m for m in line if column.period.first <= m.day() <= column.period.last]
    counted = [m for m in inside if _counted(column.code, m, refusals=refusals)]
    if column.kind == "share":
        return _half_up(Decimal(100 * len(counted)) / len(inside)) if inside else None
    if column.kind == "days":
        spans = [(m.answered_at - m.registered_at) // timedelta(seconds=1) for m in counted]
        return _half_up(Decimal(sum(spans)) / (86_400 * len(spans))) if spans else None
    return len(counted)


_days = st.sampled_from(
    [
        date(2026, 10, 31),
        date(2026, 11, 1),
        date(2026, 11, 22),
        date(2025, 11, 1),
        date(2025, 11, 22),
        date(2025, 11, 23),
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2024, 2, 29),
    ]
)
_times = st.sampled_from(["00:00", "08:59", "09:00", "12:30", "23:59:59.999999"])
_moments = st.builds(clock.at, _days, _times)
_periods = st.one_of(
    st.sampled_from([parse_period("2026"), parse_period("2025-11-01..2026-11-22")]),
    st.builds(around, _days, st.sampled_from(["month", "quarter", "year", "days"])),
    st.builds(lambda a, b: Period(min(a, b), max(a, b)), _days, _days),
)
_case = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["FUNDS", "MARKET", "INFRA", "UNHEARD_OF", ""]),
        "channel": st.sampled_from(["HOTLINE", "FAX"]),
        "unit": st.integers(0, 3),
        "registered_at": _moments,
        "status": st.sampled_from([*OPEN, *["ANSWERED", "CLOSED"] * 3]),
        "disposition": st.sampled_from(RESULTS),
        "hours": st.one_of(st.none(), st.floats(0, 2000)),
    }
)


@st.composite
def _shapes(draw: st.DrawFn) -> tuple[Period, list[Any]]:
    """A period with every outcome once in it, and cases anywhere: rare pairs always meet."""
    period = draw(_periods)
    day = draw(st.dates(period.first, period.last))
    cases_of_all = [
        {**draw(_case), "status": status, "disposition": result, "registered_at": moment}
        for moment in [clock.at(day, draw(_times))]
        for status, result in [("ASSIGNED", None), *(("ANSWERED", r) for r in RESULTS)]
    ]
    return period, cases_of_all + draw(st.lists(_case, max_size=8))


async def _unit(ctx: Ctx, name: str, kind: str = "DEPARTMENT", **more: Any) -> UUID:
    """Write a unit past the rules of people: imported ones may lack a name."""
    unit_id = clock.uuid7()
    values = {"id": unit_id, "name": name, "kind": kind, "valid_from": TODAY, "row_version": 1}
    await ctx.db.run(insert_into(org_units), **values, **more)
    return unit_id


async def _make(ctx: Ctx, bare: BareCases, units: list[UUID | None], given: Any) -> Made:
    finished = given["status"] not in OPEN
    hours, unit = given["hours"], units[given["unit"]]
    answered = finished and hours is not None
    values = {
        "category": given["category"],
        "channel": given["channel"],
        "registered_at": given["registered_at"],
        "status": given["status"],
        "disposition": given["disposition"] if finished else None,
        "answered_at": given["registered_at"] + timedelta(hours=hours) if answered else None,
    }
    made = await bare.add(ctx, **values, lead_unit_id=unit)
    return Made(id=made, department=str(unit or ""), **values)


async def _tables(ctx: Ctx, period: Period) -> list[Table]:
    return [await service.table(ctx, "cases", d.code, period) for d in CASES.dimensions]


def _check(tables: list[Table], made: list[Made], *, refusals: bool) -> None:
    for table in tables:
        for line in (table.total, *table.lines):
            behind = [m for m in made if line.code in (None, m.line(table.dimension))]
            for cell in line.cells:
                assert cell.value == _expected(cell.column, behind, refusals=refusals), (line, cell)
        for column in table.columns:
            if column.kind == "count":
                summed = sum(line.value(column.code) for line in table.lines)
                assert summed == table.total.value(column.code)
        outcomes = ["open", "accepted", "partly", "refused", "long_term"]
        outcomes += ["proposed", "informed", "other", "gone"]
        assert table.total.value("received") == sum(table.total.value(c) for c in outcomes)


async def _behind(ctx: Ctx, table: Table) -> dict[tuple[str | None, str], set[UUID]]:
    """The rows that each cell opens; each is also checked against the figure itself."""
    found: dict[tuple[str | None, str], set[UUID]] = {}
    for line in (table.total, *table.lines):
        if line.code is not None and not any(c.value for c in line.cells):
            continue
        for cell in line.cells:
            column = cell.column
            rows = await service.evidence(
                ctx,
                "cases",
                dimension=table.dimension,
                value=line.code,
                measure=column.evidence,
                period=column.period,
            )
            found[line.code, column.code] = {r.id for r in rows.rows}
            assert rows.total == len(rows.rows) == len(found[line.code, column.code])
            if column.kind == "count":
                assert rows.total == cell.value
    return found


@asynccontextmanager
async def _undone(runtime: Runtime, city: Tenant) -> AsyncIterator[Ctx]:
    """A unit of work that leaves no row behind."""

    class UndoError(Exception):
        pass

    with suppress(UndoError), clock.frozen(NOW):
        async with runtime.work.open(city) as opened:
            yield opened
            raise UndoError


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    shape=_shapes(),
    refusals=st.booleans(),
    gone=st.integers(0, 19),
    dimension=st.integers(0, 2),
)
async def test_any_case_moves_every_figure_by_itself(
    runtime: Runtime,
    city: Tenant,
    shape: tuple[Period, list[Any]],
    gone: int,
    dimension: int,
    *,
    refusals: bool,
):
    period, data = shape
    async with _undone(runtime, city) as ctx:
        await set_setting(ctx, "reporting.refusals_are_done", refusals)
        bare = await BareCases.prepare(ctx)
        units = [None, *[await _unit(ctx, name) for name in ("", "첫째과", "둘째과")]]
        made = [await _make(ctx, bare, units, given) for given in data]
        tables = await _tables(ctx, period)
        _check(tables, made, refusals=refusals)
        await _check_apart(ctx, tables[0])
        behind = await _behind(ctx, tables[dimension])
        victim = made.pop(gone % len(made))
        await ctx.db.run(_DELETE, b_id=victim.id)
        after = await _tables(ctx, period)
        _check(after, made, refusals=refusals)
        for cell, rows in (await _behind(ctx, after[dimension])).items():
            assert rows == behind.pop(cell) - {victim.id}
        assert all(rows <= {victim.id} for rows in behind.values()), "more left than its row"


async def _check_apart(ctx: Ctx, table: Table) -> None:
    for code in ("received", CUMULATIVE, BEFORE):
        column = next(c for c in table.columns if c.code == code)
        apart = await ctx.db.one(_TOTAL, first=column.period.first, last=column.period.last)
        assert table.total.value(code) == apart
