"""The city's own fields of a company: written with the record, under its version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sinmungo.companies import service
from sinmungo.companies.events import CompanyExtraChanged
from sinmungo.companies.record import understand
from sinmungo.errors import InvalidError
from sinmungo.forms import service as forms
from sinmungo.forms.asking import Asked, as_typed, asked, given_in
from sinmungo.forms.terms import RecordKind
from sinmungo.host.context import Ctx

KIND = "COMPANY"
RECORDS = (RecordKind(KIND, "업체"),)


async def add(ctx: Ctx, texts: Mapping[str, str], extra: Mapping[str, Any]) -> UUID:
    """Add a company with the city's own fields and return its id.

    Raises what `service.add` raises, and `InvalidError` with "extra-<code>".
    """
    given = await _take(ctx, texts, extra, whole=True)
    company_id = await service.add(ctx, texts)
    await forms.save(ctx, KIND, company_id, given, new=True)
    return company_id


async def edit(
    ctx: Ctx,
    company_id: UUID,
    texts: Mapping[str, str],
    extra: Mapping[str, Any] | None,
    row_version: int,
    *,
    whole: bool = False,
) -> int:
    """Change fields, the city's own too, and return the new row version; None leaves those alone.

    With `whole` a missing answer counts as left empty. Raises what `service.edit` raises.
    """
    given = await _take(ctx, texts, extra, whole=whole)
    version = await service.edit(ctx, company_id, texts, row_version)
    codes = await forms.save(ctx, KIND, company_id, given)
    if not codes:
        return version
    return await service.touch(ctx, company_id, version, CompanyExtraChanged(codes=codes))


async def _take(
    ctx: Ctx, texts: Mapping[str, str], extra: Mapping[str, Any] | None, *, whole: bool
) -> list[forms.Given]:
    """Return the answers; what is wrong with the other fields is told together with them."""
    try:
        return await forms.take(ctx, KIND, "OFFICE", extra, whole=whole)
    except InvalidError as error:
        raise InvalidError({**_faults(texts), **error.errors}) from None


def _faults(texts: Mapping[str, str]) -> dict[str, str]:
    if "name" not in texts:
        return {}
    try:
        understand(texts)
    except InvalidError as error:
        return error.errors
    return {}


async def answered(ctx: Ctx, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers of a posted form by code."""
    return given_in(await forms.questions(ctx, KIND, "OFFICE"), form)


async def stored(ctx: Ctx, company_id: UUID) -> dict[str, str]:
    """Return what is stored, as a form shows it."""
    return as_typed(await forms.answers(ctx, KIND, company_id))


async def shown(ctx: Ctx, form: Mapping[str, str], errors: Mapping[str, str]) -> list[Asked]:
    """Return the questions of the form with what was typed."""
    return asked(await forms.questions(ctx, KIND, "OFFICE"), form, errors)
