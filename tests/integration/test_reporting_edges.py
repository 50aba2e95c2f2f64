"""The edges of a report: midnight, nothing, no name, a city's own way to count, many rows."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from sinmungo import clock
from sinmungo.cases.reports import CASES
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.people.models import org_units
from sinmungo.reporting import service
from sinmungo.reporting.periods import around, parse_period
from sinmungo.reporting.tables import BEFORE
from sinmungo.testing.cases import BareCases
from sinmungo_tenants import insert_into

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
NOVEMBER = parse_period("2026-11")


async def _unit(ctx: Ctx, name: str, kind: str = "DEPARTMENT", **more: Any) -> UUID:
    """Write a unit past the rules of people: imported ones may lack a name."""
    unit_id = clock.uuid7()
    values = {"id": unit_id, "name": name, "kind": kind, "valid_from": TODAY, "row_version": 1}
    await ctx.db.run(insert_into(org_units), **values, **more)
    return unit_id


async def test_no_cases(ctx: Ctx):
    with clock.frozen(NOW):
        table = await service.table(ctx, "cases", "department", parse_period("2026-11"))
        assert table.lines == ()
        assert table.total.value("received") == 0
        assert table.total.value("rate") is None
        texts = {c.column.code: c.text for c in table.total.cells}
        assert (texts["received"], texts["rate"], texts["days"]) == ("0", "-", "-")
        later = await service.table(ctx, "cases", "department", parse_period("2027-01"))
    assert {c.text for c in later.total.cells if c.column.code != BEFORE} == {""}


async def test_a_month_ends_at_midnight_in_seoul(ctx: Ctx):
    bare = await BareCases.prepare(ctx)
    await bare.add(ctx, datetime(2026, 10, 31, 14, 59, 59, tzinfo=UTC))
    first = await bare.add(ctx, datetime(2026, 10, 31, 15, 0, tzinfo=UTC))
    last = await bare.add(ctx, datetime(2026, 11, 30, 14, 59, 59, 999999, tzinfo=UTC))
    await bare.add(ctx, datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    found = await service.evidence(
        ctx,
        "cases",
        dimension="category",
        value=None,
        measure="received",
        period=parse_period("2026-11"),
    )
    assert [r.id for r in found.rows] == [last, first]
    assert found.total == 2


async def test_a_department_without_a_name_has_a_line(ctx: Ctx):
    bare = await BareCases.prepare(ctx)
    unnamed = await _unit(ctx, "")
    parent = await _unit(ctx, "산업과")
    team = await _unit(ctx, "운영팀", kind="TEAM", parent_id=parent)
    for unit in (unnamed, team, None):
        await bare.add(ctx, clock.at(TODAY, "10:00"), lead_unit_id=unit)
    table = await service.table(ctx, "cases", "department", around(TODAY, "month"))
    assert {line.title: line.value("received") for line in table.lines} == {
        "(이름 없음)": 1,
        "산업과 운영팀": 1,
        "부서 미지정": 1,
    }


async def _total(ctx: Ctx) -> dict[str, str]:
    table = await service.table(ctx, "cases", "", NOVEMBER)
    return {c.column.code: c.text for c in table.total.cells}


async def test_a_city_says_whether_a_refusal_is_done(ctx: Ctx):
    """Gyeongnam 2017: 133 = 60 done + 49 in progress + 10 refused + 14 under long review."""
    bare = await BareCases.prepare(ctx)
    counts = {"ACCEPTED": 60, None: 49, "NOT_ACCEPTED": 10, "LONG_TERM_REVIEW": 14}
    for disposition, number in counts.items():
        for _ in range(number):
            await bare.add(
                ctx,
                clock.at(TODAY, "10:00"),
                status="ANSWERED" if disposition else "IN_REVIEW",
                disposition=disposition,
            )
    counted = await _total(ctx)
    assert (counted["received"], counted["done"], counted["open"]) == ("133", "84", "49")
    assert counted["rate"] == "63.2"
    await set_setting(ctx, "reporting.refusals_are_done", value=False)
    counted = await _total(ctx)
    assert (counted["done"], counted["open"], counted["rate"]) == ("60", "49", "45.1")
    assert (counted["refused"], counted["long_term"]) == ("10", "14")
    table = await service.table(ctx, "cases", "", NOVEMBER)
    assert "불수용·장기검토는 처리완료에 넣지 않습니다." in table.footnotes
    behind = await service.evidence(
        ctx, "cases", dimension="", value=None, measure="rate", period=NOVEMBER
    )
    assert behind.total == 60


async def test_many_rows_come_in_pages_without_a_gap(ctx: Ctx):
    bare = await BareCases.prepare(ctx)
    moment = clock.at(TODAY, "10:00")
    made = {await bare.add(ctx, moment, category="MARKET") for _ in range(230)}
    seen: list[UUID] = []
    cursor, sizes = "", []
    while cursor or not sizes:
        found = await service.evidence(
            ctx,
            "cases",
            dimension="category",
            value="MARKET",
            measure="open",
            period=NOVEMBER,
            cursor=cursor,
        )
        seen += [r.id for r in found.rows]
        sizes.append(len(found.rows))
        cursor = found.next
        assert found.total == 230
    assert sizes == [100, 100, 30]
    assert set(seen) == made
    assert len(seen) == 230


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": "picnics"}, MissingError),
        ({"dimension": "size"}, InvalidError),
        ({"measure": "happy"}, InvalidError),
        ({"cursor": "zzz"}, InvalidError),
        ({"cursor": "WyJhIiwiYiJd"}, InvalidError),
    ],
)
async def test_what_is_not_there_is_told(ctx: Ctx, asked: dict[str, str], error: type[Exception]):
    given = {"name": "cases", "dimension": "", "measure": "", "cursor": "", **asked}
    with pytest.raises(error):
        await service.evidence(ctx, given.pop("name"), value=None, period=NOVEMBER, **given)


async def test_every_measure_of_cases_has_a_ready_table(ctx: Ctx):
    assert [d.code for d in CASES.dimensions] == ["category", "channel", "department"]
    table = await service.table(ctx, "cases", "", NOVEMBER)
    titles = [c.title for c in table.columns]
    assert titles[:5] == ["접수", "접수(누계)", "전년동기", "처리완료", "처리중"]
    assert titles[-2:] == ["처리율(%)", "평균 처리일(일)"]
