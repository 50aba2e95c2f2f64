"""Which lines of a block are lines of the table: not its headings, totals or signatures."""

from sinmungo.imports.columns import FIELDS, key_of
from sinmungo.imports.header import is_repeated
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.plan import Row, SheetPlan
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.reader import Line

_TOTALS = frozenset({"계", "합계", "총계", "소계", "누계", "총합계", "월계", "total"})
_LONGEST_TOTAL = 12


def table_rows(
    kind: str, number: int, sheet: SheetPlan, lines: list[Line], to: Outcome
) -> list[Row]:
    """Return the rows to be understood; totals and repeated headings go to `to.skipped`."""
    columns = sheet.columns()
    taken = [column for code, column in columns.items() if code not in {"serial", "note"}]
    required = [columns[f.code] for f in FIELDS[kind] if f.required and f.code in columns]
    found = []
    for line in lines:
        if line.number <= sheet.header.last:
            continue
        row = Row(number, columns, line)
        if _is_total(line, required):
            to.skipped.append((row, LineProblemError("TOTAL", "합계 줄이라 건너뛰었습니다.")))
        elif is_repeated(sheet.header, line):
            to.skipped.append((row, LineProblemError("HEADER", "머리글이 되풀이된 줄입니다.")))
        elif any(_filled(line, column) for column in taken):
            found.append(row)
        else:
            to.skipped.append((row, LineProblemError("EMPTY", "가져올 칸이 모두 빈 줄입니다.")))
    return found


def count_lines(sheet: SheetPlan, lines: list[Line]) -> int:
    """Return how many lines of a block lie below the headings."""
    return sum(line.number > sheet.header.last for line in lines)


def _is_total(line: Line, required: list[int]) -> bool:
    """A total names itself in one of its first cells and leaves a required column empty."""
    first = [cell for cell in line.cells if cell is not None][:2]
    short = (cell for cell in first if isinstance(cell, str) and len(cell) <= _LONGEST_TOTAL)
    if not any(key_of(cell) in _TOTALS for cell in short):
        return False
    return len(required) <= 1 or not all(_filled(line, column) for column in required)


def _filled(line: Line, column: int) -> bool:
    return column < len(line.cells) and line.cells[column] is not None
