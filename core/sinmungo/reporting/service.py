"""Counts what slices and plugins declared. Knows no slice; finds them through the host."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.reporting import queries as q
from sinmungo.reporting.hiding import hidden_scores
from sinmungo.reporting.periods import Period
from sinmungo.reporting.tables import (
    Table,
    TableLine,
    cells_of,
    columns_of,
    numbers_of,
)
from sinmungo.reporting.terms import NO_VALUE, Dataset, Dimension, Label, LabelSource, Measure
from sinmungo.text.dates import date_ko
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.look import city_look

NO_NAME = "(이름 없음)"
_FEW = "응답이 {}건보다 적은 점수와, 빼서 그것을 알아낼 수 있는 점수는 ‘가림’으로 적습니다."
_CLOSED = "누가 무엇이라고 답했는지 드러나므로 이 수의 목록은 열지 않습니다."
_ONCE = "각 칸에서 같은 곳은 한 번만 셉니다. 그래서 계는 줄의 합과 다를 수 있습니다."


class EvidenceRow(msgspec.Struct, frozen=True):
    """One row: its page (empty: none) and its cells as text, in the order of the columns."""

    id: UUID
    href: str
    cells: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True):
    """The rows behind a cell: how many there are, and one page of them."""

    dataset: Dataset
    dimension: Dimension
    measure: Measure
    line: str
    total: int
    rows: tuple[EvidenceRow, ...]
    next: str


def datasets(ctx: Ctx) -> dict[str, Dataset]:
    """Return what is counted in this city, by slug; an inactive plugin's datasets are not there."""
    return {
        dataset.slug: dataset
        for loaded in ctx.host.active_slices(ctx.city)
        for dataset in loaded.slice.reports
    }


def find(ctx: Ctx, name: str) -> Dataset:
    """Return a dataset, `MissingError` if this city has none of that name."""
    found = datasets(ctx).get(name)
    if found is None:
        raise MissingError
    return found


async def table(ctx: Ctx, name: str, dimension: str, period: Period) -> Table:
    """Count a dataset by a dimension (empty: its first); two statements at most.

    The city's own footnotes are kept in the process.

    Raises MissingError for the dataset, InvalidError for the dimension.
    """
    dataset = find(ctx, name)
    by = _dimension(dataset, dimension)
    labels = await _labels(ctx, by.labels)
    today = clock.today()
    before = period.year_before(today)
    spans = q.windows(dataset, period=period, cumulative=period.cumulative(), before=before)
    counted = await ctx.db.all(q.counts(dataset, by), **spans)
    whole = next(line for line in counted if line.whole)
    columns = columns_of(dataset, period, before)

    known = {c.code: c for c in counted if c.code is not None and not c.whole}
    least = await dataset.least(ctx) if dataset.least else 0
    hidden = hidden_scores(dataset, whole, known, least)

    def line(code: str | None, title: str, found: q.Line | None) -> TableLine:
        cells = cells_of(columns, numbers_of(dataset, found), today, hidden[code])
        return TableLine(code, title, cells)

    return Table(
        dataset=name,
        title=dataset.title,
        unit=dataset.unit,
        dimension=by.code,
        dimension_title=by.title,
        period=period,
        as_of=today,
        columns=columns,
        total=line(None, "계", whole),
        lines=tuple(line(c, t, known.get(c)) for c, t in _order(by, labels, set(known))),
        footnotes=(
            *_footnotes(dataset, period, before, whole.switches),
            *((_FEW.format(least),) if least else ()),
            *(await city_look(ctx)).reports.footnotes,
        ),
    )


def _order(by: Dimension, labels: Sequence[Label], found: set[str]) -> list[tuple[str, str]]:
    """Lines in the order of the labels, then codes without one, then rows without a value."""
    listed = [(x.code, x.title or NO_NAME) for x in labels if x.always or x.code in found]
    unlabelled = found - {code for code, _ in listed}
    return [
        *listed,
        *((code, code) for code in sorted(unlabelled - {NO_VALUE})),
        *((code, by.missing) for code in unlabelled & {NO_VALUE}),
    ]


