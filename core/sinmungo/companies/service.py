"""The rules about a company's record: one per business number, found again under any spelling."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from sinmungo import clock
from sinmungo.companies import kept_queries as kept
from sinmungo.companies import merge_queries as mq
from sinmungo.companies import queries as q
from sinmungo.companies.events import CompanyAdded, CompanyChanged
from sinmungo.companies.kept_queries import HeadCount
from sinmungo.companies.places import check_dong
from sinmungo.companies.queries import CompanyBrief, CompanyHit
from sinmungo.companies.record import (
    CompanyValues,
    as_texts,
    changed_fields,
    understand,
)
from sinmungo.companies.search import find, search_columns
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.host.types import Event
from sinmungo.text.normalise import company_key

__all__ = [
    "CompanyBrief",
    "CompanyHit",
    "HeadCount",
    "add",
    "company_brief",
    "company_names",
    "edit",
    "employees_on",
    "find",
    "find_or_make",
    "list_companies",
    "members_of",
    "record",
    "touch",
]
SUBJECT = "company"
_COUNT = frozenset({"employees", "employees_foreign", "employees_on"})


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
    merged_into: UUID | None
    row_version: int


class MergedError(RefusedError):
    """The company was merged into another; nothing is written to it any more."""

    def __init__(self) -> None:
        super().__init__("다른 업체로 합쳐진 업체입니다. 합친 업체에서 고쳐 주세요.")


async def find_or_make(
    ctx: Ctx, *, company_id: UUID | None, name: str | None, business_no: str | None
) -> UUID:
    """Return the company meant at intake; a new one gets a record with a name only.

    An id must exist. Else the business number decides, else the name if exactly one active company
    has it in any spelling and no other number speaks against it. Raises `InvalidError`.
    """
    if company_id is not None:
        chosen = await ctx.db.first(q.BRIEF, id=company_id)
        if chosen is None:
            raise InvalidError({"company_name": "고른 업체가 없습니다. 다시 찾아 주세요."})
        return chosen.merged_into or company_id
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


async def members_of(ctx: Ctx, agency_id: UUID, on: date | None = None) -> list[CompanyHit]:
    """Return the companies that are members of an association on a day (today), by name."""
    return await ctx.db.all(kept.MEMBERS, agency_id=agency_id, day=on or clock.today())


async def employees_on(ctx: Ctx, company_id: UUID, day: date) -> HeadCount | None:
    """Return the last head count on or before a day, None when nothing was known then.

    So that a rule like "50 and more" can be asked for the day it is about (domain.md 1.3).
    """
    found = await ctx.db.first(kept.HEAD_COUNT, company_id=company_id, day=day)
    if found is None:
        found = await ctx.db.first(kept.LATEST_COUNT, company_id=company_id, day=day)
    return found


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
        merged_into=row.merged_into,
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
    await check_dong(ctx, values.dong)
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
        **columns_of(ctx, values, company_id),
    )
    if not added:
        await _check_number(ctx, values.business_no, None)
    await _keep_figures(ctx, company_id, values, values.__struct_fields__)
    await emit(ctx, CompanyAdded(), subject_kind=SUBJECT, subject_id=company_id, seq=1)
    return company_id


async def edit(ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Change the fields that `texts` names and return the new row version.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    old = await record(ctx, company_id)
    if old.merged_into is not None:
        raise MergedError
    if old.row_version != row_version:
        raise StaleError
    values = understand({**as_texts(old.values), **texts})
    fields = changed_fields(old.values, values)
    if not fields:
        return row_version
    if "dong" in fields and old.state != "MOVED":
        await check_dong(ctx, values.dong)
    await _check_number(ctx, values.business_no, company_id)
    await store(ctx, company_id, values, row_version)
    await _keep_figures(ctx, company_id, values, fields)
    event = CompanyChanged(fields=fields)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=company_id, seq=row_version + 1)
    return row_version + 1


async def store(ctx: Ctx, company_id: UUID, values: CompanyValues, row_version: int) -> None:
    """Write the values of a record, found under the names of what was merged into it too.

    Not an act by itself: no rule is asked and no event written.
    """
    others = await ctx.db.all(mq.NAMES_MERGED_INTO, id=company_id)
    columns = columns_of(ctx, values, company_id, others)
    try:
        async with ctx.db.savepoint():
            touched = await ctx.db.run(q.EDIT, b_id=company_id, b_version=row_version, **columns)
    except asyncpg.UniqueViolationError:
        await _check_number(ctx, values.business_no, company_id)
        raise
    if not touched:
        raise StaleError


async def touch(ctx: Ctx, company_id: UUID, row_version: int | None, event: Event) -> int:
    """Write down a change of what belongs to a record and return its new row version.

    Without a version whatever stands is taken, for acts that no screen has shown before. Raises
    `MissingError`, `StaleError`, `MergedError`.
    """
    brief = await ctx.db.first(q.VERSION, id=company_id)
    if brief is None:
        raise MissingError
    if brief.merged_into is not None:
        raise MergedError
    version = brief.row_version if row_version is None else row_version
    if not await ctx.db.run(q.TOUCH, b_id=company_id, b_version=version):
        raise StaleError
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=company_id, seq=version + 1)
    return version + 1


async def _keep_figures(
    ctx: Ctx, company_id: UUID, values: CompanyValues, fields: Collection[str]
) -> None:
    """Keep head count and size under the day they hold for, so that the past stays known."""
    counted = values.employees is not None and not _COUNT.isdisjoint(fields)
    if not counted and not (values.size_class and "size_class" in fields):
        return
    day = values.employees_on if counted else clock.today()
    await ctx.db.run(
        kept.PUT_FIGURES,
        id=clock.uuid7(),
        company_id=company_id,
        day=day,
        employees=values.employees if counted else None,
        employees_foreign=values.employees_foreign if counted else None,
        size_class=values.size_class,
        recorded_at=clock.now(),
        row_version=1,
    )


async def _check_number(ctx: Ctx, number: str | None, company_id: UUID | None) -> None:
    if number is None:
        return
    holder = await ctx.db.first(q.BY_NUMBER, business_no=number)
    if holder is not None and holder.id != company_id:
        raise NumberTakenError(holder)


def columns_of(
    ctx: Ctx, values: CompanyValues, company_id: UUID, others: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the columns of a record; `others` are names under which it is found too."""
    stored = {
        f: getattr(values, f) for f in CompanyValues.__struct_fields__ if f != "representative"
    }
    return {
        **stored,
        **search_columns(values.name, others),
        "phone_tail": values.phone[-4:] if values.phone else None,
        **seal(ctx, "representative", values.representative, "name", company_id),
    }
