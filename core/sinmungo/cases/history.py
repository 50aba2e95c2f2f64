"""One case as officers read it: the record with its opened names, and its history."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import queries as q
from sinmungo.cases.events import EVENTS
from sinmungo.cases.extra import KIND
from sinmungo.cases.history_queries import HISTORY, HistoryRow
from sinmungo.cases.types import CaseDetail, TimelineEntry
from sinmungo.cases.work import allowed_acts
from sinmungo.errors import MissingError
from sinmungo.forms import service as forms
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.people.models import ROLES
from sinmungo.people.service import Person, people_by_id
from sinmungo.text.dates import datetime_ko

_TITLES = {event.kind: event.title for event in EVENTS}
_SEALED = ("caller", "phone", "email")
_NOT_SHOWN = {"legal_until", "officer_id", "officer_name_sealed", "officer_post"} | {
    f"{field}_sealed" for field in _SEALED
}


async def detail(ctx: Ctx, case_id: UUID) -> CaseDetail:
    """Return one case with opened personal values; the same statement writes down who looked.

    Raises MissingError for a case that is not there or outside one's scope.
    """
    now = clock.now()
    row = await q.DETAIL.first(
        ctx,
        id=case_id,
        log_id=clock.uuid7(),
        at=now,
        viewer_id=ctx.me.officer_id,
        address=ctx.address,
        on=clock.today(),
    )
    if row is None:
        raise MissingError
    shown: dict[str, Any] = {
        name: getattr(row, name) for name in row.__struct_fields__ if name not in _NOT_SHOWN
    }
    opened: dict[str, Any] = {
        f: unseal(ctx, f, getattr(row, f"{f}_sealed"), row.id) for f in _SEALED
    }
    officer, answers = _officer(ctx, row), await forms.answers(ctx, KIND, row.id)
    return CaseDetail(
        **shown,
        **opened,
        officer=officer,
        waiting_at=waiting_at(row.status, row.lead_unit_name, str(officer or "")),
        late=row.answered_at is None and row.legal_until < now,
        extra=forms.values(answers),
        answers=answers,
        acts=allowed_acts(ctx, row.status),
    )


async def is_visible(ctx: Ctx, case_id: UUID) -> bool:
    """Return whether this actor still sees a case, for instance after handing it on."""
    return await q.BRIEF.first(ctx, id=case_id) is not None


async def need_visible(ctx: Ctx, case_id: UUID) -> None:
    """Raise MissingError for a case that is not there or outside one's scope."""
    if not await is_visible(ctx, case_id):
        raise MissingError


def _officer(ctx: Ctx, row: q.DetailRow) -> Person | None:
    if row.officer_id is None:
        return None
    name = unseal(ctx, "name", row.officer_name_sealed, row.officer_id)
    return Person(row.officer_id, name, row.officer_post or "")


def waiting_at(status: str, unit_name: str | None, officer: str | None) -> str:
    """Return 대기처: who must act next, an empty text when nobody."""
    match status:
        case "REGISTERED":
            return words.WAITING_AT_INTAKE
        case "ASSIGNED" | "IN_REVIEW" | "ANSWER_DRAFT":
            return officer or unit_name or words.WAITING_AT_INTAKE
        case "APPROVAL":
            return words.WAITING_FOR_APPROVAL
        case "ANSWERED":
            return words.WAITING_FOR_CLOSE
    return ""


async def timeline(ctx: Ctx, case_id: UUID) -> list[TimelineEntry]:
    """Return the history of a case, oldest first; MissingError outside one's scope."""
    rows = await HISTORY.all(ctx, id=case_id)
    if not rows:
        raise MissingError
    people = await people_by_id(
        ctx, [who for row in rows for who in (row.actor_id, _uuid(row.payload.get("officer_id")))]
    )
    return [
        TimelineEntry(
            seq=row.seq,
            kind=row.kind,
            title=_TITLES.get(row.kind, row.kind),
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            who=people.get(row.actor_id) if row.actor_id else None,
            unit=row.unit_name or "",
            details=_of_approval(row) or _details(row, people),
        )
        for row in rows
    ]


def _uuid(value: Any) -> UUID | None:
    return UUID(value) if value else None


def _details(row: HistoryRow, people: dict[UUID, Person]) -> str:
    given = row.payload
    match row.kind:
        case "cases.assigned":
            officer_id = _uuid(given.get("officer_id"))
            who = str(people[officer_id]) if officer_id in people else ""
            return " ".join(part for part in (row.target_name, who) if part)
        case "cases.answered":
            return words.DISPOSITION.get(given["disposition"], "")
        case "cases.closed":
            return words.CLOSE_REASONS.get(given["reason"], "")
        case "cases.proposed" | "cases.proposal_replied" | "cases.proposal_closed":
            outcome = words.OUTCOME.get(given.get("outcome", ""), "")
            head = " ".join(part for part in (row.agency_name, outcome) if part)
            return "\n".join(part for part in (head, row.body) if part)
        case "cases.due_moved":
            why = words.DUE_REASONS.get(given["why"], "")
            return f"{_moment(given['old'])} → {_moment(given['new'])} ({why})"
    return row.body or ""


def _of_approval(row: HistoryRow) -> str:
    """Return the line of an answer that goes up, and by which role it was approved.

    전결 is the last approval; 대결 is one in the place of a lower role.
    """
    given = row.payload
    if row.kind == "cases.answer_submitted":
        return " → ".join(ROLES.get(role, role) for role in given["steps"])
    if row.kind != "cases.answer_approved":
        return ""
    how = "전결" if given["final"] else "결재"
    stood_in = "" if given["role"] == given["step"] else f", {ROLES[given['step']]} 대결"
    return f"{ROLES.get(given['role'], given['role'])} {how}{stood_in}"


def _moment(text: str) -> str:
    return datetime_ko(msgspec.convert(text, datetime))
