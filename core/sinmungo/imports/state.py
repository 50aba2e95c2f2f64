"""Reading a run: as it stands, how it is to be read, and the lines it could not take."""

from uuid import UUID

import msgspec

from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx
from sinmungo.imports import queries as q
from sinmungo.imports.plan import Plan, open_plan
from sinmungo.imports.reader import Cell

PAGE = 30
_NEWEST = UUID(int=(1 << 128) - 1)


class BadLine(msgspec.Struct):
    """A line that was not taken, opened. `column` is the heading at fault, empty if it is none.

    `cells` is None once they were destroyed.
    """

    sheet: str
    line: int
    column: str
    reason: str
    message: str
    cells: list[Cell] | None
    sheet_number: int
    position: int | None


async def read_run(ctx: Ctx, run_id: UUID) -> q.RunRow:
    """Return a run; MissingError if there is none."""
    found = await ctx.db.first(q.RUN, id=run_id)
    if found is None:
        raise MissingError
    return found


async def list_runs(ctx: Ctx, before: UUID | None = None) -> list[q.RunRow]:
    """Return thirty runs and one more, the newest first; `before` is the last one seen."""
    return await ctx.db.all(q.RUNS, before=before or _NEWEST, size=PAGE + 1)


async def read_plan(ctx: Ctx, run_id: UUID) -> Plan:
    """Return how a run's table is to be read."""
    sealed = await ctx.db.first(q.PLAN, id=run_id)
    if sealed is None:
        raise MissingError
    return open_plan(ctx, run_id, sealed)


async def bad_lines(
    ctx: Ctx,
    run_id: UUID,
    plan: Plan,
    *,
    severity: str = "BAD",
    after: tuple[int, int] = (-1, 0),
    size: int = 100,
) -> list[BadLine]:
    """Return lines in the order of the file, those after (sheet, line)."""
    rows = await ctx.db.all(
        q.BAD_LINES,
        run_id=run_id,
        severity=severity,
        after_sheet=after[0],
        after_line=after[1],
        size=size,
    )
    return [_opened(ctx, run_id, plan, row) for row in rows]


def _opened(ctx: Ctx, run_id: UUID, plan: Plan, row: q.BadRow) -> BadLine:
    sheet = plan.sheets[row.sheet]
    labels = sheet.header.labels
    at = row.position
    return BadLine(
        sheet=sheet.name,
        line=row.line,
        column=labels[at] if at is not None and at < len(labels) else "",
        reason=row.reason,
        message=row.message,
        cells=open_cells(ctx, run_id, row) if row.cells is not None else None,
        sheet_number=row.sheet,
        position=at,
    )


def cells_context(run_id: UUID, bad_id: UUID) -> bytes:
    """Return what the seal of a bad line's cells is bound to."""
    return b"import.cells" + run_id.bytes + bad_id.bytes


def seal_cells(ctx: Ctx, run_id: UUID, bad_id: UUID, cells: list[Cell]) -> bytes:
    """Return a line's cells as they are stored."""
    raw = msgspec.msgpack.encode(cells)
    return ctx.cipher.seal_bytes(raw, context=cells_context(run_id, bad_id))


def open_cells(ctx: Ctx, run_id: UUID, row: q.BadRow) -> list[Cell]:
    """Return the stored cells of a line."""
    raw = ctx.cipher.open_bytes(row.cells or b"", cells_context(run_id, row.id))
    return msgspec.msgpack.decode(raw, type=list[Cell])
