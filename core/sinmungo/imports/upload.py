"""From a handed-in file to a plan: sheets, headings, columns, words. Nothing is written yet.

The file itself is not kept: its lines are, sealed, until the run is over or a week has passed.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.imports import queries as q
from sinmungo.imports.columns import FIELDS
from sinmungo.imports.events import SUBJECT, ImportUploaded
from sinmungo.imports.files import sniff
from sinmungo.imports.header import find_header, header_at, signature
from sinmungo.imports.lines import count_lines, table_rows
from sinmungo.imports.models import KINDS
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.plan import (
    Cut,
    Plan,
    Row,
    SheetPlan,
    block_context,
    cut,
    guess_days,
    open_block,
    seal_plan,
)
from sinmungo.imports.problems import FileProblemError, LineProblemError
from sinmungo.imports.reader import Cell, read_sheets
from sinmungo.imports.state import read_plan, read_run
from sinmungo.imports.terms import FIELDS_OF, load_words, unknown_words
from sinmungo.imports.values import Years, moment, words
from sinmungo.jobs import outbox
from sinmungo.sealed import CityCipher
from sinmungo.text import dates
from sinmungo.text.errors import InputProblem
from sinmungo.text.normalise import clean

EXPIRE = "imports.expire"
KEPT = timedelta(days=7)
_MAX_NAME = 120
_MAX_HEADER = 40


class SheetChoice(msgspec.Struct, forbid_unknown_fields=True):
    """How a person wants a sheet read. `fields`: one code per column, empty for "not taken".

    `first` and `last` are the lines of the headings; `year` that of days without one.
    """

    use: bool
    fields: list[str] = []
    first: int | None = None
    last: int | None = None
    year: int | None = None


async def upload(ctx: Ctx, kind: str, file_name: str, raw: bytes) -> UUID:
    """Keep a file's lines under a new run and return its id.

    Raises InvalidError for `kind` or `file`.
    """
    if kind not in KINDS:
        raise InvalidError({"kind": "무엇을 가져올지 골라 주세요."})
    run_id = clock.uuid7()
    try:
        made = await asyncio.to_thread(_cut, raw, ctx.cipher, run_id)
    except FileProblemError as problem:
        raise InvalidError({"file": problem.message}) from None
    name = clean(file_name)[-_MAX_NAME:] or "이름 없는 파일"
    plan = await _planned(ctx, kind, made.sheets, name)
    total = sum(sheet.lines for sheet in made.sheets)
    now = clock.now()
    await ctx.db.run(
        q.ADD_RUN,
        id=run_id,
        kind=kind,
        file_name=name,
        sha256=hashlib.sha256(raw).digest(),
        state="UPLOADED",
        plan=seal_plan(ctx, run_id, plan),
        blocks=len(made.blocks),
        total=total,
        **dict.fromkeys(("next_block", "added", "changed", "known", "skipped", "bad"), 0),
        created_at=now,
        created_by=ctx.me.officer_id,
        row_version=1,
    )
    await ctx.db.run_many(
        q.ADD_BLOCK,
        [
            {"run_id": run_id, "number": number, "sheet": sheet, "body": body}
            for number, (sheet, body) in enumerate(made.blocks)
        ],
    )
    await emit(ctx, ImportUploaded(table=kind), subject_kind=SUBJECT, subject_id=run_id, seq=1)
    await outbox.put(ctx, EXPIRE, run_id, due_at=now + KEPT)
    return run_id


def _cut(raw: bytes, cipher: CityCipher, run_id: UUID) -> Cut:
    def seal(number: int, body: bytes) -> bytes:
        return cipher.seal_bytes(body, context=block_context(run_id, number))

    return cut(read_sheets(raw, sniff(raw)), seal)


async def _planned(ctx: Ctx, kind: str, sheets: list[SheetPlan], name: str) -> Plan:
    for sheet in sheets:
        sheet.header = find_header(kind, sheet.head, sheet.spans)
        sheet.use = bool(sheet.header.first) and not sheet.hidden
    plan = Plan(sheets)
    guess_days(plan, name)
    await _remember(ctx, kind, plan)
    return plan


async def _remember(ctx: Ctx, kind: str, plan: Plan) -> None:
    """Take over the columns that a person saved for the same headings before."""
    wanted = {signature(s.header): s for s in plan.sheets if s.header.first}
    codes = {field.code for field in FIELDS[kind]}
    stored = await ctx.db.all(q.LAYOUTS, kind=kind, signatures=list(wanted))
    fields = {row.signature: row.fields for row in stored}
    for sheet in plan.sheets:
        saved = fields.get(signature(sheet.header)) if sheet.header.first else None
        if saved is not None:
            width = len(sheet.header.labels)
            kept = [code if code in codes else "" for code in saved][:width]
            sheet.header.fields = kept + [""] * (width - len(kept))
            sheet.remembered = True


async def save_columns(
    ctx: Ctx, run_id: UUID, choices: Mapping[int, SheetChoice], as_of: str, row_version: int
) -> Plan:
    """Match the columns as a person wants them, remember that, and look for unknown words.

    Moving the heading lines finds the columns anew, and the run stays UPLOADED for another look;
    else it becomes MAPPED. Raises InvalidError ("as_of", "sheet-<n>", "sheet-<n>-year" …),
    StaleError, RefusedError when it has begun.
    """
    run = await read_run(ctx, run_id)
    if run.state not in {"UPLOADED", "MAPPED"}:
        raise RefusedError("이미 시작한 가져오기는 고칠 수 없습니다.")
    plan = await read_plan(ctx, run_id)
    errors = _choose(run.kind, plan, choices, as_of)
    moved = _move_headers(run.kind, plan, choices)
    if not moved and not errors:
        errors = _check(run.kind, plan)
    if errors:
        raise InvalidError(errors)
    total = run.total
    if not moved:
        await _save_layouts(ctx, run.kind, plan)
        total = await scan(ctx, run, plan)
    saved = await ctx.db.run(
        q.SAVE_PLAN,
        b_id=run_id,
        b_version=row_version,
        plan=seal_plan(ctx, run_id, plan),
        state="UPLOADED" if moved else "MAPPED",
        total=total,
    )
    if not saved:
        raise StaleError
    return plan


def _choose(
    kind: str, plan: Plan, choices: Mapping[int, SheetChoice], as_of: str
) -> dict[str, str]:
    errors: dict[str, str] = {}
    codes = {field.code for field in FIELDS[kind]}
    for number, sheet in enumerate(plan.sheets):
        choice = choices.get(number, SheetChoice(use=False))
        sheet.use = choice.use
        if choice.year is not None and not 1980 <= choice.year <= clock.today().year:  # noqa: PLR2004 - no register is older
            errors[f"sheet-{number}-year"] = "연도는 1980년부터 올해까지입니다."
        elif choice.use:
            sheet.year = choice.year
        if choice.use and len(choice.fields) == len(sheet.header.fields):
            sheet.header.fields = [code if code in codes else "" for code in choice.fields]
    try:
        plan.as_of = dates.parse_date(as_of) if as_of.strip() else None
    except InputProblem as problem:
        errors["as_of"] = problem.message
    return errors


def _move_headers(kind: str, plan: Plan, choices: Mapping[int, SheetChoice]) -> bool:
    moved = False
    for number, choice in choices.items():
        sheet = plan.sheets[number]
        first = choice.first or sheet.header.first
        last = max(first, choice.last or (sheet.header.last if not choice.first else first))
        if choice.use and (first, last) != (sheet.header.first, sheet.header.last):
            sheet.header = header_at(kind, sheet.head, sheet.spans, first, last)
            moved = True
    return moved


def _check(kind: str, plan: Plan) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not plan.used():
        errors["sheet-0"] = "가져올 시트를 고르세요."
    for number in plan.used():
        sheet = plan.sheets[number]
        taken = [code for code in sheet.header.fields if code]
        missing = sheet.missing(kind)
        if not sheet.header.first:
            errors[f"sheet-{number}"] = f"‘{sheet.name}’: 머리글이 몇째 줄인지 적어 주세요."
        elif missing:
            errors[f"sheet-{number}"] = f"‘{sheet.name}’: {', '.join(missing)} 열을 골라 주세요."
        elif len(taken) != len(set(taken)):
            errors[f"sheet-{number}"] = f"‘{sheet.name}’: 같은 항목을 두 열에 골랐습니다."
    return errors


async def _save_layouts(ctx: Ctx, kind: str, plan: Plan) -> None:
    for number in plan.used():
        header = plan.sheets[number].header
        await ctx.db.run(
            q.SAVE_LAYOUT,
            id=clock.uuid7(),
            kind=kind,
            signature=signature(header),
            fields=header.fields,
            saved_at=clock.now(),
            saved_by=ctx.me.officer_id,
        )


async def scan(ctx: Ctx, run: q.RunRow, plan: Plan) -> int:
    """Read every line once: unknown words and years go into the plan, the lines are counted."""
    seen: dict[str, Counter[Cell]] = {kind: Counter() for kind in FIELDS_OF[run.kind].values()}
    years: dict[int, Years] = {}
    anchors: dict[int, int] = {}
    total = 0
    for number in range(run.blocks):
        block = await ctx.db.one(q.BLOCK, run_id=run.id, number=number)
        sheet = plan.sheets[block.sheet]
        if not sheet.use:
            continue
        lines = open_block(ctx, run.id, number, block.body)
        total += count_lines(sheet, lines)
        rows = table_rows(run.kind, block.sheet, sheet, lines, Outcome())
        _count_words(run.kind, rows, seen)
        if sheet.year is None and run.kind == "CASES":
            near = years.setdefault(block.sheet, Years())
            anchors[number] = block.sheet
            if near.last:
                plan.anchors[number] = near.last
            _note_years(rows, near)
            if near.last:
                plan.anchors.setdefault(number, near.last)
    plan.unknown = unknown_words(await load_words(ctx), _as_words(seen))
    return total


def _count_words(kind: str, rows: Sequence[Row], seen: dict[str, Counter[Cell]]) -> None:
    """Count the cells that hold words; a missing result is one only where there is an answer."""
    for field, term in FIELDS_OF[kind].items():
        counted = seen[term]
        for row in rows:
            cell = row.get(field)
            if cell is not None or term != "DISPOSITION" or row.get("answered") is not None:
                counted[cell] += 1


def _as_words(seen: Mapping[str, Counter[Cell]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for term, counted in seen.items():
        found[term] = Counter()
        for cell, lines in counted.items():
            try:
                found[term][words(cell)] += lines
            except LineProblemError:
                continue
    return found


def _note_years(rows: Sequence[Row], near: Years) -> None:
    for row in rows:
        try:
            moment(row.get("registered"), near)
        except LineProblemError:
            continue
