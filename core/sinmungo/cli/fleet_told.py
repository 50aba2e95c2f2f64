"""What `sinmungo fleet …` shows: tables, a progress bar, and the reasons of what failed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sinmungo.cli.problems import console

if TYPE_CHECKING:
    from sinmungo_tenants.fleet.ledger import Line, Outcome
    from sinmungo_tenants.fleet.plan import ComponentPlan
    from sinmungo_tenants.fleet.rehearse import Rehearsed
    from sinmungo_tenants.fleet.run import Result


class Bar:
    """A progress bar on the terminal's error stream; hears of a run from its threads."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("upgrading", start=False, visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, total: int) -> None:
        """Show the bar."""
        self._progress.start_task(self._task)
        self._progress.update(self._task, total=total, visible=True)

    def done(self, outcome: "Outcome") -> None:
        """Move on, and tell a failure at once."""
        self._progress.advance(self._task)
        if outcome.state == "FAILED":
            name = outcome.pair.component.name
            self._progress.console.print(escape(f"{outcome.pair.slug}: {name}: {outcome.error}"))


def show_plan(found: "Sequence[ComponentPlan]") -> None:
    """Print what is to do per component."""
    heads = ("component", "head", "minimum", "cities", "behind", "closed", "ahead", "would run")
    table = Table(*heads)
    for each in found:
        counts = (each.cities, each.behind, each.closed, each.ahead)
        names = (each.component.name, each.head, each.minimum)
        table.add_row(*names, *map(str, counts), ", ".join(each.revisions))
    console.print(table)
    if not any(each.behind for each in found):
        console.print("nothing to do")


def show_sql(found: "Sequence[ComponentPlan]") -> None:
    """Print the statements that would run, one component after another."""
    from sinmungo_tenants.migrate import steps

    for each in found:
        for step in steps(each.component):
            if step.revision in each.revisions:
                console.print(f"-- {each.component.name} {step.revision}")
                for statement in step.statements:
                    console.print(f"{escape(statement)};", soft_wrap=True)


def show_result(result: "Result", canary: str | None) -> None:
    """Print how a run ended, with the reason of everything that is not well."""
    if result.abandoned_before:
        console.print("a run before this one had been ended from outside; it was taken up again")
    if not result.outcomes:
        console.print("nothing to do: every city is up to date")
        return
    for outcome in result.outcomes:
        if outcome.state != "OK":
            pair, why = outcome.pair, outcome.error or "left for the next run"
            console.print(escape(f"{outcome.state}: {pair.slug}: {pair.component.name}: {why}"))
    ok, failed, left = (len(result.of(s)) for s in ("OK", "FAILED", "PENDING"))
    console.print(f"{ok} ok, {failed} failed, {left} left")
    if failed and canary and result.stopped_by(canary):
        console.print(f"{canary} was the canary: no other city was touched")
    if failed or left:
        console.print("run `sinmungo fleet upgrade` again: it takes up what is left")


def show_outcomes(lines: "Sequence[Line]") -> None:
    """Print written outcomes."""
    if not lines:
        return
    table = Table("city", "component", "from", "to", "state", "seconds", "reason")
    for line in lines:
        seconds = "" if line.seconds is None else f"{line.seconds:.2f}"
        names = (line.slug, line.component, line.from_revision, line.to_revision, line.state)
        table.add_row(*names, seconds, escape(line.error or ""))
    console.print(table)


def show_rehearsal(found: "Rehearsed") -> None:
    """Print seconds by revision, and the tables whose rows are not as many as before."""
    rows = sum(found.before.values())
    console.print(f"copied {len(found.before)} tables, {rows:,} rows; the copy is gone again")
    if not found.steps and not found.error:
        console.print("nothing is pending in this city")
    for component, revision, seconds in found.steps:
        console.print(f"{component} {revision}: {seconds:.3f} s")
    for table, (before, after) in found.changed.items():
        console.print(f"{table}: {_rows(before)} → {_rows(after)}")
    if found.error:
        console.print(f"FAILED: {escape(found.error)}")


def _rows(count: int | None) -> str:
    return "not there" if count is None else f"{count:,} rows"
