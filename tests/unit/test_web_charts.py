"""Chart geometry: parts sum to the whole, nothing leaves the picture."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.web import charts

counts = st.integers(min_value=0, max_value=2_000_000)
tables = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        st.lists(st.text("가나다라 abc", min_size=1, max_size=30), min_size=n, max_size=n),
        st.lists(st.lists(counts, min_size=n, max_size=n), min_size=1, max_size=6),
    )
)


@given(tables)
def test_stacked_bars_add_up_and_stay_inside(table: tuple[list[str], list[list[int]]]) -> None:
    labels, columns = table
    chart = charts.stacked(labels, [charts.Series(f"s{i}", v) for i, v in enumerate(columns)])
    assert chart.total == sum(map(sum, columns))
    for i, row in enumerate(chart.rows):
        assert row.total == sum(c[i] for c in columns) == sum(p.value for p in row.parts)
        assert row.end_x <= chart.width - 60
        assert row.y + charts.BAR <= chart.height
        edges = [(p.x, p.x + p.width) for p in row.parts]
        assert all(b[0] >= a[1] - 0.2 for a, b in pairwise(edges))
        assert len(row.short) <= 14


@given(st.lists(counts, min_size=1, max_size=30))
def test_line_stays_under_its_highest_tick(values: list[int]) -> None:
    chart = charts.line([str(i) for i in range(len(values))], [charts.Series("a", values)])
    assert 2 <= len(chart.y_ticks) <= 6
    assert int(chart.y_ticks[-1].text.replace(",", "")) >= max(values)
    ys = [d.y for d in chart.lines[0].dots]
    assert all(15.9 <= y <= chart.base for y in ys)
    assert len(chart.x_ticks) <= 12
    assert all(d.x <= chart.right + 0.1 for d in chart.lines[0].dots)


@given(st.lists(counts, max_size=6))
def test_donut_shares_and_paths(values: list[int]) -> None:
    chart = charts.donut([charts.Datum(str(i), v) for i, v in enumerate(values)])
    assert chart.total == sum(values)
    assert sum(bool(s.path) for s in chart.slices) == sum(v > 0 for v in values)
    if chart.total:
        assert abs(sum(s.share for s in chart.slices) - 100) <= 0.05 * len(values) + 1e-6


def test_a_whole_ring_is_still_drawn() -> None:
    path = charts.donut([charts.Datum("전부", 7)]).slices[0].path
    points = re.findall(r"[ML ](-?[\d.]+,-?[\d.]+)", path)
    assert len(set(points)) == len(points)


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="values for 2 labels"):
        charts.stacked(["가", "나"], [charts.Series("a", [1])])
    with pytest.raises(ValueError, match="negative"):
        charts.bars([charts.Datum("가", -1)])
    with pytest.raises(ValueError, match="at most 6"):
        charts.line(["가"], [charts.Series(str(i), [1]) for i in range(7)])


def test_links_follow_their_numbers() -> None:
    chart = charts.bars([charts.Datum("가", 3, "/rows?c=a"), charts.Datum("나", 0, "/rows?c=b")])
    assert [[p.href for p in r.parts] for r in chart.rows] == [["/rows?c=a"], []]
