"""접수: one company, one or several difficulties, each a case with its number and due moment.

The order of writes matters: numbers come after everything that can be refused, because their
counter stays locked until the end (numbers.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import queries as q
from sinmungo.cases import text as texts
from sinmungo.cases.events import CaseAnswered, CaseAssigned, CaseClosed, CaseRegistered
from sinmungo.cases.numbers import next_case_no
from sinmungo.cases.permissions import ASSIGN, WORK
from sinmungo.cases.reference import Reference, Rule, reference, rules_for
from sinmungo.cases.submissions import take_submission
from sinmungo.cases.types import Intake, IntakeRow, RegisteredCase
from sinmungo.cases.units import check_assignee
from sinmungo.companies import service as companies
from sinmungo.deadlines import Due, due_for
from sinmungo.errors import ForbiddenError, InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit_many
from sinmungo.host.personal import seal
from sinmungo.host.types import Event
from sinmungo.jobs import outbox
from sinmungo.text import phone
from sinmungo.text.search import grams
from sinmungo.web.forms import Gather

ANSWERED_MAIL = "cases.answered_mail"
REGISTERED_MAIL = "cases.registered_mail"
MAX_ROWS = 20
_OLDEST = timedelta(days=366)
_AHEAD = timedelta(minutes=5)
_STATUS = {"REGISTER": "REGISTERED", "ASSIGN": "ASSIGNED", "CLOSE": "CLOSED"}
_NEEDS = {"ASSIGN": ASSIGN, "CLOSE": WORK}


class _Row(msgspec.Struct):
    """One difficulty, understood; `index` is its place in the form."""

    index: int
    category: str
    content: str
    petition_type: str


class _Understood(msgspec.Struct):
    """What a whole intake says, ready to be written."""

    channel: str
    caller: str
    phone: str
    email: str
    registered_at: datetime
    rows: list[_Row]
    answer: str


async def register(ctx: Ctx, intake: Intake) -> list[RegisteredCase]:
    """Register every row as a case of one company; all or none. Returns them in order.

    Raises InvalidError with the form's field names ("company_name", "rows-0-content" …),
    RefusedError for a submission that is registered already, ForbiddenError when `then` needs a
    permission that the actor has not.
    """
    if intake.received_at is not None and intake.received_at.tzinfo is None:
        raise InvalidError(
            {"received_at": "시각에 시간대가 없습니다. 예: 2026-11-02T10:00:00+09:00"}
        )
    needed = _NEEDS.get(intake.then)
    if needed and not ctx.me.may(needed):
        raise ForbiddenError
    if intake.submission_id is not None:
        intake = await take_submission(ctx, intake)
    known = await reference(ctx, any_age=True)
    types = {row.petition_type or known.labels.default_petition_type for row in intake.rows}
    on = clock.to_seoul(intake.received_at or clock.now()).date()
    rules, known = await rules_for(ctx, types, on, known)
    understood = _understand(intake, known, rules)
    company_id = await companies.find_or_make(
        ctx,
        company_id=intake.company_id,
        name=intake.company_name,
        business_no=intake.business_no,
    )
    intake = await _with_place(ctx, intake)
    made = [_Draft(ctx, intake, understood, row, rules, known) for row in understood.rows]
    return await _write(ctx, intake, understood, company_id, made, known)


def _understand(intake: Intake, known: Reference, rules: dict[str, Rule]) -> _Understood:
    gather = Gather()
    channel = intake.channel or known.labels.default_channel
    gather.need("channel", channel in known.labels.channels, "접수 경로를 골라 주세요.")
    named = intake.company_id or (intake.company_name or "").strip()
    gather.need("company_name", named or (intake.business_no or "").strip(), "업체를 적어 주세요.")
    registered_at = intake.received_at or clock.now()
    _check_moment(gather, registered_at)
    understood = _Understood(
        channel=channel,
        caller=gather.take("caller", texts.line, intake.caller or "", ""),
        phone=gather.take("phone", _phone, intake.phone or "", ""),
        email=gather.take("email", texts.email, intake.email or "", ""),
        registered_at=registered_at,
        rows=_rows(gather, intake.rows, known, rules),
        answer=gather.take("answer", texts.body, intake.answer or "", ""),
    )
    if intake.then == "CLOSE":
        gather.need("answer", understood.answer, "안내한 내용을 적어 주세요.")
    gather.done()
    return understood


def _phone(text: str) -> str:
    return phone.parse(text) if text.strip() else ""


def _check_moment(gather: Gather, moment: datetime) -> None:
    now = clock.now()
    gather.need("received_at", moment <= now + _AHEAD, "아직 오지 않은 시각입니다.")
    gather.need("received_at", moment >= now - _OLDEST, "1년이 지난 접수는 적을 수 없습니다.")


def _rows(
    gather: Gather, given: Sequence[IntakeRow], known: Reference, rules: dict[str, Rule]
) -> list[_Row]:
    filled = [(i, row) for i, row in enumerate(given) if row.category or row.content.strip()]
    gather.need("rows-0-content", filled, "애로 내용을 적어 주세요.")
    if len(filled) > MAX_ROWS:
        gather.errors["rows"] = f"한 번에 {MAX_ROWS}건까지 접수할 수 있습니다."
    found = []
    for index, row in filled:
        field, kind = f"rows-{index}", row.petition_type or known.labels.default_petition_type
        content = gather.take(f"{field}-content", texts.body, row.content, "")
        gather.need(f"{field}-content", content, "애로 내용을 적어 주세요.")
        active = row.category in known.labels.categories
        gather.need(f"{field}-category", active, "분야를 골라 주세요.")
        gather.need(f"{field}-petition_type", kind in rules, "민원 종류를 골라 주세요.")
        found.append(_Row(index, row.category, content, kind))
    return found


async def _with_place(ctx: Ctx, intake: Intake) -> Intake:
    """Fill in who answers: nobody yet, the department chosen, or the one who informed."""
    if intake.then == "REGISTER":
        return msgspec.structs.replace(intake, lead_unit_id=None, officer_id=None)
    if intake.then == "CLOSE" and intake.lead_unit_id is None:
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
        understood: _Understood,
        row: _Row,
        rules: dict[str, Rule],
        known: Reference,
    ) -> None:
        self.id = clock.uuid7()
        self.row = row
        rule = rules[row.petition_type]
        self.due: Due = due_for(rule.period, understood.registered_at, known.calendar)
        self.row_version = {"REGISTER": 1, "ASSIGN": 2, "CLOSE": 3}[intake.then]
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
            "priority": intake.priority,
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
            **(_informed(ctx, understood) if intake.then == "CLOSE" else {}),
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
        if intake.then == "CLOSE":
            made += _closing(self.id, company_id)
        return [Emission(event, self.id, seq, at) for seq, event in enumerate(made, start=1)]


def _informed(ctx: Ctx, understood: _Understood) -> dict[str, Any]:
    """Return the columns of a case that was answered in the very call."""
    return {
        "answered_at": understood.registered_at,
        "answered_by": ctx.me.officer_id,
        "disposition": "INFO_PROVIDED",
        "implementation": "NOT_NEEDED",
        "answer": understood.answer,
        "closed_at": understood.registered_at,
        "close_reason": "INFORMED",
    }


def _closing(case_id: UUID, company_id: UUID) -> list[Event]:
    answered = CaseAnswered(
        case_id=case_id,
        company_id=company_id,
        disposition="INFO_PROVIDED",
        implementation="NOT_NEEDED",
    )
    return [answered, CaseClosed(case_id=case_id, company_id=company_id, reason="INFORMED")]


async def _write(
    ctx: Ctx,
    intake: Intake,
    understood: _Understood,
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
    emissions = [e for d in drafts for e in d.emissions(intake, company_id, at)]
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
    if intake.then != "CLOSE":
        await outbox.put(ctx, REGISTERED_MAIL, intake_id)
        return
    for draft in drafts:
        await outbox.put(ctx, ANSWERED_MAIL, draft.id)
