"""B5: each contact is written down, and what the company said in it becomes cases at once.

A difficulty heard in a contact is a case like any other, with priority, in the same transaction: so
none is lost between a note and the register. What the contact itself says is kept apart from it.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from sinmungo.sdk import (
    Ctx,
    Gather,
    Intake,
    IntakeRow,
    InvalidError,
    MissingError,
    RefusedError,
    StaleError,
    case_labels,
    clean,
    clean_multiline,
    clock,
    date_ko,
    emit,
    note_access,
    register_cases,
    resident_number_at,
    seal,
    unseal,
)
from sinmungo_bucheon.project100 import contact_queries as cq
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.events import ContactLogged, ContactVoided
from sinmungo_bucheon.project100.models import ACTIVE, CANDIDATE, METHODS
from sinmungo_bucheon.project100.service import AtWork, officer_at_work, plain_note

SUBJECT = "bucheon_project100_contact"
CHANNELS = {
    "VISIT": "FIELD_VISIT",
    "PHONE": "HOTLINE",
    "CALL_IN": "WALK_IN",
    "MEETING": "ROUNDTABLE",
    "WRITTEN": "EMAIL",
}
OUTSIDE = ("VISIT", "MEETING")
"""Methods whose difficulties are heard outside, so that their cases say when that was."""
MAX_ITEMS, MAX_SUMMARY, MAX_LINE = 10, 2000, 100
_RESIDENT = "주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요."


type Settled = Literal["", "INFORMED", "ACCEPTED"]
SETTLED: dict[Settled, str] = {
    "": "접수만",
    "INFORMED": "안내하고 끝냄",
    "ACCEPTED": "그 자리에서 수용",
}
_THEN: dict[Settled, Literal["REGISTER", "CLOSE", "SETTLE"]] = {
    "": "REGISTER",
    "INFORMED": "CLOSE",
    "ACCEPTED": "SETTLE",
}


class ItemIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A difficulty that was heard. `settled` in the very contact it needs the `answer` given.

    `regulation`: a rule stands in the way of the company's growth; `rule` names it.
    """

    category: str
    content: str
    regulation: bool = False
    rule: str = ""
    settled: Settled = ""
    answer: str = ""


class ContactIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A contact: when, how, who of us with whom, and what came of it.

    `officer_id` None: who writes it, else the dedicated officer. `met` is a person's name.
    """

    contacted_on: date
    method: str
    summary: str
    officer_id: UUID | None = None
    met: str = ""
    met_title: str = ""
    items: list[ItemIn] = []


class Logged(msgspec.Struct, frozen=True):
    """A contact that was written down, and the numbers of its cases in the order of the items."""

    id: UUID
    case_nos: tuple[str, ...]


async def log(ctx: Ctx, enrolment_id: UUID, given: ContactIn) -> Logged:
    """Write a contact down and register what was said in it as cases with priority.

    Raises `InvalidError` on the form's fields ("contacted_on", "items-0-content" …),
    `RefusedError` for a company that is not looked after now, `MissingError`.
    """
    row = await ctx.db.first(q.ENROLMENT, id=enrolment_id)
    if row is None:
        raise MissingError
    if row.status != ACTIVE or row.active_on is None:
        raise RefusedError("관리 중인 업체에만 연락을 적을 수 있습니다.")
    given = _understood(given, row.active_on)
    wanted = given.officer_id or ctx.me.officer_id or row.officer_id
    officer = await officer_at_work(ctx, wanted)
    contact_id = clock.uuid7()
    await ctx.db.run(
        cq.ADD_CONTACT,
        id=contact_id,
        enrolment_id=row.id,
        contacted_on=given.contacted_on,
        method=given.method,
        officer_id=officer.id,
        met_title=given.met_title or None,
        summary=given.summary,
        logged_at=clock.now(),
        logged_by=ctx.me.officer_id,
        row_version=1,
        **seal(ctx, "met", given.met, "name", contact_id),
    )
    cases = [await _item(ctx, contact_id, row, given, officer, n) for n in range(len(given.items))]
    event = ContactLogged(
        enrolment_id=row.id,
        round_id=row.round_id,
        company_id=row.company_id,
        contact_id=contact_id,
        contacted_on=given.contacted_on,
        method=given.method,
        officer_id=officer.id,
        cases=tuple(case_id for case_id, _ in cases),
        regulations=sum(item.regulation for item in given.items),
    )
    at = _moment(given.contacted_on)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=contact_id, seq=1, occurred_at=at)
    return Logged(contact_id, tuple(number for _, number in cases))


async def void(ctx: Ctx, contact_id: UUID, reason: str, row_version: int) -> cq.ContactRow:
    """Take back a contact that was written down by mistake: it stays readable, counts no more."""
    row = await contact(ctx, contact_id)
    if row.voided_at is not None:
        raise RefusedError("이미 취소한 기록입니다.")
    why = plain_note("reason", reason)
    if not why:
        raise InvalidError({"reason": "취소하는 까닭을 적어 주세요."})
    touched = await ctx.db.run(
        cq.VOID,
        b_id=contact_id,
        b_version=row_version,
        voided_at=clock.now(),
        voided_by=ctx.me.officer_id,
        void_reason=why,
    )
    if not touched:
        raise StaleError
    enrolment = await ctx.db.one(q.ENROLMENT, id=row.enrolment_id)
    event = ContactVoided(
        enrolment_id=enrolment.id,
        round_id=enrolment.round_id,
        company_id=enrolment.company_id,
        contact_id=contact_id,
    )
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=contact_id, seq=row_version + 1)
    return await contact(ctx, contact_id)


async def contact(ctx: Ctx, contact_id: UUID) -> cq.ContactRow:
    """Return one contact; `MissingError` if there is none."""
    row = await ctx.db.first(cq.CONTACT, id=contact_id)
    if row is None:
        raise MissingError
    return row


async def met_of(ctx: Ctx, contact_id: UUID) -> str:
    """Return the whole name of the person met, and note who looked."""
    sealed = await ctx.db.first(cq.MET, id=contact_id)
    await note_access(ctx, "VIEW", subject_kind=SUBJECT, subject_id=contact_id)
    return unseal(ctx, "met", sealed, contact_id)


def _understood(given: ContactIn, active_on: date) -> ContactIn:
    gather = Gather()
    on, summary = given.contacted_on, clean_multiline(given.summary)
    if on > clock.today():
        gather.errors["contacted_on"] = "아직 오지 않은 날입니다."
    elif on < active_on:
        gather.errors["contacted_on"] = f"관리를 시작한 {date_ko(active_on)}보다 앞선 날입니다."
    gather.need("method", given.method in METHODS, "연락 방법을 골라 주세요.")
    gather.need("summary", summary, "나눈 이야기를 적어 주세요.")
    lines = {"met": clean(given.met), "met_title": clean(given.met_title)}
    for field, text in {**lines, "summary": summary}.items():
        _check(gather, field, text, MAX_SUMMARY if field == "summary" else MAX_LINE)
    items = [
        msgspec.structs.replace(item, rule=clean(item.rule), answer=clean_multiline(item.answer))
        for item in given.items
    ]
    for number, item in enumerate(items):
        _check(gather, f"items-{number}-rule", item.rule, MAX_LINE)
        _check_settled(gather, f"items-{number}", item, given.method)
    if len(items) > MAX_ITEMS:
        gather.errors["items"] = f"한 번에 {MAX_ITEMS}건까지 적을 수 있습니다."
    gather.done()
    return msgspec.structs.replace(given, summary=summary, items=items, **lines)


def _check(gather: Gather, field: str, text: str, most: int) -> None:
    if len(text) > most:
        gather.errors.setdefault(field, f"{most}자까지 적을 수 있습니다.")
    if resident_number_at(text):
        gather.errors.setdefault(field, _RESIDENT)


def _check_settled(gather: Gather, name: str, item: ItemIn, method: str) -> None:
    """What was settled needs its answer; a rule is settled by nobody in the field."""
    if item.settled and not item.answer:
        gather.errors[f"{name}-answer"] = "안내하거나 수용한 내용을 적어 주세요."
    if item.answer and not item.settled:
        gather.errors[f"{name}-settled"] = "그 자리에서 어떻게 했는지 골라 주세요."
    if item.settled == "ACCEPTED" and method != "VISIT":
        gather.errors[f"{name}-settled"] = "그 자리에서 수용은 방문에만 쓸 수 있습니다."
    if item.settled and item.regulation:
        told = "규제는 접수해 두고 건의할지 정합니다. 안내한 말은 나눈 이야기에 적어 주세요."
        gather.errors[f"{name}-settled"] = told


async def _item(
    ctx: Ctx,
    contact_id: UUID,
    row: q.EnrolmentRow,
    given: ContactIn,
    officer: AtWork,
    number: int,
) -> tuple[UUID, str]:
    """Make one item a case; return its id and number. Who settled it at once answers for it."""
    item = given.items[number]
    channel = CHANNELS[given.method]
    known = channel in (await case_labels(ctx)).channels
    outside = known and given.method in OUTSIDE
    intake = Intake(
        company_id=row.company_id,
        channel=channel if known else None,
        occurred_at=_moment(given.contacted_on) if outside else None,
        caller=given.met,
        priority="HIGH",
        rows=[IntakeRow(category=item.category, content=item.content)],
        then=_THEN[item.settled],
        answer=item.answer or None,
        lead_unit_id=officer.unit_id,
        officer_id=officer.id,
    )
    try:
        made = (await register_cases(ctx, intake))[0]
    except InvalidError as error:
        raise InvalidError({_field(k, number): v for k, v in error.errors.items()}) from None
    await ctx.db.run(
        cq.ADD_ITEM,
        id=clock.uuid7(),
        contact_id=contact_id,
        case_id=made.id,
        is_regulation=item.regulation,
        rule=item.rule or None,
        state=CANDIDATE if item.regulation else None,
        row_version=1,
    )
    return made.id, made.case_no


def _moment(day: date) -> datetime:
    """Return noon of a day, or now when that is still to come."""
    return min(clock.at(day, "12:00"), clock.now())


def _field(of_intake: str, number: int) -> str:
    """Name the field of our form that a field of the intake was filled from."""
    if of_intake.startswith("rows-0-"):
        return of_intake.replace("rows-0-", f"items-{number}-")
    if of_intake == "answer":
        return f"items-{number}-answer"
    return {"caller": "met"}.get(of_intake, f"items-{number}-content")
