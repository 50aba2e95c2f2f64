"""접수: one company, one or several difficulties, each a case with its number and due moment.

The order of writes matters: numbers come after everything that can be refused, because their
counter stays locked until the end (numbers.py).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import extra
from sinmungo.cases import labels as words
from sinmungo.cases import queries as q
from sinmungo.cases import text as texts
from sinmungo.cases.events import CaseAnswered, CaseAssigned, CaseClosed, CaseRegistered
from sinmungo.cases.intake_form import ANSWERS, Row, Understood, check_zones, understand
from sinmungo.cases.numbers import next_case_no
from sinmungo.cases.permissions import ASSIGN, WORK
from sinmungo.cases.reference import Reference, Rule, reference, rules_for
from sinmungo.cases.submissions import take_submission
from sinmungo.cases.types import Intake, RegisteredCase
from sinmungo.cases.units import check_assignee
from sinmungo.companies import service as companies
from sinmungo.deadlines import Due, due_for
from sinmungo.errors import ForbiddenError, InvalidError
from sinmungo.forms import service as forms
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit_many
from sinmungo.host.personal import seal
from sinmungo.host.types import Event
from sinmungo.jobs import outbox
from sinmungo.text.search import grams

ANSWERED_MAIL = "cases.answered_mail"
REGISTERED_MAIL = "cases.registered_mail"
_STATUS = {
    "REGISTER": "REGISTERED",
    "ASSIGN": "ASSIGNED",
    "CLOSE": "CLOSED",
    "SETTLE": "ANSWERED",
}
_NEEDS = {"ASSIGN": ASSIGN, "CLOSE": WORK, "SETTLE": WORK}
_EVENTS = {"REGISTER": 1, "ASSIGN": 2, "CLOSE": 3, "SETTLE": 2}
"""How many events each makes, which is the row version a case begins with."""


async def register(ctx: Ctx, intake: Intake) -> list[RegisteredCase]:
    """Register every row as a case of one company; all or none. Returns them in order.

    Raises InvalidError with the form's field names ("company_name", "rows-0-content" …),
    RefusedError for a submission that is registered already, ForbiddenError when `then` needs a
    permission that the actor has not.
    """
    check_zones(intake)
    needed = _NEEDS.get(intake.then)
    if needed and not ctx.me.may(needed):
        raise ForbiddenError
    if intake.submission_id is not None:
        intake = await take_submission(ctx, intake)
    known = await reference(ctx, any_age=True)
    types = {row.petition_type or known.labels.default_petition_type for row in intake.rows}
    on = clock.to_seoul(intake.received_at or clock.now()).date()
    rules, known = await rules_for(ctx, types, on, known)
    answers, faults = await extra.of_intake(ctx, intake)
    understood = understand(intake, known, rules, faults)
    company_id = await companies.find_or_make(
        ctx,
        company_id=intake.company_id,
        name=intake.company_name,
        business_no=intake.business_no,
    )
    intake = await _with_place(ctx, intake)
    made = [_Draft(ctx, intake, understood, row, rules, known) for row in understood.rows]
    for draft in made:
        await forms.save(ctx, extra.KIND, draft.id, answers.get(draft.row.index, ()), new=True)
    return await _write(ctx, intake, understood, company_id, made, known)


async def register_on_site(ctx: Ctx, intake: Intake) -> list[RegisteredCase]:
    """Register difficulties that were settled where they were heard, and answer them in one act.

    The clock stands at zero: they are ANSWERED with ACCEPTED_ON_SITE at the moment they are
    written down; `occurred_at` is the visit's time. The actor's unit is answerable unless another
    is named. Raises like `register`; the channel must be one of `labels.ON_SITE_CHANNELS`.
    """
    channel = intake.channel or words.ON_SITE_CHANNELS[0]
    return await register(ctx, msgspec.structs.replace(intake, channel=channel, then="SETTLE"))


async def _with_place(ctx: Ctx, intake: Intake) -> Intake:
    """Fill in who answers: nobody yet, the department chosen, or the one who informed."""
    if intake.then == "REGISTER":
        return msgspec.structs.replace(intake, lead_unit_id=None, officer_id=None)
    if intake.then in ANSWERS and intake.lead_unit_id is None:
        intake = msgspec.structs.replace(
            intake, lead_unit_id=ctx.me.unit_id, officer_id=intake.officer_id or ctx.me.officer_id
        )
    if intake.lead_unit_id is None:
        raise InvalidError({"lead_unit_id": "주관부서를 골라 주세요."})
    await check_assignee(ctx, intake.lead_unit_id, intake.officer_id)
    return intake


class _Draft:
    """One case on its way into the table: its values, and the events of what was done at once."""

    def __init__(
        self,
        ctx: Ctx,
        intake: Intake,
        understood: Understood,
        row: Row,
        rules: dict[str, Rule],
        known: Reference,
    ) -> None:
        self.id = clock.uuid7()
        self.row = row
        rule = rules[row.petition_type]
        self.due: Due = due_for(rule.period, understood.registered_at, known.calendar)
        self.row_version = _EVENTS[intake.then]
        self.values: dict[str, Any] = {
            "id": self.id,
            "submission_id": intake.submission_id,
            "channel": understood.channel,
            "category": row.category,
            "petition_type": row.petition_type,
            "rule_id": rule.id,
            "content": row.content,
            "summary": texts.summary(row.content),
            "grams": list(dict.fromkeys(grams(row.content))),
            "status": _STATUS[intake.then],
            "priority": row.priority,
            "lead_unit_id": intake.lead_unit_id,
            "officer_id": intake.officer_id,
            "registered_at": understood.registered_at,
            "registered_by": ctx.me.officer_id,
            "registered_unit_id": ctx.me.unit_id,
            "due_at": self.due.moment,
            "legal_until": self.due.legal_until,
            "row_version": self.row_version,
            **seal(ctx, "caller", understood.caller, "name", self.id),
            **seal(ctx, "phone", understood.phone, "phone", self.id),
            **seal(ctx, "email", understood.email, "email", self.id),
            **(_answered(ctx, intake, understood, row) if intake.then in ANSWERS else {}),
        }

    def emissions(self, intake: Intake, company_id: UUID, at: datetime) -> list[Emission]:
        """Return the events of this case in order: registered, and what followed at once."""
        channel, row = self.values["channel"], self.row
        made: list[Event] = [
            CaseRegistered(
                case_id=self.id,
                company_id=company_id,
                category=row.category,
                channel=channel,
                petition_type=row.petition_type,
            )
        ]
        if intake.then == "ASSIGN" and intake.lead_unit_id:
            made.append(
                CaseAssigned(
                    case_id=self.id,
                    company_id=company_id,
                    unit_id=intake.lead_unit_id,
                    officer_id=intake.officer_id,
                )
            )
        if intake.then in ANSWERS:
            made.append(
                CaseAnswered(
                    case_id=self.id,
                    company_id=company_id,
                    disposition=self.values["disposition"],
                    implementation=self.values["implementation"],
                )
            )
        if intake.then == "CLOSE":
            made.append(CaseClosed(case_id=self.id, company_id=company_id, reason="INFORMED"))
        return [Emission(event, self.id, seq, at) for seq, event in enumerate(made, start=1)]


def _answered(ctx: Ctx, intake: Intake, understood: Understood, row: Row) -> dict[str, Any]:
    """Return the columns of a case that was answered in the very call or visit."""
    at = understood.registered_at
    closed = {"closed_at": at, "close_reason": "INFORMED"} if intake.then == "CLOSE" else {}
    return {
        "answered_at": at,
        "answered_by": ctx.me.officer_id,
        "disposition": ANSWERS[intake.then],
        "implementation": "NOT_NEEDED" if intake.then == "CLOSE" else intake.implementation,
        "answer": row.answer,
        **closed,
    }


async def _write(
    ctx: Ctx,
    intake: Intake,
    understood: Understood,
    company_id: UUID,
    drafts: list[_Draft],
    known: Reference,
) -> list[RegisteredCase]:
    intake_id, at = clock.uuid7(), understood.registered_at
    if understood.email:
        await _ask_for_mail(ctx, intake, intake_id, drafts)
    year = clock.to_seoul(at).year
    numbers = await next_case_no(ctx, known.prefix, year, len(drafts))
    common = {"intake_id": intake_id, "company_id": company_id}
    await ctx.db.run_many(
        q.ADD,
        [{**d.values, **common, "case_no": no} for d, no in zip(drafts, numbers, strict=True)],
    )
    emissions = [e for d in drafts for e in d.emissions(intake, company_id, understood.occurred_at)]
    await emit_many(ctx, q.SUBJECT, emissions)
    return [
        RegisteredCase(
            id=d.id,
            case_no=no,
            category=d.row.category,
            status=_STATUS[intake.then],
            due_at=d.due.moment,
            row_version=d.row_version,
        )
        for d, no in zip(drafts, numbers, strict=True)
    ]


async def _ask_for_mail(ctx: Ctx, intake: Intake, intake_id: UUID, drafts: list[_Draft]) -> None:
    if intake.then not in ANSWERS:
        await outbox.put(ctx, REGISTERED_MAIL, intake_id)
        return
    for draft in drafts:
        await outbox.put(ctx, ANSWERED_MAIL, draft.id)
