"""A measured figure, the printed table, and the same table inside the documentation."""

import re
from pathlib import Path

import msgspec
from rich.table import Table

_PAGES = Path(__file__).parents[1] / "docs" / "explanation"
SPEED_MD = _PAGES / "speed.md"
SCALE_MD = _PAGES / "scale.md"
_BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
_HEADINGS = ("part", "what", "ours", "against", "ratio", "target", "met")


class Figure(msgspec.Struct, kw_only=True):
    """One line. `met` is None where there is no target; `details` holds the raw numbers."""

    part: str
    what: str
    ours: str
    against: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None
    details: dict[str, float] = {}

    def cells(self) -> tuple[str, ...]:
        """Return the line as texts, in the order of the headings."""
        met = "" if self.met is None else "yes" if self.met else "no"
        return (self.part, self.what, self.ours, self.against, self.ratio, self.target, met)


class Report(msgspec.Struct, kw_only=True):
    """A run: on what it was measured, with which options, and every figure."""

    machine: str
    options: str
    figures: list[Figure]


def unmeasured(part: str, what: str, why: str) -> Figure:
    """Return the line of what could not be measured here, with the reason."""
    return Figure(part=part, what=what, ours=f"not measured: {why}")


def as_table(report: Report) -> Table:
    """Return the table as the terminal shows it."""
    table = Table(*_HEADINGS, title=report.machine, caption=report.options)
    for figure in report.figures:
        table.add_row(*figure.cells())
    return table


def as_markdown(report: Report) -> str:
    """Return the table as Markdown."""
    lines = [
        f"{report.machine}. {report.options}.",
        "",
        "| " + " | ".join(_HEADINGS) + " |",
        "|" + "---|" * len(_HEADINGS),
        *("| " + " | ".join(figure.cells()) + " |" for figure in report.figures),
    ]
    return "\n".join(lines) + "\n"


def write_into(page: Path, report: Report) -> None:
    """Replace the table between the page's markers; ValueError if it has none."""
    text = page.read_text("utf-8")
    new, found = _BLOCK.subn(lambda m: m[1] + as_markdown(report) + m[2], text)
    if found != 1:
        raise ValueError(f"{page} has no place for the figures")
    page.write_text(new, "utf-8")
