"""The rules about a company's record: one per business number, found again under any spelling."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from sinmungo import clock
from sinmungo.companies import queries as q
from sinmungo.companies.events import CompanyAdded, CompanyChanged
from sinmungo.companies.queries import CompanyBrief, CompanyHit
from sinmungo.companies.record import (
    CompanyValues,
    as_texts,
    changed_fields,
    understand,
)
from sinmungo.companies.search import find, search_columns
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.text.normalise import company_key

__all__ = [
    "CompanyBrief",
    "CompanyHit",
    "add",
    "company_brief",
    "company_names",
    "edit",
    "find",
    "find_or_make",
    "list_companies",
    "record",
]
SUBJECT = "company"


class NumberTakenError(InvalidError):
    """Another company of the city has this business number; `holder` is that one."""

    def __init__(self, holder: q.NamedRow) -> None:
        text = f"이미 등록된 사업자등록번호입니다: {holder.name}"
        super().__init__({"business_no": text})
        self.holder = holder


class CompanyRecord(msgspec.Struct, frozen=True):
    """A company with its personal fields opened."""

    id: UUID
    values: CompanyValues
    state: str
    state_on: date | None
    state_reason: str | None
    created_at: datetime
    row_version: int


async def find_or_make(
    ctx: Ctx, *, company_id: UUID | None, name: str | None, business_no: str | None
) -> UUID:
    """Return the company meant at intake; a new one gets a record with a name only.

    An id must exist. Else the business number decides, else the name if exactly one active company
    has it in any spelling and no other number speaks against it. Raises `InvalidError`.
    """
    if company_id is not None:
        if await ctx.db.first(q.BRIEF, id=company_id) is None:
            raise InvalidError({"company_name": "고른 업체가 없습니다. 다시 찾아 주세요."})
        return company_id
    values = _understand_intake(name or "", business_no or "")
    if values.business_no:
        holder = await ctx.db.first(q.BY_NUMBER, business_no=values.business_no)
        if holder is not None:
            return holder.id
    namesakes = await ctx.db.all(q.ACTIVE_BY_KEY, name_key=company_key(values.name))
    if len(namesakes) == 1 and not (values.business_no and namesakes[0].business_no):
        return await _with_number(ctx, namesakes[0], values.business_no)
    return await _insert(ctx, values)


def _understand_intake(name: str, number: str) -> CompanyValues:
    try:
        return understand({"name": name, "business_no": number})
    except InvalidError as error:
        renamed = {"company_name" if f == "name" else f: m for f, m in error.errors.items()}
        raise InvalidError(renamed) from None


async def _with_number(ctx: Ctx, found: q.NumberedRow, number: str | None) -> UUID:
    if number and not found.business_no:
        await edit(ctx, found.id, {"business_no": number}, found.row_version)
    return found.id


async def company_brief(ctx: Ctx, company_id: UUID) -> CompanyBrief:
    """Return what other slices show of a company; `MissingError` if there is none."""
    found = await ctx.db.first(q.BRIEF, id=company_id)
    if found is None:
        raise MissingError
    return found


async def company_names(ctx: Ctx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of these companies in one statement (none for an empty list)."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    return {row.id: row.name for row in await ctx.db.all(q.NAMES, ids=wanted)}


async def list_companies(
    ctx: Ctx, *, after: tuple[str, UUID] | None = None, size: int = 40
) -> list[CompanyHit]:
    """Return companies by name, `after` the (name_key, id) of the last one seen."""
    if after is None:
        return await ctx.db.all(q.FIRST_PAGE, size=size)
    return await ctx.db.all(q.NEXT_PAGE, size=size, after_key=after[0], after_id=after[1])


async def record(ctx: Ctx, company_id: UUID) -> CompanyRecord:
    """Return the whole record; `MissingError` if there is none."""
    row = await ctx.db.first(q.RECORD, id=company_id)
    if row is None:
        raise MissingError
    opened = unseal(ctx, "representative", row.representative_sealed, row.id) or None
    stored = {f: getattr(row, f) for f in CompanyValues.__struct_fields__ if f != "representative"}
    return CompanyRecord(
        id=row.id,
        values=CompanyValues(**stored, representative=opened),
        state=row.state,
        state_on=row.state_on,
        state_reason=row.state_reason,
        created_at=row.created_at,
        row_version=row.row_version,
    )


async def note_view(ctx: Ctx, company_id: UUID) -> None:
    """Write down who opened a record with persons' names in it."""
    await note_access(ctx, "VIEW", subject_kind=SUBJECT, subject_id=company_id)


async def add(ctx: Ctx, texts: Mapping[str, str]) -> UUID:
    """Add a company from texts by field name and return its id.

    Raises `InvalidError`; `NumberTakenError` when another company has the business number.
    """
    values = understand(texts)
    await _check_number(ctx, values.business_no, None)
    return await _insert(ctx, values)


async def _insert(ctx: Ctx, values: CompanyValues) -> UUID:
    company_id = clock.uuid7()
    added = await ctx.db.run(
        q.ADD,
        id=company_id,
        state="ACTIVE",
        created_at=clock.now(),
        row_version=1,
        **_columns(ctx, values, company_id),
    )
    if not added:
        await _check_number(ctx, values.business_no, None)
    await emit(ctx, CompanyAdded(), subject_kind=SUBJECT, subject_id=company_id, seq=1)
    return company_id


async def edit(ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Change the fields that `texts` names and return the new row version.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    old = await record(ctx, company_id)
    if old.row_version != row_version:
        raise StaleError
    values = understand({**as_texts(old.values), **texts})
    fields = changed_fields(old.values, values)
    if not fields:
        return row_version
    await _check_number(ctx, values.business_no, company_id)
    try:
        async with ctx.db.savepoint():
            touched = await ctx.db.run(
                q.EDIT, b_id=company_id, b_version=row_version, **_columns(ctx, values, company_id)
            )
    except asyncpg.UniqueViolationError:
        await _check_number(ctx, values.business_no, company_id)
        raise
    if not touched:
        raise StaleError
    event = CompanyChanged(fields=fields)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=company_id, seq=row_version + 1)
    return row_version + 1


async def _check_number(ctx: Ctx, number: str | None, company_id: UUID | None) -> None:
    if number is None:
        return
    holder = await ctx.db.first(q.BY_NUMBER, business_no=number)
    if holder is not None and holder.id != company_id:
        raise NumberTakenError(holder)


def _columns(ctx: Ctx, values: CompanyValues, company_id: UUID) -> dict[str, Any]:
    stored = {
        f: getattr(values, f) for f in CompanyValues.__struct_fields__ if f != "representative"
    }
    return {
        **stored,
        **search_columns(values.name),
        "phone_tail": values.phone[-4:] if values.phone else None,
        **seal(ctx, "representative", values.representative, "name", company_id),
    }
