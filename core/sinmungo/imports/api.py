"""Imports over the API: what the screens do, step by step."""

from datetime import datetime
from email.message import Message
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.imports import bad_file, runs, state, upload
from sinmungo.imports import queries as q
from sinmungo.imports.pages import BODY
from sinmungo.imports.permissions import MANAGE
from sinmungo.imports.shown import letter, shown
from sinmungo.imports.terms import NONE, Unknown, load_words
from sinmungo.imports.upload import SheetChoice
from sinmungo.text.normalise import clean
from sinmungo.web.access import heavy, needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req

_PAGE = 100


class RunOut(msgspec.Struct):
    """A run. `total` and the counts are lines; `row_version` is also the ETag."""

    id: UUID
    kind: str
    file_name: str
    state: str
    total: int
    done: int
    added: int
    changed: int
    known: int
    skipped: int
    bad: int
    failure: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    row_version: int


class Runs(msgspec.Struct):
    """A page of runs, the newest first; `next` is the cursor of the following one."""

    items: list[RunOut]
    next: str | None


class SheetOut(msgspec.Struct):
    """A sheet: the lines of its headings, and per column heading and field ("" not taken)."""

    name: str
    hidden: bool
    use: bool
    lines: int
    first: int
    last: int
    year: int | None
    columns: list[str]
    headings: list[str]
    fields: list[str]


class PlanOut(msgspec.Struct):
    """How the file is to be read, and the words that are to be matched."""

    sheets: list[SheetOut]
    as_of: str | None
    unknown: list[Unknown]


class PlanIn(msgspec.Struct, forbid_unknown_fields=True):
    """How each sheet is to be read, in order. `as_of`: when the head counts of a list held."""

    sheets: list[SheetChoice]
    as_of: str = ""


class TermsIn(msgspec.Struct, forbid_unknown_fields=True):
    """What words mean: "<KIND>-<key>" → code, NONE for nothing."""

    codes: dict[str, str]


class TermOut(msgspec.Struct):
    """A word that was matched."""

    id: UUID
    kind: str
    label: str
    code: str
    row_version: int


class BadOut(msgspec.Struct):
    """A line that was not taken. `cells` is null once they were destroyed."""

    sheet: str
    line: int
    column: str
    reason: str
    message: str
    cells: list[str] | None


class BadPage(msgspec.Struct):
    """A page of lines in the order of the file."""

    items: list[BadOut]
    next: str | None


class RefOut(msgspec.Struct):
    """A case by a number it had in an imported register (`system` is the file's name)."""

    case_id: UUID
    system: str
    number: str


class RefsIn(msgspec.Struct, forbid_unknown_fields=True):
    """The old number, as the register has it."""

    number: str


