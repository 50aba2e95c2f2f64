"""Where things stand in a chart, worked out apart from how they look.

The macros in macros/chart.html draw what these functions return. Geometry in Python can be tested
(parts sum to the whole, nothing leaves the picture), and the same SVG serves a page and a PDF,
because it uses presentation attributes only. All lengths are units of the viewBox.
"""

import math
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

type Number = int | Decimal

WIDTH = 640
ROW = 32
BAR = 20
PLOT_HEIGHT = 220
MAX_SERIES = 6  # as many colours with patterns as macros/chart.html has
_WIDE_FROM = "\u2e80"  # from here on a character is as wide as a Hangul syllable
_GLYPH, _NARROW, _MAX_LABEL = 14, 8, 14


class Datum(Struct, frozen=True):
    """One number with its name; href opens the rows behind it, empty for none."""

    label: str
    value: int
    href: str = ""


class Series(Struct, frozen=True):
    """One line or one layer of a stack: values in the order of the chart's labels."""

    name: str
    values: Sequence[Number]
    hrefs: Sequence[str] = ()


class Part(Struct, frozen=True):
    """A rectangle: series number, position, length, and the number it stands for."""

    series: int
    x: float
    width: float
    value: Number
    href: str
    title: str
    label_fits: bool


class Row(Struct, frozen=True):
    """A horizontal bar of one or more parts, from y downwards; total is written at end_x."""

    label: str
    short: str
    y: float
    parts: Sequence[Part]
    total: Number
    end_x: float


class Bars(Struct, frozen=True):
    """Horizontal bars, plain or stacked."""

    width: int
    height: int
    left: float
    rows: Sequence[Row]
    names: Sequence[str]
    total: Number


class Tick(Struct, frozen=True):
    """A mark on an axis: position and text."""

    at: float
    text: str


class Dot(Struct, frozen=True):
    """A point of a line."""

    x: float
    y: float
    value: Number
    label: str
    href: str


class Line(Struct, frozen=True):
    """A line: its name, its path and its points."""

    name: str
    path: str
    dots: Sequence[Dot]


class Lines(Struct, frozen=True):
    """Lines over labels in time order."""

    width: int
    height: int
    left: float
    right: float
    base: float
    labels: Sequence[str]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    lines: Sequence[Line]


class Slice(Struct, frozen=True):
    """A sector of a donut; share is a percentage with one decimal, path is empty for zero."""

    label: str
    value: int
    share: float
    path: str
    href: str


class Donut(Struct, frozen=True):
    """A ring of slices around the total."""

    size: int
    slices: Sequence[Slice]
    total: int


def bars(data: Sequence[Datum]) -> Bars:
    """Horizontal bars for one measure; ValueError when a value is negative."""
    labels = [d.label for d in data]
    one = Series("", [d.value for d in data], [d.href for d in data])
    return stacked(labels, [one])


def stacked(labels: Sequence[str], series: Sequence[Series], full: Number | None = None) -> Bars:
    """Stacked horizontal bars, one row per label; `full` has the whole width (None: the longest).

    ValueError when a value is missing or negative, or there are more than MAX_SERIES.
    """
    _check(labels, series)
    left = _label_width(labels)
    totals = [sum(s.values[i] for s in series) for i in range(len(labels))]
    scale = (WIDTH - left - 64) / float(full or max([*totals, 1]))
    rows = [_row(i, label, series, left, scale) for i, label in enumerate(labels)]
    names = [s.name for s in series]
    return Bars(WIDTH, ROW * len(rows) + 4, left, rows, names, sum(totals))


def line(labels: Sequence[str], series: Sequence[Series]) -> Lines:
    """Lines over a time axis from zero; ValueError when a value is missing or negative."""
    _check(labels, series)
    left, right, top, base = 48.0, WIDTH - 16.0, 16.0, PLOT_HEIGHT + 16.0
    ceiling, step = _scale(math.ceil(max((v for s in series for v in s.values), default=0)))
    span = (right - left) / max(len(labels) - 1, 1)
    xs = [round(left + span * i, 1) for i in range(len(labels))]
    lines = [_line(s, labels, xs, (base, (base - top) / ceiling)) for s in series]
    y_ticks = [
        Tick(round(base - (base - top) * v / ceiling, 1), f"{v:,}")
        for v in range(0, ceiling + 1, step)
    ]
    every = math.ceil(len(labels) / 12)
    x_ticks = [Tick(x, text) for x, text in list(zip(xs, labels, strict=True))[::every]]
    height = PLOT_HEIGHT + 48
    return Lines(WIDTH, height, left, right, base, labels, x_ticks, y_ticks, lines)


