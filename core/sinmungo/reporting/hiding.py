"""Which scores of a table are not told, because they rest on too few answers.

One answer alone is somebody's own. So a small line is hidden, and with it the smallest other line
if the small ones could be worked out by taking the shown lines from the total.
"""

from collections import defaultdict
from collections.abc import Mapping

from sinmungo.reporting.queries import Line, slots
from sinmungo.reporting.terms import Dataset


def too_few(counts: Mapping[str, int], least: int) -> set[str | None]:
    """Return whose figures are hidden; None means the total's.

    `counts` are the rows behind each line, which together are those of the total. What is hidden
    beside a shown total rests on at least `least` rows together.
    """
    hidden: set[str | None] = {code for code, n in counts.items() if 0 < n < least}
    whole = sum(counts.values())
    if whole < least:
        return {*hidden, None} if whole else set()
    small = sum(n for code, n in counts.items() if code in hidden)
    if 0 < small < least:
        others = {code: n for code, n in counts.items() if n >= least}
        hidden.add(min(others, key=lambda code: (others[code], code)))
    return hidden


def hidden_scores(
    dataset: Dataset, whole: Line, lines: Mapping[str, Line], least: int
) -> Mapping[str | None, set[str]]:
    """Return the codes of the hidden scores by the code of a line (None: the total)."""
    found: defaultdict[str | None, set[str]] = defaultdict(set)
    at = 0
    for measure in dataset.measures:
        if measure.kind == "score":
            behind = at + slots(measure) - 1
            counts = {code: line.numbers[behind] for code, line in lines.items()}
            for code in too_few(counts, least) if whole.numbers[behind] else ():
                found[code].add(measure.code)
        at += slots(measure)
    return found