class ImportsApi(Controller):
    """`/api/v1/imports`."""

    tags = ("imports",)

    @post("/", opt=heavy(needs(MANAGE)), status_code=201, request_max_body_size=BODY)
    async def hand_in(self, request: Req, ctx: CtxDep, kind: FromQuery[str]) -> Response[RunOut]:
        """Hand in a file as the body, named by Content-Disposition. Takes an Idempotency-Key."""
        raw = await request.body()
        told = Message()
        told["content-disposition"] = request.headers.get("content-disposition", "")

        async def act() -> RunOut:
            run_id = await upload.upload(ctx, kind, told.get_filename() or "", raw)
            return _run(await state.read_run(ctx, run_id))

        return await once(request, ctx, act)

    @get("/", opt=needs(MANAGE))
    async def runs(self, ctx: CtxDep, cursor: FromQuery[UUID | None] = None) -> Runs:
        """Return runs, the newest first."""
        rows = await state.list_runs(ctx, cursor)
        following = str(rows[state.PAGE - 1].id) if len(rows) > state.PAGE else None
        return Runs([_run(row) for row in rows[: state.PAGE]], following)

    @get("/{run_id:uuid}", opt=needs(MANAGE))
    async def one(self, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[RunOut]:
        """Return a run and how far it is."""
        return await _answer(ctx, run_id)

    @get("/{run_id:uuid}/plan", opt=heavy(needs(MANAGE)))
    async def plan(self, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[PlanOut]:
        """Return how the file is to be read, and the words to be matched."""
        run = await state.read_run(ctx, run_id)
        return with_etag(await _plan(ctx, run_id), run.row_version)

    @put("/{run_id:uuid}/plan", opt=heavy(needs(MANAGE)))
    async def match(
        self, request: Req, ctx: CtxDep, run_id: FromPath[UUID], data: JSONBody[PlanIn]
    ) -> Response[PlanOut]:
        """Match the columns; needs If-Match. Moved headings find the columns anew."""
        await upload.save_columns(
            ctx, run_id, dict(enumerate(data.sheets)), data.as_of, if_match(request)
        )
        run = await state.read_run(ctx, run_id)
        return with_etag(await _plan(ctx, run_id), run.row_version)

    @put("/{run_id:uuid}/terms", opt=needs(MANAGE))
    async def words(self, ctx: CtxDep, run_id: FromPath[UUID], data: JSONBody[TermsIn]) -> PlanOut:
        """Remember what unknown words of the file mean, here and next time."""
        await runs.save_terms(ctx, run_id, data.codes)
        return await _plan(ctx, run_id)

    @post("/{run_id:uuid}/start", opt=needs(MANAGE), status_code=200)
    async def start(self, request: Req, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[RunOut]:
        """Begin, or go on after a failure; needs If-Match."""
        await runs.start(ctx, run_id, if_match(request))
        return await _answer(ctx, run_id)

    @post("/{run_id:uuid}/cancel", opt=needs(MANAGE), status_code=200)
    async def cancel(self, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[RunOut]:
        """End a run; what was written stays."""
        await runs.cancel(ctx, run_id)
        return await _answer(ctx, run_id)

    @get("/{run_id:uuid}/bad-lines", opt=heavy(needs(MANAGE)))
    async def bad_lines(
        self, ctx: CtxDep, run_id: FromPath[UUID], cursor: FromQuery[str | None] = None
    ) -> BadPage:
        """Return the lines that were not taken."""
        plan = await state.read_plan(ctx, run_id)
        found = await state.bad_lines(ctx, run_id, plan, after=_place(cursor), size=_PAGE + 1)
        await runs.note_look(ctx, run_id, "VIEW")
        last = found[_PAGE - 1] if len(found) > _PAGE else None
        following = f"{last.sheet_number}-{last.line}" if last else None
        return BadPage([_bad(line) for line in found[:_PAGE]], following)

    @get("/{run_id:uuid}/bad-lines.xlsx", opt=heavy(needs(MANAGE)))
    async def bad_file(self, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[bytes]:
        """Return them as a workbook to mend and hand in again."""
        return await bad_file.download_bad(ctx, run_id)

    @get("/terms", opt=needs(MANAGE))
    async def terms(self, ctx: CtxDep) -> list[TermOut]:
        """Return every word that was matched."""
        rows = await ctx.db.all(q.TERMS)
        return [TermOut(r.id, r.kind, r.label, r.code, r.row_version) for r in rows]

    @get("/terms/options", opt=needs(MANAGE))
    async def options(self, ctx: CtxDep) -> dict[str, dict[str, str]]:
        """Return what words of each kind may mean: code → label; NONE is nothing."""
        found = (await load_words(ctx)).options
        return {kind: {**codes, NONE: "없음"} for kind, codes in found.items()}

    @delete("/terms/{term_id:uuid}", opt=needs(MANAGE), status_code=204)
    async def drop(self, request: Req, ctx: CtxDep, term_id: FromPath[UUID]) -> None:
        """Forget a word; needs If-Match with its row_version."""
        await runs.drop_term(ctx, term_id, if_match(request))

    @post("/old-numbers", opt=needs(MANAGE), status_code=200)
    async def old_numbers(self, ctx: CtxDep, data: JSONBody[RefsIn]) -> list[RefOut]:
        """Return the cases that had this number in an imported register."""
        number = "".join(clean(data.number).split())
        rows = await ctx.db.all(q.REFS, number=number)
        return [RefOut(r.case_id, r.system, r.number) for r in rows]


def _run(run: q.RunRow) -> RunOut:
    names = (n for n in RunOut.__struct_fields__ if n != "done")
    return RunOut(**{n: getattr(run, n) for n in names}, done=run.done)


async def _answer(ctx: Ctx, run_id: UUID) -> Response[RunOut]:
    run = await state.read_run(ctx, run_id)
    return with_etag(_run(run), run.row_version)


async def _plan(ctx: Ctx, run_id: UUID) -> PlanOut:
    plan = await state.read_plan(ctx, run_id)
    meant = await load_words(ctx)
    sheets = [
        SheetOut(
            name=sheet.name,
            hidden=sheet.hidden,
            use=sheet.use,
            lines=sheet.lines,
            first=sheet.header.first,
            last=sheet.header.last,
            year=sheet.year,
            columns=[letter(n) for n in range(len(sheet.header.labels))],
            headings=sheet.header.labels,
            fields=sheet.header.fields,
        )
        for sheet in plan.sheets
    ]
    unknown = [word for word in plan.unknown if not meant.known(word.kind, word.key)]
    return PlanOut(sheets, plan.as_of.isoformat() if plan.as_of else None, unknown)


def _place(cursor: str | None) -> tuple[int, int]:
    if not cursor:
        return -1, 0
    sheet, _, line = cursor.partition("-")
    if not (sheet.isdecimal() and line.isdecimal() and len(sheet) + len(line) < 12):  # noqa: PLR2004 - both fit an int4
        raise InvalidError({"cursor": "다음 쪽의 값이 아닙니다."})
    return int(sheet), int(line)


def _bad(line: state.BadLine) -> BadOut:
    cells: list[Any] | None = None if line.cells is None else [shown(c) for c in line.cells]
    return BadOut(line.sheet, line.line, line.column, line.reason, line.message, cells)