def donut(data: Sequence[Datum]) -> Donut:
    """A ring of shares; with a total of zero nothing is drawn.

    ValueError when a value is negative or there are more than MAX_SERIES.
    """
    _check([""], [Series(d.label, [d.value]) for d in data])
    total = sum(d.value for d in data)
    done = 0
    slices = []
    for d in data:
        path = _sector(done / total, (done + d.value) / total) if d.value else ""
        share = round(100 * d.value / total, 1) if total else 0.0
        slices.append(Slice(d.label, d.value, share, path, d.href))
        done += d.value
    return Donut(220, slices, total)


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    for s in series:
        if len(s.values) != len(labels):
            raise ValueError(
                f"series {s.name!r} has {len(s.values)} values for {len(labels)} labels"
            )
        if any(v < 0 for v in s.values):
            raise ValueError(f"series {s.name!r} has a negative value")
    if len(series) > MAX_SERIES:
        raise ValueError(f"at most {MAX_SERIES} series can be told apart, got {len(series)}")


def _label_width(labels: Sequence[str]) -> float:
    widths = [sum(_GLYPH if c >= _WIDE_FROM else _NARROW for c in _short(text)) for text in labels]
    return max([*widths, 40]) + 16


def _short(text: str) -> str:
    return text if len(text) <= _MAX_LABEL else text[: _MAX_LABEL - 1] + "…"


def _row(i: int, label: str, series: Sequence[Series], left: float, scale: float) -> Row:
    parts = []
    x = left
    for n, s in enumerate(series):
        value = s.values[i]
        width = float(value) * scale
        fits = width > 10 + _NARROW * len(f"{value:,}")
        title = " ".join(filter(None, (label, s.name, f"{value:,}")))
        if value:
            href = s.hrefs[i] if s.hrefs else ""
            parts.append(Part(n, round(x, 1), round(width, 1), value, href, title, fits))
        x += width
    total = sum(s.values[i] for s in series)
    return Row(label, _short(label), ROW * i + 4.0, parts, total, round(x, 1))


def _scale(top: int) -> tuple[int, int]:
    """The least round number not under top, and the step of its ticks (four to six of them)."""
    power = 10 ** max(len(str(top)) - 2, 0)
    for unit in (1, 2, 5, 10, 20, 50):
        step = unit * power
        ceiling = step * max(math.ceil(top / step), 1)
        if ceiling // step <= 5:  # noqa: PLR2004  (ticks an eye can count)
            return ceiling, step
    raise AssertionError(top)  # 50 × power × 5 exceeds every number of that many digits


def _line(
    s: Series, labels: Sequence[str], xs: Sequence[float], y_axis: tuple[float, float]
) -> Line:
    base, unit = y_axis
    hrefs = s.hrefs or [""] * len(labels)
    dots = [
        Dot(x, round(base - unit * float(v), 1), v, label, href)
        for x, v, label, href in zip(xs, s.values, labels, hrefs, strict=True)
    ]
    return Line(s.name, "M" + " L".join(f"{d.x},{d.y}" for d in dots) if dots else "", dots)


def _sector(start: float, end: float) -> str:
    """The path of a ring sector from one share of the circle to another, clockwise from the top."""
    end = min(end, start + 0.99999)  # a whole circle has no two ends for an arc
    outer, inner, centre = 104, 64, 110

    def at(share: float, radius: int) -> str:
        angle = 2 * math.pi * share
        x, y = centre + radius * math.sin(angle), centre - radius * math.cos(angle)
        return f"{x:.3f},{y:.3f}"

    large = int(end - start > 1 / 2)
    return (
        f"M{at(start, outer)} A{outer},{outer} 0 {large} 1 {at(end, outer)} "
        f"L{at(end, inner)} A{inner},{inner} 0 {large} 0 {at(start, inner)} Z"
    )
