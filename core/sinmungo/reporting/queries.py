"""The two statements of a dataset, built once: how many, and which.

Both take their conditions from the same Dataset objects and the same functions here, so a cell and
the rows it opens cannot disagree. A table is one scan: all windows and measures side by side.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array, distinct_on

from sinmungo.reporting.periods import Period
from sinmungo.reporting.terms import Dataset, Dimension, Measure
from sinmungo_tenants import Read, read

PAGE = 100


class Line(msgspec.Struct):
    """The numbers of one value of a dimension, or of all (`whole`).

    `numbers` holds per measure what `slots` says, then 누계 and 전년동기; `switches` the settings.
    """

    code: str | None
    whole: bool
    numbers: list[int]
    switches: list[bool]


class Row(msgspec.Struct):
    """One thing that was counted; `total` is how many there are, on every page the same."""

    id: UUID
    at: datetime | date
    cells: list[str | None]
    total: int


def slots(measure: Measure) -> int:
    """How many numbers a measure takes in a Line.

    Shares none, averages sum and count, scores points, possible points and count.
    """
    return {"count": 1, "days": 2, "share": 0, "score": 3}[measure.kind]


@cache
def counts(dataset: Dataset, dimension: Dimension) -> Read[Line]:
    """Return the query of a table.

    Parameters: `period`, `cumulative` and `before`, each with `_from` and `_to` (see `windows`).
    """
    key = dimension.key
    period, cumulative, before = (_inside(dataset, w) for w in ("period", "cumulative", "before"))
    numbers = [n for m in dataset.measures for n in _numbers(dataset, m, period)]
    numbers += [_count(dataset).filter(cumulative), _count(dataset).filter(before)]
    statement: Any = (
        select(
            key.label("code"),
            (func.grouping(key) == 1).label("whole"),
            cast(array(numbers), ARRAY(BigInteger)).label("numbers"),
            cast(array([s.condition for s in dataset.switches]), ARRAY(Boolean)).label("switches"),
        )
        .select_from(dataset.source)
        .where(or_(period, cumulative, before))
        .group_by(func.rollup(key))
    )
    return read(statement, Line)


@cache
def rows(dataset: Dataset, dimension: Dimension, measure: Measure) -> Read[Row]:
    """Return the query of the rows behind a cell, newest first, a page at a time.

    Parameters: `period_from`, `period_to`, `value` (None: every line), `after_at`, `after_id`.
    """
    value = bindparam("value", type_=Text)
    behind = and_(
        _inside(dataset, "period"),
        or_(value.is_(None), dimension.key == value),
        *_conditions(measure),
    )
    total = select(_count(dataset)).select_from(dataset.source).where(behind).correlate(None)
    after_at = bindparam("after_at", type_=dataset.at.type)
    after_id = bindparam("after_id", type_=Uuid)
    found = _behind(dataset, behind).c
    statement: Any = (
        select(found.id, found.at, found.cells, total.scalar_subquery().label("total"))
        .where(or_(after_id.is_(None), tuple_(found.at, found.id) < tuple_(after_at, after_id)))
        .order_by(found.at.desc(), found.id.desc())
        .limit(PAGE)
    )
    return read(statement, Row)


def _behind(dataset: Dataset, behind: ColumnElement[bool]) -> Any:
    """The rows of a cell; of a `distinct` dataset the newest row of each value."""
    cells = cast(array([_as_text(c.column) for c in dataset.columns]), ARRAY(Text))
    statement = (
        select(dataset.id.label("id"), dataset.at.label("at"), cells.label("cells"))
        .select_from(dataset.source)
        .where(behind)
    )
    once = dataset.distinct
    if once is not None:
        statement = statement.ext(distinct_on(once)).order_by(
            once, dataset.at.desc(), dataset.id.desc()
        )
    return statement.subquery("behind")


def _count(dataset: Dataset) -> Any:
    return func.count() if dataset.distinct is None else func.count(dataset.distinct.distinct())


def windows(dataset: Dataset, **periods: Period) -> dict[str, Any]:
    """Return the parameters `<name>_from` and `<name>_to` of periods, half-open.

    Instants in UTC for a timestamptz column, days for a date column.
    """
    found: dict[str, Any] = {}
    for name, period in periods.items():
        days = (period.first, period.last + timedelta(days=1))
        found[f"{name}_from"], found[f"{name}_to"] = days if _by_day(dataset) else period.bounds()
    return found


def moment_of(dataset: Dataset, text: str) -> date:
    """Return the date or aware moment a row's `at` was written as; ValueError if it is none."""
    if _by_day(dataset):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def _by_day(dataset: Dataset) -> bool:
    return isinstance(dataset.at.type, Date)


def _inside(dataset: Dataset, window: str) -> ColumnElement[bool]:
    start = bindparam(f"{window}_from", type_=dataset.at.type)
    end = bindparam(f"{window}_to", type_=dataset.at.type)
    return and_(dataset.at >= start, dataset.at < end)


def _conditions(measure: Measure) -> list[ColumnElement[bool]]:
    found = [] if measure.where is None else [measure.where]
    return found + [column.is_not(None) for column in measure.days or measure.score or ()]


def _numbers(
    dataset: Dataset, measure: Measure, period: ColumnElement[bool]
) -> list[ColumnElement[Any]]:
    """Whole numbers only, so that a sum of lines is exact; seconds are cut per row."""
    counted = and_(period, *_conditions(measure))
    number = _count(dataset).filter(counted)
    if measure.share:
        return []
    if measure.score is not None:
        return [*(func.coalesce(func.sum(c).filter(counted), 0) for c in measure.score), number]
    if measure.days is None:
        return [number]
    start, end = (_instant(column) for column in measure.days)
    seconds = func.floor(func.extract("epoch", end - start))
    return [func.coalesce(func.sum(seconds).filter(counted), 0), number]


def _instant(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A date counts from its midnight in Seoul."""
    if isinstance(column.type, Date):
        return func.timezone("Asia/Seoul", cast(column, DateTime))
    return column


def _as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    if isinstance(column.type, DateTime):
        return func.to_char(func.timezone("Asia/Seoul", column), "YYYY. FMMM. FMDD.")
    if isinstance(column.type, Date):
        return func.to_char(column, "YYYY. FMMM. FMDD.")
    return cast(column, Text)
