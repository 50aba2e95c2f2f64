"""The city's own fields of a visit's journal: written with it, and mended with its texts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sinmungo.errors import InvalidError
from sinmungo.forms import service as forms
from sinmungo.forms.asking import Asked, asked, given_in
from sinmungo.forms.terms import RecordKind
from sinmungo.host.context import Ctx

KIND = "VISIT"
RECORDS = (RecordKind(KIND, "현장방문"),)


async def taken(
    ctx: Ctx, extra: Mapping[str, Any] | None, *, whole: bool = True
) -> tuple[list[forms.Given], dict[str, str]]:
    """Return the answers, and what is wrong with them by field name ("extra-<code>")."""
    try:
        return await forms.take(ctx, KIND, "OFFICE", extra, whole=whole), {}
    except InvalidError as error:
        return [], error.errors


async def answered(ctx: Ctx, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers of a posted form by code."""
    return given_in(await forms.questions(ctx, KIND, "OFFICE"), form)


async def shown(
    ctx: Ctx, form: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> list[Asked]:
    """Return the questions of the form with what was typed."""
    return asked(await forms.questions(ctx, KIND, "OFFICE"), form, errors)


async def answers(ctx: Ctx, visit_id: UUID) -> list[forms.Answer]:
    """Return what was answered in a journal, in order."""
    return await forms.answers(ctx, KIND, visit_id)
