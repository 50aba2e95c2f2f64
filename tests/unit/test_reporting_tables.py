"""Figures: half up, from sums; blank, "-" and 0 apart; a file that no spreadsheet runs."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Date, column, table

from sinmungo.reporting.download import table_sheet
from sinmungo.reporting.periods import parse_period
from sinmungo.reporting.queries import Line
from sinmungo.reporting.tables import (
    Table,
    TableLine,
    average_days,
    cells_of,
    columns_of,
    numbers_of,
)
from sinmungo.reporting.terms import Dataset, Dimension, Measure, RowColumn
from sinmungo.web.sheets import csv_bytes

RUNS = table("runs", column("id"), column("day", Date), column("kind"))
DONE = RUNS.c.kind == "DONE"
DATASET = Dataset(
    slug="runs",
    title="방문 현황",
    unit="회",
    source=RUNS,
    id=RUNS.c.id,
    at=RUNS.c.day,
    dimensions=(Dimension("kind", "종류별", RUNS.c.kind, {"DONE": "마침"}),),
    measures=(
        Measure("all", "방문"),
        Measure("rate", "완료율", share=("done", "all")),
        Measure("days", "평균", DONE, days=(RUNS.c.day, RUNS.c.day)),
        Measure("done", "완료", DONE),
    ),
    columns=(RowColumn("날", RUNS.c.day),),
)
TODAY = date(2026, 11, 22)
_DAY = 86_400


def test_shares_and_averages_come_from_counts_and_sums():
    line = Line("DONE", whole=False, numbers=[1631, 9 * _DAY, 4, 1625, 2000, 7], switches=[])
    assert numbers_of(DATASET, line) == {
        "all": 1631,
        "done": 1625,
        "rate": Decimal("99.6"),
        "days": Decimal("2.3"),
        "cumulative": 2000,
        "before": 7,
    }


@pytest.mark.parametrize(
    ("seconds", "number", "days"),
    [
        (0, 0, None),
        (0, 3, "0.0"),
        (_DAY // 20, 1, "0.1"),
        (_DAY // 20 - 1, 1, "0.0"),
        (_DAY * 5 // 20, 1, "0.3"),
        (_DAY * 49, 10, "4.9"),
    ],
)
def test_average_days_round_half_up(seconds: int, number: int, days: str | None):
    assert average_days(seconds, number) == (None if days is None else Decimal(days))


def _texts(period_code: str, line: Line | None) -> dict[str, str]:
    period = parse_period(period_code)
    columns = columns_of(DATASET, period, period.year_before(TODAY))
    return {c.column.code: c.text for c in cells_of(columns, numbers_of(DATASET, line), TODAY)}


def test_zero_nothing_to_divide_and_not_yet_are_three_things():
    assert _texts("2026-11", None) == {
        "all": "0",
        "cumulative": "0",
        "before": "0",
        "rate": "-",
        "days": "-",
        "done": "0",
    }
    later = _texts("2026-12", None)
    assert (later["all"], later["rate"], later["done"]) == ("", "", "")
    assert (later["cumulative"], later["before"]) == ("0", "0")


def test_numbers_are_printed_with_commas_and_filed_without():
    line = Line("DONE", whole=False, numbers=[12345, _DAY, 1, 12345, 12345, 0], switches=[])
    assert _texts("2026-11", line)["all"] == "12,345"
    period = parse_period("2026-11")
    columns = columns_of(DATASET, period, period.year_before(TODAY))
    cells = cells_of(columns, numbers_of(DATASET, line), TODAY)
    made = Table(
        dataset="runs",
        title="=방문",
        unit="회",
        dimension="kind",
        dimension_title="종류별",
        period=period,
        as_of=TODAY,
        columns=columns,
        total=TableLine(None, "계", cells),
        lines=(TableLine("X", '@SUM(A1),"x"', cells),),
        footnotes=("- 각주",),
    )
    rows = list(csv.reader(io.StringIO(csv_bytes(table_sheet(made)).decode("utf-8-sig"))))
    assert rows[0] == ["종류별", "방문", "방문(누계)", "전년동기", "완료율(%)", "평균(일)", "완료"]
    assert rows[1] == ["계", "12345", "12345", "0", "100.0", "1.0", "12345"]
    assert rows[2][0] == '\'@SUM(A1),"x"'
    assert rows[3] == []
    assert rows[4] == ["'=방문 (2026년 11월) (2026. 11. 22. 기준, 단위: 회)"]
    assert rows[5] == ["'- 각주"]