async def _labels(ctx: Ctx, source: LabelSource) -> Sequence[Label]:
    if isinstance(source, Mapping):
        return [Label(code, title, always=True) for code, title in source.items()]
    return await source(ctx)


def _dimension(dataset: Dataset, code: str) -> Dimension:
    found = dataset.dimension(code) if code else dataset.dimensions[0]
    if found is None:
        raise InvalidError({"dimension": "없는 구분입니다."})
    return found


def _measure(dataset: Dataset, code: str) -> Measure:
    found = dataset.measure(code) if code else dataset.measures[0]
    if found is None:
        raise InvalidError({"measure": "없는 항목입니다."})
    return dataset.measure(found.share[0]) or found if found.share else found


def _footnotes(
    dataset: Dataset, period: Period, before: Period, switches: list[bool]
) -> tuple[str, ...]:
    first = dataset.measures[0].title
    titles = {m.code: m.title for m in dataset.measures}
    shares = [
        f"{m.title} = {titles[m.share[0]]} ÷ {titles[m.share[1]]} × 100, 소수 둘째 자리에서 반올림"
        for m in dataset.measures
        if m.share
    ]
    return (
        f"기간: {period.days} ({first} 기준). 결과는 {date_ko(clock.today())} 현재입니다.",
        f"{first}(누계): {period.cumulative().days}, 전년동기: {before.days}",
        *shares,
        *(s.on if on else s.off for s, on in zip(dataset.switches, switches, strict=True)),
        *((_ONCE,) if dataset.distinct is not None else ()),
        *dataset.footnotes,
        "‘-’는 나눌 대상이 없음, 빈칸은 아직 오지 않은 기간입니다.",
    )


async def evidence(
    ctx: Ctx,
    name: str,
    *,
    dimension: str,
    value: str | None,
    measure: str,
    period: Period,
    cursor: str = "",
) -> Evidence:
    """Return the rows behind a cell, newest first; `value` None is the total's cell.

    A share opens the rows of its numerator. Raises MissingError and InvalidError like `table`, and
    RefusedError for a measure whose rows are never shown.
    """
    dataset = find(ctx, name)
    by, what = _dimension(dataset, dimension), _measure(dataset, measure)
    if what.closed:
        raise RefusedError(_CLOSED, code="rows_closed")
    found = await ctx.db.all(
        q.rows(dataset, by, what),
        value=value,
        **_after(dataset, cursor),
        **q.windows(dataset, period=period),
    )
    words = [await _words(ctx, c.labels) for c in dataset.columns]
    return Evidence(
        dataset=dataset,
        dimension=by,
        measure=what,
        line=await _line_title(ctx, by, value),
        total=found[0].total if found else 0,
        rows=tuple(_row(dataset, row, words) for row in found),
        next=_cursor(found[-1]) if len(found) == q.PAGE else "",
    )


def _cursor(row: q.Row) -> str:
    return encode_cursor(row.at.isoformat(), str(row.id))


def _after(dataset: Dataset, cursor: str) -> dict[str, date | UUID | None]:
    if not cursor:
        return {"after_at": None, "after_id": None}
    at, row_id = decode_cursor(cursor, 2)
    try:
        return {"after_at": q.moment_of(dataset, at), "after_id": UUID(row_id)}
    except ValueError:
        raise InvalidError({"cursor": "다음 쪽 표시가 올바르지 않습니다."}) from None


def _row(dataset: Dataset, row: q.Row, words: list[dict[str, str]]) -> EvidenceRow:
    cells = (w.get(c or "", c or "") for c, w in zip(row.cells, words, strict=True))
    return EvidenceRow(row.id, dataset.href.replace("{id}", str(row.id)), tuple(cells))


async def _words(ctx: Ctx, source: LabelSource | None) -> dict[str, str]:
    return {x.code: x.title for x in await _labels(ctx, source)} if source else {}


async def _line_title(ctx: Ctx, by: Dimension, value: str | None) -> str:
    if value is None:
        return "계"
    if value == NO_VALUE:
        return by.missing
    return (await _words(ctx, by.labels)).get(value, value) or NO_NAME
