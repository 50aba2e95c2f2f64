"""What the commands on whole cities share: a progress bar, who types, and problems in one line."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from sinmungo.cli.told import CliProblemError


class Bar:
    """Shows how many of the tables and files are done, on the terminal's error stream."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Name what is at work now, and how many are done."""
        self._progress.update(self._task, description=what, completed=done, total=total)


@contextmanager
def bar() -> Iterator[Bar]:
    """Show a progress bar that goes away at the end; nothing where there is no terminal."""
    columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress)


@contextmanager
def written() -> Iterator[None]:
    """Tell a full disk, a forbidden folder or what the database refuses in one line."""
    import psycopg

    from sinmungo_tenants.fleet.apply import plain

    try:
        yield
    except psycopg.Error as error:  # its own text may quote a row
        raise CliProblemError(f"the database: {plain(error)}") from error
    except OSError as error:
        raise CliProblemError(
            f"cannot write {error.filename or 'the file'}: {error.strerror}"
        ) from error


def complain(text: str) -> None:
    """Print one line on the error stream."""
    print(f"sinmungo: {text}", file=sys.stderr)  # noqa: T201 - this is the command line's voice


def operator() -> str:
    """Return who types, for the log: the name of the system's account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"
