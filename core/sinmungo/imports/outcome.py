"""What became of the lines of a block: each line ends in exactly one of the counts."""

from dataclasses import dataclass, field

from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError


@dataclass(slots=True)
class Outcome:
    """Counts of lines, those that were not taken, and those that were passed over with a notice."""

    added: int = 0
    changed: int = 0
    known: int = 0
    bad: list[tuple[Row, LineProblemError]] = field(default_factory=list)
    skipped: list[tuple[Row, LineProblemError]] = field(default_factory=list)

    def refuse(self, row: Row, problem: LineProblemError) -> None:
        """Note a line that cannot be taken."""
        self.bad.append((row, problem))
