"""A run from its start to its end, one block of lines per transaction.

A block's lines, its counts and the place to go on are written together, so a run that is cut off
anywhere goes on with the next block and nothing is doubled. Whoever drives it (the worker, or the
command line) calls `step` until it says that there is no more.
"""

import traceback
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.imports import queries as q
from sinmungo.imports.agencies_in import AgenciesTarget
from sinmungo.imports.cases_in import CasesTarget
from sinmungo.imports.companies_in import CompaniesTarget
from sinmungo.imports.events import SUBJECT, ImportFinished, ImportStarted
from sinmungo.imports.lines import table_rows
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.people_in import PeopleTarget
from sinmungo.imports.plan import Plan, Row, open_block, seal_plan
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.state import read_plan, read_run, seal_cells
from sinmungo.imports.terms import NONE, load_words
from sinmungo.imports.values import Years
from sinmungo.jobs import outbox

log = structlog.get_logger(__name__)
RUN = "imports.run"
FORGET = "imports.forget"
CELLS_KEPT = timedelta(days=30)
_COUNTS = ("added", "changed", "known", "skipped", "bad")
_OVER = ("DONE", "CANCELLED")


async def save_terms(ctx: Ctx, run_id: UUID, codes: dict[str, str]) -> int:
    """Remember what unknown words of a run mean: "<KIND>-<key>" → code. Returns how many.

    Raises InvalidError for a code that the city does not have.
    """
    plan = await read_plan(ctx, run_id)
    options = (await load_words(ctx)).options
    saved = 0
    for word in plan.unknown:
        name = f"{word.kind}-{word.key}"
        code = codes.get(name, "")
        if not code:
            continue
        if code != NONE and code not in options[word.kind]:
            raise InvalidError({name: "목록에서 골라 주세요."})
        await ctx.db.run(
            q.SAVE_TERM,
            id=clock.uuid7(),
            kind=word.kind,
            text_key=word.key,
            label=word.label,
            code=code,
            saved_at=clock.now(),
            saved_by=ctx.me.officer_id,
        )
        saved += 1
    return saved


async def drop_term(ctx: Ctx, term_id: UUID, row_version: int) -> None:
    """Forget what a word means."""
    if not await ctx.db.run(q.DROP_TERM, id=term_id, row_version=row_version):
        known = {term.id for term in await ctx.db.all(q.TERMS)}
        raise StaleError if term_id in known else MissingError


async def start(ctx: Ctx, run_id: UUID, row_version: int, *, in_worker: bool = True) -> None:
    """Begin, or go on after a failure. Raises RefusedError, StaleError.

    With `in_worker` False the caller drives `step` itself.
    """
    run = await read_run(ctx, run_id)
    if run.state not in {"MAPPED", "FAILED"}:
        raise RefusedError("열을 맞춘 뒤에 시작할 수 있습니다.")
    if await ctx.db.first(q.RUNNING) is not None:
        raise RefusedError("다른 가져오기가 진행 중입니다. 끝난 뒤에 시작해 주세요.")
    touched = await ctx.db.run(
        q.START,
        b_id=run_id,
        b_version=row_version,
        state="RUNNING",
        started_at=run.started_at or clock.now(),
        finished_at=None,
        failure=None,
    )
    if not touched:
        raise StaleError
    await emit(ctx, ImportStarted(), subject_kind=SUBJECT, subject_id=run_id, seq=row_version + 1)
    if in_worker:
        await outbox.put(ctx, RUN, run_id)


async def step(ctx: Ctx, run_id: UUID) -> bool:
    """Write the next block of a running run; return whether there is more to do.

    What goes wrong with a line is its own; what goes wrong with a block ends the run as FAILED,
    nothing of that block written.
    """
    run = await ctx.db.first(q.LOCKED_RUN, id=run_id)
    if run is None or run.state != "RUNNING":
        return False
    try:
        async with ctx.db.savepoint():
            return await _block(ctx, run)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run must say that it stopped
        _log_failure(run, error)
        await _end(ctx, run, "FAILED", type(error).__name__)
        return False


async def _block(ctx: Ctx, run: q.RunRow) -> bool:
    plan = await read_plan(ctx, run.id)
    outcome = Outcome()
    block = await ctx.db.first(q.BLOCK, run_id=run.id, number=run.next_block)
    if block is not None and plan.sheets[block.sheet].use:
        sheet = plan.sheets[block.sheet]
        lines = open_block(ctx, run.id, block.number, block.body)
        rows = table_rows(run.kind, block.sheet, sheet, lines, outcome)
        years = Years(title=sheet.year, last=plan.anchors.get(block.number))
        await _write(ctx, run, plan, rows, years, outcome)
        await _note(ctx, run, outcome.bad, "BAD")
        await _note(ctx, run, outcome.skipped, "NOTICE")
    counts = {
        "added": run.added + outcome.added,
        "changed": run.changed + outcome.changed,
        "known": run.known + outcome.known,
        "skipped": run.skipped + len(outcome.skipped),
        "bad": run.bad + len(outcome.bad),
    }
    more = run.next_block + 1 < run.blocks
    await ctx.db.run(
        q.STEP,
        b_id=run.id,
        next_block=run.next_block + 1,
        state="RUNNING",
        finished_at=None,
        **counts,
    )
    if not more:
        await _end(ctx, await read_run(ctx, run.id), "DONE")
    return more


