"""Imports on the administrator's pages: hand in, match columns, match words, watch, mend.

Every step works without JavaScript; the progress of a run is fetched anew while it lasts.
"""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.imports import bad_file, runs, state, upload
from sinmungo.imports import queries as q
from sinmungo.imports.files import MAX_BYTES
from sinmungo.imports.links import hand_out, waiting
from sinmungo.imports.models import KINDS, STATES
from sinmungo.imports.permissions import MANAGE
from sinmungo.imports.plan import Plan, field_options
from sinmungo.imports.shown import (
    ROOT,
    choices_of,
    kind_hints,
    sheet_views,
    shown,
    term_views,
    typed_plan,
)
from sinmungo.imports.terms import TITLES, load_words
from sinmungo.people.permissions import MANAGE as PEOPLE_MANAGE
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

BODY = MAX_BYTES + 1024 * 1024
PASTED = "붙여 넣은 표"
_SHOWN = 50


class ImportListPages(Controller):
    """`/admin/imports`: a file is handed in here, and earlier runs are listed."""

    @get("/", opt=needs(MANAGE))
    async def show(
        self,
        request: Req,
        ctx: CtxDep,
        before: FromQuery[UUID | None] = None,
        kind: FromQuery[str] = "",
    ) -> Response[str]:
        """Show the form and the runs; `kind` chooses what is to be brought in."""
        return await _list(request, ctx, Form({"kind": kind}), {}, before)

    @post("/", opt=heavy(needs(MANAGE)), request_max_body_size=BODY)
    async def hand_in(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Take a file and go on to its columns."""
        form = await read_form(request)
        name, raw = await _handed_in(request, form)
        if not name:
            return await _list(request, ctx, form, {"file": "파일을 고르거나 붙여 넣어 주세요."})
        try:
            run_id = await upload.upload(ctx, form["kind"], name, raw)
        except InvalidError as error:
            return await _list(request, ctx, form, error.errors)
        return see_other(f"{ROOT}/{run_id}")


class ImportPages(Controller):
    """`/admin/imports/{id}`: one run, at the step it has come to."""

    @get("/{run_id:uuid}", opt=needs(MANAGE))
    async def show(
        self,
        request: Req,
        ctx: CtxDep,
        run_id: FromPath[UUID],
        step: FromQuery[str | None] = None,
    ) -> Response[str]:
        """Show the step: columns, words, progress or report."""
        run = await state.read_run(ctx, run_id)
        if run.state == "UPLOADED" or (run.state == "MAPPED" and step == "columns"):
            return await _columns(request, ctx, run, await state.read_plan(ctx, run_id))
        if run.state == "MAPPED":
            return await _words(request, ctx, run)
        return await _report(request, ctx, run)

    @post("/{run_id:uuid}/columns", opt=heavy(needs(MANAGE)))
    async def columns(self, request: Req, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[Any]:
        """Save the columns; with moved heading lines the page comes again."""
        form = await read_form(request)
        run = await state.read_run(ctx, run_id)
        plan = await state.read_plan(ctx, run_id)
        try:
            choices = choices_of(plan, form)
            await upload.save_columns(
                ctx, run_id, choices, form["as_of"], form.number("row_version") or 0
            )
        except InvalidError as error:
            typed_plan(plan, form)
            return await _columns(request, ctx, run, plan, form, error.errors)
        return see_other(f"{ROOT}/{run_id}")

    @post("/{run_id:uuid}/start", opt=needs(MANAGE))
    async def start(self, request: Req, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[Any]:
        """Remember the words and begin."""
        form = await read_form(request)
        run = await state.read_run(ctx, run_id)
        codes = {k.removeprefix("term-"): v for k, v in form.items() if k.startswith("term-")}
        try:
            await runs.save_terms(ctx, run_id, codes)
        except InvalidError as error:
            return await _words(request, ctx, run, form, error.errors)
        await runs.start(ctx, run_id, form.number("row_version") or 0)
        return see_other(f"{ROOT}/{run_id}")

    @post("/{run_id:uuid}/cancel", opt=needs(MANAGE))
    async def cancel(self, request: Req, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[Any]:
        """End the run; what was written stays."""
        await read_form(request)
        await runs.cancel(ctx, run_id)
        return see_other(f"{ROOT}/{run_id}", "가져오기를 그만두었습니다.", "info")

    @get("/{run_id:uuid}/progress", opt=needs(MANAGE))
    async def progress(self, request: Req, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[str]:
        """Return how far the run is, as a part of its page; the whole page when it is over."""
        run = await state.read_run(ctx, run_id)
        answer = page(request, "imports/_progress.html", run=run)
        if run.state != "RUNNING":
            answer.headers["hx-refresh"] = "true"
        return answer

    @get("/{run_id:uuid}/bad-lines", opt=heavy(needs(MANAGE)))
    async def bad_lines(self, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[bytes]:
        """Return the lines that were not taken as a workbook to mend."""
        return await bad_file.download_bad(ctx, run_id)


class LinkPages(Controller):
    """`/admin/imports/{id}/links`: a way in for those whom a staff list brought."""

    @post("/{run_id:uuid}/links", opt=heavy(needs(PEOPLE_MANAGE)), status_code=200)
    async def links(self, request: Req, ctx: CtxDep, run_id: FromPath[UUID]) -> Response[bytes]:
        """Hand out one-time links as a workbook; each is told this once."""
        await read_form(request)
        await state.read_run(ctx, run_id)
        return await hand_out(ctx, run_id)


class TermPages(Controller):
    """`/admin/imports/terms`: the words matched so far."""

    @get("/terms", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show every word and what it means."""
        meant = await load_words(ctx)
        return page(
            request,
            "imports/terms.html",
            terms=await ctx.db.all(q.TERMS),
            titles=TITLES,
            options=meant.options,
        )

    @post("/terms/{term_id:uuid}/drop", opt=needs(MANAGE))
    async def drop(self, request: Req, ctx: CtxDep, term_id: FromPath[UUID]) -> Response[Any]:
        """Forget a word, so that it is asked about again."""
        form = await read_form(request)
        await runs.drop_term(ctx, term_id, form.number("row_version") or 0)
        return see_other(f"{ROOT}/terms", "다음 가져오기에서 다시 묻습니다.")


async def _handed_in(request: Req, form: Form) -> tuple[str, bytes]:
    """Return name and bytes of the chosen file, or of lines pasted from a spreadsheet."""
    file = (await request.form()).get("file")
    if isinstance(file, UploadFile) and file.filename:
        raw = await file.read()
        await file.close()
        return file.filename, raw
    pasted = form["pasted"]
    return (PASTED, pasted.encode()) if pasted else ("", b"")


async def _list(
    request: Req, ctx: Ctx, form: Form, errors: dict[str, str], before: UUID | None = None
) -> Response[str]:
    rows = await state.list_runs(ctx, before)
    following = rows[state.PAGE - 1].id if len(rows) > state.PAGE else None
    return page(
        request,
        "imports/list.html",
        status=422 if errors else 200,
        rows=rows[: state.PAGE],
        next_href=f"{ROOT}?before={following}" if following else "",
        first_href=ROOT if before else "",
        kinds=KINDS,
        states=STATES,
        form=form,
        errors=errors,
        hints=kind_hints(),
    )


async def _columns(
    request: Req,
    ctx: Ctx,
    run: q.RunRow,
    plan: Plan,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    await runs.note_look(ctx, run.id, "VIEW")
    as_of = form["as_of"] if form else plan.as_of.isoformat() if plan.as_of else ""
    return page(
        request,
        "imports/columns.html",
        status=422 if errors else 200,
        run=run,
        kind=KINDS[run.kind],
        sheets=sheet_views(run.kind, plan),
        fields=field_options(run.kind),
        as_of=as_of,
        form=form,
        errors=errors or {},
        twin=await _twin(ctx, run),
    )


async def _twin(ctx: Ctx, run: q.RunRow) -> q.RunRow | None:
    """Return the finished run of the very same file, if there is one."""
    return await ctx.db.first(q.TWIN, id=run.id)


async def _words(
    request: Req,
    ctx: Ctx,
    run: q.RunRow,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    plan = await state.read_plan(ctx, run.id)
    meant = await load_words(ctx)
    return page(
        request,
        "imports/words.html",
        status=422 if errors else 200,
        run=run,
        kind=KINDS[run.kind],
        plan=plan,
        groups=term_views(plan, meant),
        form=form or Form(),
        errors=errors or {},
    )


async def _report(request: Req, ctx: Ctx, run: q.RunRow) -> Response[str]:
    plan = await state.read_plan(ctx, run.id)
    bad = await state.bad_lines(ctx, run.id, plan, size=_SHOWN)
    notices = await state.bad_lines(ctx, run.id, plan, severity="NOTICE", size=_SHOWN)
    if bad:
        await runs.note_look(ctx, run.id, "VIEW")
    return page(
        request,
        "imports/report.html",
        run=run,
        kind=KINDS[run.kind],
        states=STATES,
        bad=bad,
        notices=notices,
        without=len(await waiting(ctx, run.id)) if run.kind == "PEOPLE" else 0,
        shown=shown,
    )
