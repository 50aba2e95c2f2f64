"""The words in which slices and plugins say what can be counted, so that the engine knows no slice.

One Dataset holds one kind of thing (건, 개사 or 회), so that no sum can mix two. A cell's count and
the rows it opens use the same condition objects from here; that is why they cannot differ.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from sqlalchemy import Boolean, ColumnElement, FromClause, Text, cast, func, literal_column, select

from sinmungo.host.models import settings

if TYPE_CHECKING:
    from sinmungo.host.context import Ctx

type Unit = Literal["건", "개사", "회"]
type Kind = Literal["count", "days", "share", "score"]
type LabelSource = Mapping[str, str] | Callable[["Ctx"], Awaitable[Sequence["Label"]]]
NO_VALUE = "-"


class Label(msgspec.Struct, frozen=True):
    """A value of a dimension: code, Korean title, and whether it has a line even with no rows."""

    code: str
    title: str
    always: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Switch:
    """A yes/no setting of the city on which a measure depends.

    `on` and `off` are the footnotes that say which way the city counts.
    """

    key: str
    default: bool
    on: str
    off: str

    @property
    def condition(self) -> ColumnElement[bool]:
        """The setting's value, read by the very statement that counts."""
        stored = select(cast(settings.c.value, Boolean)).where(settings.c.key == self.key)
        default = literal_column("true" if self.default else "false", Boolean)
        return func.coalesce(stored.scalar_subquery(), default)


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """What the lines of a table are. `column` holds the code, `missing` names rows without one.

    `labels` is a mapping (every value has a line) or `async labels(ctx)` of at most one statement.
    Its order is the order of the lines; values it does not know come after, under their code.
    """

    code: str
    title: str
    column: ColumnElement[Any]
    labels: LabelSource
    missing: str = "미지정"

    @property
    def key(self) -> ColumnElement[str]:
        """The code as text, `NO_VALUE` where there is none."""
        plain = func.nullif(cast(self.column, Text), literal_column("''", Text))
        return func.coalesce(plain, literal_column(f"'{NO_VALUE}'", Text))


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What a column counts: the rows that meet `where` (None: all of them).

    With `days` (start, end) it is the average of the elapsed days of those rows; with `share`
    (codes of two counts) it is a percentage and has no condition of its own; with `score` (points,
    possible points, whole numbers of a row) it is 100 × all points ÷ all that was possible, of the
    rows that have points.

    `closed`: the rows behind it are never shown, because they would tell who said what.
    """

    code: str
    title: str
    where: ColumnElement[bool] | None = None
    days: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    share: tuple[str, str] | None = None
    score: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    closed: bool = False

    @property
    def kind(self) -> Kind:
        """`count`, `days`, `share` or `score`."""
        if self.score is not None:
            return "score"
        return "share" if self.share else "days" if self.days else "count"


@dataclass(frozen=True, slots=True, eq=False)
class RowColumn:
    """A column of the rows behind a cell. Never a personal value: no access is logged here.

    `labels` gives the words for a column of codes.
    """

    title: str
    column: ColumnElement[Any]
    labels: LabelSource | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """One kind of thing that is counted, and the table that is ready-made from it.

    `slug` is the name in addresses; that of a plugin's dataset begins with the plugin's.
    `source` is a table, or a table outer-joined on primary keys (so that no row is lost or
    doubled). `at` is the date or timestamptz by which a row belongs to a period, `id` its key. The
    first measure must count every row; it also gets the columns 누계 and 전년동기. `chart` names
    the counts that one bar is made of, or one score. `href` is the page of a row, with `{id}`. With
    `distinct`
    rows of one value of it count once (companies by their visits), in each cell anew: a total is
    then no sum of its lines, and the rows behind a cell are the newest row of each. A score that
    rests on fewer rows than `least` gives for the city is hidden, and so is what would tell it.
    """

    slug: str
    title: str
    unit: Unit
    source: FromClause
    id: ColumnElement[Any]
    at: ColumnElement[Any]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    columns: tuple[RowColumn, ...]
    href: str = ""
    chart: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    switches: tuple[Switch, ...] = ()
    distinct: ColumnElement[Any] | None = None
    least: Callable[["Ctx"], Awaitable[int]] | None = None

    def __post_init__(self) -> None:
        """Refuse what would give wrong tables; the message is for the slice's author."""
        counts = {m.code for m in self.measures if m.kind == "count"}
        _need(bool(self.dimensions), self.slug, "has no dimension")
        _need(_unique(d.code for d in self.dimensions), self.slug, "has a dimension twice")
        _need(_unique(m.code for m in self.measures), self.slug, "has a measure twice")
        first = self.measures[0] if self.measures else None
        every_row = first is not None and first.kind == "count" and first.where is None
        _need(every_row, self.slug, "must begin with a measure that counts every row")
        averages = any(m.kind in {"days", "score"} for m in self.measures)
        _need(self.distinct is None or not averages, self.slug, "cannot average what counts once")
        scores = {(m.code,) for m in self.measures if m.kind == "score"}
        drawn = () if self.chart in scores else self.chart
        used = {*drawn, *(c for m in self.measures for c in m.share or ())}
        _need(used <= counts, self.slug, f"names no count: {sorted(used - counts)}")

    def dimension(self, code: str) -> Dimension | None:
        """Return the dimension of this code, or None."""
        return next((d for d in self.dimensions if d.code == code), None)

    def measure(self, code: str) -> Measure | None:
        """Return the measure of this code, or None."""
        return next((m for m in self.measures if m.code == code), None)


def _unique(codes: Any) -> bool:
    listed = list(codes)
    return len(listed) == len(set(listed))


def _need(met: bool, slug: str, problem: str) -> None:  # noqa: FBT001 - an assertion's own shape
    if not met:
        raise ValueError(f"dataset {slug!r} {problem}")
