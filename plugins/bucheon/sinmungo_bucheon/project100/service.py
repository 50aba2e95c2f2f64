"""Coming in and moving up: seats are given one by one, under the round's lock.

A free seat is not filled by itself: moving up binds a company and an officer, so a person does it
with one click, and only with the company that has waited longest.
"""

from uuid import UUID

import msgspec

from sinmungo.sdk import (
    Ctx,
    InvalidError,
    MissingError,
    Person,
    RefusedError,
    StaleError,
    clean,
    clock,
    company_brief,
    emit,
    list_officers,
    resident_number_at,
)
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.events import (
    Enrolled,
    Promoted,
    PutOnWaitingList,
)
from sinmungo_bucheon.project100.models import ACTIVE, WAITING
from sinmungo_bucheon.project100.rounds import round_of, seats_of
from sinmungo_bucheon.project100.rules import Check, check

SUBJECT = "bucheon_project100_enrolment"
MAX_NOTE = 300


class Outcome(msgspec.Struct, frozen=True):
    """What an enrolment led to; `waits_at` is the place in the waiting list, or 0."""

    id: UUID
    status: str
    apply_no: int
    waits_at: int


class AtWork(msgspec.Struct, frozen=True):
    """An officer who can be named, and the unit of the present post."""

    id: UUID
    unit_id: UUID | None


async def check_company(ctx: Ctx, of: q.RoundRow, company_id: UUID) -> Check:
    """Return what enrolling the company now would lead to; writes nothing."""
    company = await company_brief(ctx, company_id)
    held = await ctx.db.first(q.OPEN_OF_COMPANY, company_id=company_id)
    now, _ = await seats_of(ctx, of)
    return check(company, of, now, open_in=held.round_name if held else "")


async def enrol(ctx: Ctx, *, round_id: UUID, company_id: UUID, officer_id: UUID) -> Outcome:
    """Take a company in, or put it on the waiting list, with its dedicated officer (B1-B3).

    Raises `InvalidError` on `company_id` or `officer_id`, `MissingError` for an unknown round.
    """
    of = await round_of(ctx, round_id, lock=True)
    company = await company_brief(ctx, company_id)
    held = await ctx.db.first(q.OPEN_OF_COMPANY, company_id=company_id)
    now, _ = await seats_of(ctx, of)
    result = check(company, of, now, open_in=held.round_name if held else "")
    if result.verdict == "REFUSED":
        raise InvalidError({"company_id": result.reason})
    await officer_at_work(ctx, officer_id)
    made = Outcome(
        clock.uuid7(),
        result.verdict,
        await ctx.db.one(q.NEXT_NO, round_id=round_id),
        now.waiting + 1 if result.verdict == WAITING else 0,
    )
    added = await ctx.db.run(
        q.ADD_ENROLMENT,
        id=made.id,
        round_id=round_id,
        company_id=company_id,
        apply_no=made.apply_no,
        status=made.status,
        employees=company.employees,
        employees_on=company.employees_on,
        applied_at=clock.now(),
        active_on=clock.today() if made.status == ACTIVE else None,
    )
    if not added:
        raise InvalidError({"company_id": "다른 회차에 방금 등록된 업체입니다."})
    await dedicate(ctx, made.id, officer_id)
    kind = Enrolled if made.status == ACTIVE else PutOnWaitingList
    event = kind(
        enrolment_id=made.id, round_id=round_id, company_id=company_id, officer_id=officer_id
    )
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=made.id, seq=1)
    return made


async def promote(ctx: Ctx, enrolment_id: UUID, row_version: int) -> None:
    """Give a free seat to the company that has waited longest; no other may pass it."""
    row, of = await locked(ctx, enrolment_id, row_version)
    if row.status != WAITING:
        raise RefusedError("기다리는 업체가 아닙니다.")
    now, _ = await seats_of(ctx, of)
    if not now.free:
        raise RefusedError(f"정원 {of.capacity}개사가 찼습니다.")
    if row.waits_at > 1:
        raise RefusedError(f"먼저 신청해 기다리는 업체가 {row.waits_at - 1}곳 있습니다.")
    touched = await ctx.db.run(
        q.PROMOTE, b_id=row.id, b_version=row_version, active_on=clock.today()
    )
    expect(touched)
    event = Promoted(enrolment_id=row.id, round_id=of.id, company_id=row.company_id)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=row.id, seq=row_version + 1)


async def active_officers(ctx: Ctx) -> list[tuple[Person, str]]:
    """Return the officers who can be named, each with the name of the department."""
    found = await list_officers(ctx)
    return [(person, row.unit_name or "") for row, person in found if row.state == "ACTIVE"]


async def locked(
    ctx: Ctx, enrolment_id: UUID, row_version: int
) -> tuple[q.EnrolmentRow, q.RoundRow]:
    """Return a company's row as it stands once nobody else can change its round."""
    seen = await ctx.db.first(q.ENROLMENT, id=enrolment_id)
    if seen is None:
        raise MissingError
    of = await round_of(ctx, seen.round_id, lock=True)
    row = await ctx.db.one(q.ENROLMENT, id=enrolment_id)
    if row.row_version != row_version:
        raise StaleError
    return row, of


async def officer_at_work(ctx: Ctx, officer_id: UUID | None) -> AtWork:
    """Return an officer at work here; `InvalidError` on `officer_id`."""
    for row, _ in await list_officers(ctx):
        if row.id == officer_id and row.state == "ACTIVE":
            return AtWork(row.id, row.unit_id)
    raise InvalidError({"officer_id": "직원을 목록에서 골라 주세요."})


async def dedicate(
    ctx: Ctx,
    enrolment_id: UUID,
    officer_id: UUID,
    *,
    reason: str | None = None,
    handover_id: UUID | None = None,
) -> None:
    """Write from today who looks after a company. The caller has ended the one before."""
    await ctx.db.run(
        q.ADD_DEDICATION,
        id=clock.uuid7(),
        enrolment_id=enrolment_id,
        officer_id=officer_id,
        valid_from=clock.today(),
        reason=reason,
        assigned_at=clock.now(),
        assigned_by=ctx.me.officer_id,
        handover_id=handover_id,
    )


def plain_note(field: str, text: str) -> str | None:
    """Return a remark fit to be kept, or None; `InvalidError` on `field`."""
    plain = clean(text)
    if len(plain) > MAX_NOTE:
        raise InvalidError({field: f"{MAX_NOTE}자까지 적을 수 있습니다."})
    if resident_number_at(plain):
        raise InvalidError({field: "주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요."})
    return plain or None


def expect(touched: int) -> None:
    """Raise `StaleError` when nothing was changed."""
    if not touched:
        raise StaleError
