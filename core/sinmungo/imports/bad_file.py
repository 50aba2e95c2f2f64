"""The lines that were not taken, as a workbook with a column of reasons: mend it, hand it in again.

Headings, sheet names and what tells year or 기준일 are kept, so that the columns are known again.
"""

from collections.abc import Iterable
from uuid import UUID

from litestar import Response

from sinmungo.host.context import Ctx
from sinmungo.imports import runs, state
from sinmungo.imports.header import REASON
from sinmungo.imports.plan import Plan, SheetPlan
from sinmungo.imports.queries import RunRow
from sinmungo.imports.reader import MOMENT, Cell
from sinmungo.imports.shown import shown
from sinmungo.imports.state import BadLine
from sinmungo.imports.values import DAY_FIELDS, unclear_day
from sinmungo.text.normalise import clean_multiline
from sinmungo.web.sheets import Column, Sheet, download, xlsx

_PAGE = 1000
_WIDE = 40


async def download_bad(ctx: Ctx, run_id: UUID) -> Response[bytes]:
    """Return the workbook of a run as a download; who took it is noted."""
    run = await state.read_run(ctx, run_id)
    sheets = await bad_sheets(ctx, run)
    await runs.note_look(ctx, run_id, "DOWNLOAD")
    name = run.file_name.rsplit(".", 1)[0]
    return download(f"{name}-가져오지 못한 줄", sheets, "xlsx")


async def bad_workbook(ctx: Ctx, run_id: UUID) -> bytes:
    """Return the workbook of a run."""
    return xlsx(await bad_sheets(ctx, await state.read_run(ctx, run_id)))


async def bad_sheets(ctx: Ctx, run: RunRow) -> list[Sheet]:
    """Return the lines of a run that were not taken, a sheet for each of its sheets."""
    plan = await state.read_plan(ctx, run.id)
    found: dict[int, list[BadLine]] = {}
    after = (-1, 0)
    while page := await state.bad_lines(ctx, run.id, plan, after=after, size=_PAGE):
        for line in page:
            found.setdefault(line.sheet_number, []).append(line)
        after = (page[-1].sheet_number, page[-1].line)
    return [_sheet(run, plan, number, lines) for number, lines in sorted(found.items())] or [
        Sheet(run.file_name, (Column(REASON, _WIDE),), [], None)
    ]


def _sheet(run: RunRow, plan: Plan, number: int, lines: list[BadLine]) -> Sheet:
    sheet = plan.sheets[number]
    labels = [label for label in sheet.header.labels if label != REASON]
    columns = [Column(label, max(10, min(_WIDE, len(label) * 2 + 2))) for label in labels]
    return Sheet(
        title=_title(sheet),
        columns=[*columns, Column(REASON, _WIDE)],
        rows=_rows(lines, sheet.header.fields[: len(labels)]),
        as_of=plan.as_of if run.kind == "COMPANIES" else None,
    )


def _title(sheet: SheetPlan) -> str:
    """Name the sheet, with the year its days without one lie in."""
    told = sheet.year is None or str(sheet.year) in sheet.name
    return sheet.name if told else f"{sheet.name} {sheet.year}년"


def _rows(lines: Iterable[BadLine], fields: list[str]) -> Iterable[tuple[str | None, ...]]:
    for line in lines:
        told = zip(line.cells or [], fields, strict=False)
        cells = [_kept(cell, field) or None for cell, field in told]
        reason = f"{line.column}: {line.message}" if line.column else line.message
        yield (*cells, *[None] * (len(fields) - len(cells)), reason)


def _kept(cell: Cell, field: str) -> str:
    """Return a cell as a text that means the same; what was unclear stays so until it is mended."""
    if field in DAY_FIELDS and unclear_day(cell):
        return f"{cell}(?)"
    if isinstance(cell, str) and not MOMENT.fullmatch(cell):
        return clean_multiline(cell)
    return shown(cell)