async def _write(
    ctx: Ctx, run: q.RunRow, plan: Plan, rows: list[Row], years: Years, outcome: Outcome
) -> None:
    match run.kind:
        case "CASES":
            cases = await CasesTarget.load(ctx, await load_words(ctx), run)
            await cases.write(ctx, rows, years, outcome)
        case "COMPANIES":
            companies = await CompaniesTarget.load(ctx, run, plan.as_of)
            await companies.write(ctx, rows, years, outcome)
        case "PEOPLE":
            staff = await PeopleTarget.load(ctx, run)
            await staff.write(ctx, rows, outcome)
        case _:
            agencies = await AgenciesTarget.load(ctx, await load_words(ctx))
            await agencies.write(ctx, rows, outcome)


async def _note(
    ctx: Ctx, run: q.RunRow, lines: Iterable[tuple[Row, LineProblemError]], severity: str
) -> None:
    """Write down lines that were not taken, with their cells when they may be mended."""
    rows: list[dict[str, Any]] = []
    for row, problem in lines:
        bad_id = clock.uuid7()
        sealed = seal_cells(ctx, run.id, bad_id, row.line.cells) if severity == "BAD" else None
        rows.append(
            {
                "id": bad_id,
                "run_id": run.id,
                "sheet": row.sheet,
                "line": row.line.number,
                "position": row.columns.get(problem.field) if problem.field else None,
                "reason": problem.reason,
                "message": problem.message,
                "severity": severity,
                "cells": sealed,
            }
        )
    await ctx.db.run_many(q.ADD_BAD, rows)


async def cancel(ctx: Ctx, run_id: UUID) -> None:
    """End a run that is not over; lines written so far stay. RefusedError when it is over."""
    run = await ctx.db.first(q.LOCKED_RUN, id=run_id)
    if run is None:
        run = await read_run(ctx, run_id)
    if run.state in _OVER:
        raise RefusedError("이미 끝난 가져오기입니다.")
    await _end(ctx, run, "CANCELLED")


async def _end(ctx: Ctx, run: q.RunRow, state: str, failure: str | None = None) -> None:
    await ctx.db.run(q.END, b_id=run.id, state=state, finished_at=clock.now(), failure=failure)
    if state in _OVER:
        await _destroy(ctx, run)
        await outbox.put(ctx, FORGET, run.id, due_at=clock.now() + CELLS_KEPT)
    counts = {name: getattr(run, name) for name in _COUNTS}
    event = ImportFinished(state=state, **counts)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=run.id, seq=run.row_version + 1)


async def _destroy(ctx: Ctx, run: q.RunRow) -> None:
    """Destroy the uploaded lines, and the samples of them in the plan."""
    await ctx.db.run(q.DROP_BLOCKS, run_id=run.id)
    plan = await read_plan(ctx, run.id)
    for sheet in plan.sheets:
        sheet.head = []
    await ctx.db.run(q.PUT_PLAN, b_id=run.id, plan=seal_plan(ctx, run.id, plan))


async def drive(ctx: Ctx, run_id: UUID) -> None:
    """Do the worker's job: one block, and the wish for the next."""
    if await step(ctx, run_id):
        await outbox.put(ctx, RUN, run_id)


async def expire(ctx: Ctx, run_id: UUID) -> None:
    """End a run that nobody finished within a week, so that its lines are destroyed."""
    run = await ctx.db.first(q.LOCKED_RUN, id=run_id)
    if run is not None and run.state not in {*_OVER, "RUNNING"}:
        await _end(ctx, run, "CANCELLED")


async def forget(ctx: Ctx, run_id: UUID) -> None:
    """Destroy the cells of a run's bad lines; reasons and line numbers stay."""
    await ctx.db.run(q.FORGET_CELLS, b_run_id=run_id)


async def note_look(ctx: Ctx, run_id: UUID, act: str) -> None:
    """Write down who saw or took away the lines of a run."""
    await note_access(ctx, act, subject_kind=SUBJECT, subject_id=run_id)


def _log_failure(run: q.RunRow, error: Exception) -> None:
    """Log where it happened, never what was being written."""
    log.error(
        "import.failed",
        run=str(run.id),
        block=run.next_block,
        error=type(error).__name__,
        sqlstate=error.sqlstate if isinstance(error, asyncpg.PostgresError) else None,
        stack="".join(traceback.format_tb(error.__traceback__)),
    )
