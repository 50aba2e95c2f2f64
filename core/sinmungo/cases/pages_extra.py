"""The city's own questions on the case screens: beside an intake's rows, and on a case to mend."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.cases import service
from sinmungo.cases.extra import KIND, category_of, row_prefix
from sinmungo.cases.permissions import WORK
from sinmungo.cases.types import CaseDetail, Intake
from sinmungo.errors import InvalidError, StaleError
from sinmungo.forms import service as forms
from sinmungo.forms.asking import Asked, as_typed, asked, given_in
from sinmungo.forms.terms import FormFace
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

type Row = Mapping[str, str]


class RowQuestions(msgspec.Struct, frozen=True):
    """What is asked about one row of an intake."""

    title: str
    questions: list[Asked]


async def row_questions(
    ctx: Ctx,
    rows: Sequence[Row],
    form: Form,
    words: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    as_typed_rows: bool = False,
) -> list[RowQuestions]:
    """Return the questions of each row with what was typed; rows without any are left out.

    A row's `index` is where it was typed. A page numbers its rows anew; a part of a page that is
    fetched (`as_typed_rows`) keeps the numbers that stand in it.
    """
    found = []
    for place, row in enumerate(rows):
        fields = await forms.questions(ctx, KIND, "OFFICE", row.get("category"))
        old = row.get("index", "0")
        new = row_prefix(int(old) if as_typed_rows else place)
        typed = {new + f.code: form[row_prefix(int(old)) + f.code] for f in fields}
        if fields:
            title = words.get(row.get("category", ""), "")
            found.append(RowQuestions(title, asked(fields, typed, errors, new)))
    return found


async def with_extra(ctx: Ctx, intake: Intake, rows: Sequence[Row], form: Form) -> Intake:
    """Return an intake with the answers of a posted form; `rows` are where its rows were typed."""
    answered = []
    for row, typed in zip(intake.rows, rows, strict=True):
        fields = await forms.questions(ctx, KIND, "OFFICE", row.category)
        given = given_in(fields, form, row_prefix(int(typed["index"])))
        answered.append(msgspec.structs.replace(row, extra=given))
    return msgspec.structs.replace(intake, rows=answered)


async def one_form(
    ctx: Ctx, face: FormFace, form: Form, errors: Mapping[str, str] | None = None
) -> list[Asked]:
    """Return the questions that go with the form's category, with what was typed."""
    return asked(await forms.questions(ctx, KIND, face, form["category"]), form, errors)


async def answered(ctx: Ctx, face: FormFace, form: Form) -> dict[str, Any]:
    """Return the answers of a posted form by code."""
    return given_in(await forms.questions(ctx, KIND, face, form["category"]), form)


class ExtraController(Controller):
    """`/office/cases/{id}/extra`: the answers of a case, to be mended."""

    @get("/{case_id:uuid}/extra", opt=needs(WORK))
    async def show(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[str]:
        """Show what was answered and what is asked now."""
        case = await service.detail(ctx, case_id)
        return await _page(request, ctx, case, Form(as_typed(case.answers)))

    @post("/{case_id:uuid}/extra", opt=needs(WORK))
    async def save(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Save the answers."""
        form = await read_form(request)
        case = await service.detail(ctx, case_id)
        fields = await forms.questions(ctx, KIND, "OFFICE", await category_of(ctx, case_id))
        given, version = given_in(fields, form), form.number("row_version") or 0
        try:
            done = await service.change_extra(ctx, case_id, given, version, whole=True)
        except InvalidError as error:
            return await _page(request, ctx, case, form, errors=error.errors)
        except StaleError as error:
            return await _page(request, ctx, case, form, problem=error.message)
        return see_other(f"/office/cases/{case_id}", f"{done.case_no} 추가 항목을 저장했습니다.")


async def _page(
    request: Req,
    ctx: Ctx,
    case: CaseDetail,
    form: Form,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
) -> Response[str]:
    fields = await forms.questions(ctx, KIND, "OFFICE", case.category)
    return page(
        request,
        "cases/extra.html",
        status=422 if errors or problem else 200,
        case=case,
        questions=asked(fields, form, errors),
        form=form,
        errors=errors or {},
        problem=problem,
    )
