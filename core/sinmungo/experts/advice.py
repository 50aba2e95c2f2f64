"""A session from asking to reporting. One table says which act is allowed when, and to whom.

Officers and the expert do the same acts on the same row; `scope.py` decides whose row it is.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases.service import need_visible
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.experts import advice_queries as q
from sinmungo.experts import events, matching, rules, ties, words
from sinmungo.experts.fees import rule_on
from sinmungo.experts.permissions import ASK, OWN, PAY
from sinmungo.experts.queries import OF_OFFICER
from sinmungo.experts.record import FieldProblemError, body, line
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.jobs import outbox
from sinmungo.text.dates import parse_date, parse_datetime
from sinmungo.visits.scope import scope as visit_scope
from sinmungo.web.forms import Gather
from sinmungo_tenants.statements import Write

REMINDER = "experts.report_reminder"
RATING_MAIL = "experts.rating_mail"
MATCHED_MAIL = "experts.matched_mail"
MAX_MINUTES = 480
STEP_MINUTES = 30
_MORNING = "09:00"
_TIE_REASONS = frozenset(words.TIE)


class Move(msgspec.Struct, frozen=True):
    """An act: from which states, to which ("" for the same), who may, and its name."""

    sources: tuple[str, ...]
    target: str
    permissions: tuple[str, ...]
    title: str


MOVES = {
    "match": Move(("REQUESTED", "MATCHED", "PLEDGED"), "MATCHED", (ASK,), "배정"),
    "decline": Move(("MATCHED", "PLEDGED"), "REQUESTED", (ASK, OWN), "배정을 해제"),
    "pledge": Move(("MATCHED",), "PLEDGED", (ASK, OWN), "서약"),
    "plan": Move(("MATCHED", "PLEDGED"), "", (ASK, OWN), "일정을 정"),
    "hold": Move(("PLEDGED",), "HELD", (ASK, OWN), "자문 기록"),
    "report": Move(("HELD", "REPORTED"), "REPORTED", (ASK, OWN), "보고"),
    "pay": Move(("REPORTED",), "PAID", (PAY,), "자문료 승인"),
    "cancel": Move(("REQUESTED", "MATCHED", "PLEDGED"), "CANCELLED", (ASK,), "취소"),
}


class Changed(msgspec.Struct, kw_only=True):
    """A request after an act."""

    id: UUID
    no: str
    state: str
    row_version: int


class Session(msgspec.Struct, kw_only=True):
    """A session that took place, as typed: day, hours ("2", "1.5"), mode."""

    held_on: str = ""
    hours: str = ""
    mode: str = ""


def allowed_acts(ctx: Ctx, state: str) -> tuple[str, ...]:
    """Return the acts that this actor may do on a request in this state."""
    return tuple(
        act
        for act, move in MOVES.items()
        if state in move.sources and any(ctx.me.may(p) for p in move.permissions)
    )


async def ask(
    ctx: Ctx,
    *,
    case_id: UUID | None = None,
    visit_id: UUID | None = None,
    field: str = "",
    question: str = "",
) -> Changed:
    """Mark a case or visit 심층자문 필요 and say what is to be asked (A1).

    Raises InvalidError, MissingError for a case out of sight, RefusedError when it is closed or the
    same field is asked already.
    """
    source = await origin(ctx, case_id, visit_id)
    gather = Gather()
    written = gather.take("question", body, question, "")
    gather.need("question", written, "자문받을 내용을 적어 주세요.")
    known = await matching.field_labels(ctx)
    gather.need("field", field in known, "자문 분야를 골라 주세요.")
    gather.done()
    twin = await ctx.db.first(q.SAME_OPEN, field=field, case_id=case_id, visit_id=visit_id)
    if twin is not None:
        raise RefusedError(f"같은 분야의 자문({twin})이 진행 중입니다.")
    request_id, now = clock.uuid7(), clock.now()
    no = await _next_no(ctx)
    await ctx.db.run(
        q.ADD,
        id=request_id,
        no=no,
        case_id=case_id,
        visit_id=visit_id,
        company_id=source.company_id,
        field=field,
        question=written,
        state="REQUESTED",
        unit_id=ctx.me.unit_id,
        officer_id=ctx.me.officer_id,
        requested_at=now,
        row_version=1,
    )
    event = events.Asked(
        request_id=request_id,
        company_id=source.company_id,
        case_id=case_id,
        visit_id=visit_id,
        field=field,
    )
    await _tell(ctx, event, 1)
    return Changed(id=request_id, no=no, state="REQUESTED", row_version=1)


async def origin(ctx: Ctx, case_id: UUID | None, visit_id: UUID | None) -> q.Origin:
    """Return the case or visit from which advice can be asked, if the actor may see it."""
    if (case_id is None) == (visit_id is None):
        raise InvalidError({"case_id": "자문은 애로 한 건이나 방문 한 번에서 요청합니다."})
    if case_id is not None:
        await need_visible(ctx, case_id)
        found = await ctx.db.first(q.ORIGIN_CASE, id=case_id)
    else:
        found = await ctx.db.first(q.ORIGIN_VISIT, id=visit_id, **visit_scope(ctx))
    if found is None:
        raise MissingError
    if not found.open:
        raise RefusedError("종결한 건이나 기록 전인 방문에서는 자문을 요청할 수 없습니다.")
    return found


async def _next_no(ctx: Ctx) -> str:
    """Take the next number of the year; taken last, so that a refused request leaves no gap."""
    year = clock.today().year
    number = await ctx.db.one(q.NEXT_NUMBER, year=year)
    return f"{year}-{number:04d}"


async def match(ctx: Ctx, request_id: UUID, expert_id: UUID, row_version: int) -> Changed:
    """Choose an expert, or another one. Whoever has a tie is refused, with the reasons (A2)."""
    found, move = await begin(ctx, request_id, "match", row_version)
    chosen = await matching.candidate(ctx, found, expert_id)
    _refuse(chosen.assessment)
    none = dict.fromkeys(("pledged_on", "pledged_how", "pledged_by", "pledge_version"))
    event = events.Matched(request_id=request_id, expert_id=expert_id)
    done = await do(ctx, found, move, q.MATCH, event, expert_id=expert_id, **none)
    await outbox.put(ctx, MATCHED_MAIL, request_id)
    return done


def _refuse(found: rules.Assessment) -> None:
    never = [reason.text for reason in found.reasons if reason.weight == "NEVER"]
    if never:
        raise RefusedError("이 전문가에게는 맡길 수 없습니다. " + " · ".join(never))


async def decline(ctx: Ctx, request_id: UUID, reason: str, row_version: int) -> Changed:
    """Say that the chosen expert cannot or may not; he is not offered again for this request.

    When the reason is a tie, the tie is written down as well.
    """
    if reason not in words.DECLINE:
        raise InvalidError({"reason": "사유를 골라 주세요."})
    found, move = await begin(ctx, request_id, "decline", row_version)
    expert_id = found.expert_id
    if expert_id is None:  # pragma: no cover - a CHECK of the table says so
        raise MissingError
    event = events.Declined(request_id=request_id, expert_id=expert_id, reason=reason)
    none = dict.fromkeys(("pledged_on", "pledged_how", "pledged_by", "pledge_version"))
    done = await do(ctx, found, move, q.MATCH, event, expert_id=None, **none)
    await ctx.db.run(
        q.ADD_DECLINE,
        request_id=request_id,
        expert_id=expert_id,
        reason=reason,
        declined_at=clock.now(),
    )
    if reason in _TIE_REASONS:
        version = await matching.expert_version(ctx, expert_id)
        new = ties.NewTie(kind=reason, company_id=found.company_id)
        await ties.add_tie(ctx, expert_id, new, version)
    return done


async def pledge(
    ctx: Ctx, request_id: UUID, row_version: int, *, signed: bool = False, paper_on: str = ""
) -> Changed:
    """Pledge no conflict and secrecy for this session.

    The expert signs (`signed`); an officer records the day of a paper (`paper_on`). Ties that
    became known after the matching are looked at again.
    """
    found, move = await begin(ctx, request_id, "pledge", row_version)
    by_expert = await is_own(ctx, found)
    gather = Gather()
    on = clock.today()
    if by_expert:
        gather.need("signed", signed, "두 가지를 모두 확인하고 표시해 주세요.")
    else:
        gather.need("paper_on", paper_on.strip(), "서면 서약서의 날짜를 적어 주세요.")
        on = gather.take("paper_on", _past_day, paper_on, on) if paper_on.strip() else on
    gather.done()
    if found.expert_id is None:  # pragma: no cover - a CHECK of the table says so
        raise MissingError
    _refuse((await matching.candidate(ctx, found, found.expert_id)).assessment)
    how = "SIGNED" if by_expert else "PAPER"
    event = events.Pledged(request_id=request_id, expert_id=found.expert_id, how=how)
    return await do(
        ctx,
        found,
        move,
        q.PLEDGE,
        event,
        pledged_on=on,
        pledged_how=how,
        pledged_by=ctx.me.officer_id,
        pledge_version=words.PLEDGE_VERSION,
    )


def _past_day(text: str) -> date:
    day = parse_date(text)
    if day > clock.today():
        raise FieldProblemError("오늘까지의 날짜로 적어 주세요.")
    return day


async def plan(
    ctx: Ctx, request_id: UUID, at: str, mode: str, place: str, row_version: int
) -> Changed:
    """Set time, mode and place of the session."""
    gather = Gather()
    gather.need("session_at", at.strip(), "일시를 적어 주세요. 예: 11.25 14:00")
    when: datetime | None = None
    if at.strip():
        when = gather.take("session_at", parse_datetime, at, None)
    gather.need("mode", mode in words.MODE, "방식을 골라 주세요.")
    where = gather.take("place", line, place, "")
    gather.done()
    found, move = await begin(ctx, request_id, "plan", row_version)
    event = events.Planned(request_id=request_id, mode=mode)
    return await do(
        ctx, found, move, q.PLAN, event, session_at=when, mode=mode, place=where or None
    )


async def hold(ctx: Ctx, request_id: UUID, given: Session, row_version: int) -> Changed:
    """Write down that the session took place; the report is due some days later (A3)."""
    gather = Gather()
    gather.need("held_on", given.held_on.strip(), "자문한 날을 적어 주세요.")
    day = clock.today()
    if given.held_on.strip():
        day = gather.take("held_on", _past_day, given.held_on, day)
    minutes = gather.take("hours", parse_hours, given.hours, 0)
    gather.need("mode", given.mode in words.MODE, "방식을 골라 주세요.")
    gather.done()
    found, move = await begin(ctx, request_id, "hold", row_version)
    rule = await rule_on(ctx, day)
    due = day + timedelta(days=rule.report_days)
    event = events.Held(request_id=request_id, held_on=day, minutes=minutes, mode=given.mode)
    done = await do(
        ctx,
        found,
        move,
        q.HOLD,
        event,
        held_on=day,
        minutes=minutes,
        mode=given.mode,
        rule_id=rule.id,
        report_due=due,
        fee_full=rules.full_fee(minutes, rule.hourly),
    )
    for later in (0, 1):
        at = clock.at(due + timedelta(days=later), _MORNING)
        await outbox.put(ctx, REMINDER, request_id, due_at=at)
    return done


def parse_hours(text: str) -> int:
    """Return the minutes of hours as typed: "2", "1.5", "1시간 30분" is 90."""
    plain = text.replace(" ", "").removesuffix("분")
    hours, _, rest = plain.partition("시간") if "시간" in plain else (plain, "", "")
    try:
        minutes = float(hours or "0") * 60 + float(rest or "0")
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= MAX_MINUTES or minutes % STEP_MINUTES:
        raise FieldProblemError("0.5시간부터 8시간까지 30분 단위로 적어 주세요. 예: 2 또는 1.5")
    return int(minutes)


async def report(ctx: Ctx, request_id: UUID, text: str, row_version: int) -> Changed:
    """Take the report; until the fee is approved it can be written anew."""
    gather = Gather()
    written = gather.take("report", body, text, "")
    gather.need("report", written, "자문 내용과 결과를 적어 주세요.")
    gather.done()
    found, move = await begin(ctx, request_id, "report", row_version)
    done = await do(
        ctx,
        found,
        move,
        q.REPORT,
        events.Reported(request_id=request_id),
        report=written,
        reported_at=clock.now(),
        reported_by=ctx.me.officer_id,
    )
    if found.state == "HELD":
        await outbox.put(ctx, RATING_MAIL, request_id)
    return done


async def cancel(ctx: Ctx, request_id: UUID, reason: str, row_version: int) -> Changed:
    """Give a request up before the session."""
    gather = Gather()
    why = gather.take("cancel_reason", line, reason, "")
    gather.need("cancel_reason", why, "취소하는 까닭을 적어 주세요.")
    gather.done()
    found, move = await begin(ctx, request_id, "cancel", row_version)
    event = events.Cancelled(request_id=request_id)
    return await do(ctx, found, move, q.CANCEL, event, cancel_reason=why)


async def is_own(ctx: Ctx, found: q.Brief) -> bool:
    """Whether the actor is the chosen expert."""
    return found.expert_officer_id is not None and found.expert_officer_id == ctx.me.officer_id


async def own_expert_id(ctx: Ctx) -> UUID:
    """Return which expert the actor is; MissingError for an account that is none."""
    found = await ctx.db.first(OF_OFFICER, officer_id=ctx.me.officer_id)
    if found is None:
        raise MissingError
    return found


async def begin(ctx: Ctx, request_id: UUID, act: str, row_version: int) -> tuple[q.Brief, Move]:
    """Return the request and the rule of the act, or say why it cannot be done."""
    found = await q.BRIEF.first(ctx, id=request_id)
    if found is None:
        raise MissingError
    if found.row_version != row_version:
        raise StaleError
    move = MOVES[act]
    if found.state not in move.sources:
        now = words.STATE[found.state]
        raise RefusedError(f"지금 상태({now})에서는 {move.title}할 수 없습니다.")
    return found, move


async def do(
    ctx: Ctx,
    found: q.Brief,
    move: Move,
    statement: Write,
    event: events.AdviceEvent,
    **columns: Any,
) -> Changed:
    """Write an act under the row's version, and its event."""
    target = move.target or found.state
    touched = await ctx.db.run(
        statement, b_id=found.id, b_version=found.row_version, state=target, **columns
    )
    if not touched:
        raise StaleError
    await _tell(ctx, event, found.row_version + 1)
    return Changed(id=found.id, no=found.no, state=target, row_version=found.row_version + 1)


async def _tell(ctx: Ctx, event: events.AdviceEvent, seq: int) -> None:
    await emit(ctx, event, subject_kind=events.ADVICE, subject_id=event.request_id, seq=seq)
