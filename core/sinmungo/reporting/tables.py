"""What a report is once it is counted: lines of cells, each of which knows the rows behind it.

Blank, "-" and 0 are three things: nothing could have happened yet, nothing to divide by, none.
"""

from collections.abc import Collection
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from sinmungo.reporting.periods import Period
from sinmungo.reporting.queries import Line, slots
from sinmungo.reporting.terms import Dataset, Kind, Measure, Unit
from sinmungo.text.money import display, ratio_pct

type Number = int | Decimal
CUMULATIVE, BEFORE = "cumulative", "before"
HIDDEN = "가림"
_DAY = 86_400


class Column(msgspec.Struct, frozen=True):
    """A column: its code and title, what it holds, and the measure and period of its rows.

    `closed`: its rows are never shown.
    """

    code: str
    title: str
    kind: Kind
    evidence: str
    period: Period
    closed: bool = False


class Cell(msgspec.Struct, frozen=True):
    """One figure. `value` None is printed "-"; a cell of a time to come is `blank`.

    A `hidden` one rests on too few rows to be told; its value is not here at all.
    """

    column: Column
    value: Number | None
    blank: bool = False
    hidden: bool = False

    @property
    def opens(self) -> bool:
        """Whether it leads to its rows; an average of 0.0 days has some."""
        return self.says and not self.hidden and not self.column.closed

    @property
    def says(self) -> bool:
        """Whether it rests on any row, shown or not."""
        if self.value is None:
            return self.hidden
        return self.column.kind == "days" or self.value > 0

    @property
    def text(self) -> str:
        """The figure as printed: "1,234", "99.6", "-", "가림" or nothing."""
        if self.blank:
            return ""
        if self.hidden:
            return HIDDEN
        if self.value is None:
            return "-"
        return display(self.value) if isinstance(self.value, int) else str(self.value)


class TableLine(msgspec.Struct, frozen=True):
    """One line; `code` None is the total."""

    code: str | None
    title: str
    cells: tuple[Cell, ...]

    def value(self, code: str) -> Number | None:
        """Return the figure in the column of this code."""
        return next(c.value for c in self.cells if c.column.code == code)


class Table(msgspec.Struct, frozen=True):
    """A dataset by one dimension for one period, as it stands on `as_of`."""

    dataset: str
    title: str
    unit: Unit
    dimension: str
    dimension_title: str
    period: Period
    as_of: date
    columns: tuple[Column, ...]
    total: TableLine
    lines: tuple[TableLine, ...]
    footnotes: tuple[str, ...]


def columns_of(dataset: Dataset, period: Period, before: Period) -> tuple[Column, ...]:
    """Return the columns: the measures, with 누계 and 전년동기 after the first."""
    made = [_column(m, period) for m in dataset.measures]
    first = dataset.measures[0]
    extra = (
        Column(
            CUMULATIVE,
            f"{first.title}(누계)",
            "count",
            first.code,
            period.cumulative(),
            first.closed,
        ),
        Column(BEFORE, "전년동기", "count", first.code, before, first.closed),
    )
    return (made[0], *extra, *made[1:])


def _column(measure: Measure, period: Period) -> Column:
    evidence = measure.share[0] if measure.share else measure.code
    sign = {"share": "(%)", "days": "(일)", "score": "(점)", "count": ""}[measure.kind]
    title = measure.title + sign
    return Column(measure.code, title, measure.kind, evidence, period, measure.closed)


def numbers_of(dataset: Dataset, line: Line | None) -> dict[str, Number | None]:
    """Return the figures of a line by column code; without a line nothing was counted: zeros.

    Shares come from the line's own counts and averages from its own sums, never from averages.
    """
    size = sum(slots(m) for m in dataset.measures)
    numbers = line.numbers if line else [0] * (size + 2)
    found: dict[str, Number | None] = {CUMULATIVE: numbers[size], BEFORE: numbers[size + 1]}
    counted: dict[str, int] = {}
    at = 0
    for measure in dataset.measures:
        if measure.kind == "count":
            counted[measure.code] = numbers[at]
        elif measure.kind == "days":
            found[measure.code] = average_days(numbers[at], numbers[at + 1])
        elif measure.kind == "score":
            found[measure.code] = ratio_pct(numbers[at], numbers[at + 1])
        at += slots(measure)
    for measure in dataset.measures:
        if measure.share:
            part, whole = measure.share
            found[measure.code] = ratio_pct(counted[part], counted[whole])
    return found | counted


def average_days(seconds: int, number: int) -> Decimal | None:
    """Days per row, half up to 0.1; None where there is no row."""
    if number == 0:
        return None
    days = Decimal(seconds) / (_DAY * number)
    return days.quantize(Decimal("0.1"), ROUND_HALF_UP)


def cells_of(
    columns: tuple[Column, ...],
    numbers: dict[str, Number | None],
    today: date,
    hidden: Collection[str] = (),
) -> tuple[Cell, ...]:
    """Return a line's cells; a period that has not begun is blank, `hidden` codes are not told."""
    return tuple(
        Cell(c, None, hidden=True)
        if c.code in hidden
        else Cell(c, numbers[c.code], blank=c.period.first > today)
        for c in columns
    )
