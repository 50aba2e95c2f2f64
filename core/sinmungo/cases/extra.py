"""The city's own questions about a difficulty: asked at filing and at 접수, mended on the case.

Answers of a filing lie under the submission's id; when it is registered they go to its first case.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from sinmungo.cases import queries as q
from sinmungo.cases.events import CaseExtraChanged
from sinmungo.cases.reference import labels
from sinmungo.cases.submission_types import Filing
from sinmungo.cases.types import Changed, Intake
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.forms import service as forms
from sinmungo.forms.terms import RecordKind
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit

KIND = "CASE"
_OVER = "CLOSED"


async def _categories(ctx: Ctx) -> Mapping[str, str]:
    return (await labels(ctx)).all_categories


RECORDS = (RecordKind(KIND, "기업애로", ("PORTAL", "OFFICE"), groups=_categories),)


def row_prefix(index: int) -> str:
    """Return how the fields of the n-th difficulty of an intake are named."""
    return f"{forms.PREFIX}{index}-"


async def filed(ctx: Ctx, filing: Filing) -> tuple[list[forms.Given], dict[str, str]]:
    """Return the answers of a filing, and what is wrong with them by field name."""
    try:
        return await forms.take(ctx, KIND, "PORTAL", filing.extra, filing.category), {}
    except InvalidError as error:
        return [], error.errors


async def of_intake(
    ctx: Ctx, intake: Intake
) -> tuple[dict[int, list[forms.Given]], dict[str, str]]:
    """Return the answers of each row of an intake, and what is wrong by field name.

    The first row takes over what its submission answered where nothing was answered anew.
    """
    found: dict[int, list[forms.Given]] = {}
    faults: dict[str, str] = {}
    carried = await _carried(ctx, intake.submission_id)
    for index, row in enumerate(intake.rows):
        if not row.category and not row.content.strip():
            continue
        before, carried = carried, []
        try:
            found[index] = await _of_row(ctx, row.extra, row.category, before, row_prefix(index))
        except InvalidError as error:
            faults |= error.errors
    return found, faults


async def _carried(ctx: Ctx, submission_id: UUID | None) -> list[forms.Given]:
    """Return what a company answered, in the words in which it was asked."""
    if submission_id is None:
        return []
    answers = await forms.answers(ctx, KIND, submission_id)
    known = {f.id: f for f in await forms.fields(ctx)} if answers else {}
    return [
        forms.Given(
            msgspec.structs.replace(known[a.field_id], label=a.label, personal=a.personal),
            a.value,
            a.shown,
        )
        for a in answers
        if a.field_id in known
    ]


async def _of_row(
    ctx: Ctx,
    extra: Mapping[str, Any] | None,
    category: str,
    carried: list[forms.Given],
    prefix: str,
) -> list[forms.Given]:
    if extra is None:
        return carried
    asked = {f.code for f in await forms.questions(ctx, KIND, "OFFICE", category)}
    known = {g.field.code: g.value for g in carried if g.field.code in asked}
    given = await forms.take(ctx, KIND, "OFFICE", {**known, **extra}, category, prefix=prefix)
    told = {g.field.code for g in given}
    return [*given, *(g for g in carried if g.field.code not in told)]


async def change(
    ctx: Ctx, case_id: UUID, extra: Mapping[str, Any], row_version: int, *, whole: bool = False
) -> Changed:
    """Mend the answers of a case that is not closed; what is not in `extra` stays.

    With `whole` a missing answer counts as left empty. Raises InvalidError ("extra-<code>"),
    RefusedError, StaleError, MissingError.
    """
    case = await q.BRIEF.first(ctx, id=case_id)
    if case is None:
        raise MissingError
    if case.row_version != row_version:
        raise StaleError
    if case.status == _OVER:
        raise RefusedError("종결한 건의 답은 고칠 수 없습니다.")
    category = await category_of(ctx, case_id)
    given = await forms.take(ctx, KIND, "OFFICE", extra, category, whole=whole)
    codes = await forms.save(ctx, KIND, case_id, given)
    if codes:
        await _tell(ctx, case, codes)
    version = row_version + bool(codes)
    return Changed(id=case.id, case_no=case.case_no, status=case.status, row_version=version)


async def _tell(ctx: Ctx, case: q.Brief, codes: list[str]) -> None:
    touched = await ctx.db.run(
        q.TOUCH, b_id=case.id, b_version=case.row_version, status=case.status
    )
    if not touched:
        raise StaleError
    event = CaseExtraChanged(case_id=case.id, company_id=case.company_id, codes=codes)
    seq = case.row_version + 1
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=case.id, seq=seq)


async def category_of(ctx: Ctx, case_id: UUID) -> str:
    """Return the category of a case, by which its questions go."""
    return await ctx.db.one(q.CATEGORY_OF, id=case_id)
