"""What goes in and out of the service: plain Structs that pages, API and plugins share.

Personal values (`caller`, `phone`, `email`) are plain text here, sealed in the tables. Moments are
aware. `row_version` is what a change has to hand back.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from sinmungo.forms.types import Answer
from sinmungo.people.service import Person

type View = Literal["MINE", "UNIT", "TODAY", "LATE", "ALL"]
type Then = Literal["REGISTER", "ASSIGN", "CLOSE", "SETTLE"]


class IntakeRow(msgspec.Struct, kw_only=True):
    """One difficulty. `petition_type` None: the city's usual one.

    `priority` None and an empty `answer`: what the intake says for all its rows. `extra` answers
    the city's own questions by code; None: they were not asked (a visit, an import).
    """

    category: str = ""
    content: str = ""
    petition_type: str | None = None
    priority: Literal["NORMAL", "HIGH"] | None = None
    answer: str = ""
    extra: dict[str, Any] | None = None


class Intake(msgspec.Struct, kw_only=True):
    """One call, visit or letter of one company: 1..20 difficulties.

    Either `company_id`, or `company_name` (and `business_no`) of one that is found or made.
    `received_at` None: now. `then` is what follows at once: REGISTER nothing, ASSIGN to
    `lead_unit_id`, CLOSE with `answer` (information given), SETTLE with `answer` (현장수용: done or
    promised on the spot, `implementation` says which). `occurred_at` is when it was heard in the
    field, for channels of `labels.FIELD_CHANNELS`: events carry it, while the clock starts at
    `received_at`. With `submission_id`, what is left empty here is taken from the submission.
    """

    company_id: UUID | None = None
    company_name: str | None = None
    business_no: str | None = None
    channel: str | None = None
    caller: str | None = None
    phone: str | None = None
    email: str | None = None
    received_at: datetime | None = None
    occurred_at: datetime | None = None
    lead_unit_id: UUID | None = None
    officer_id: UUID | None = None
    priority: Literal["NORMAL", "HIGH"] = "NORMAL"
    rows: list[IntakeRow] = []
    then: Then = "REGISTER"
    answer: str | None = None
    implementation: str = "DONE"
    submission_id: UUID | None = None


class RegisteredCase(msgspec.Struct, kw_only=True):
    """A case that was just made."""

    id: UUID
    case_no: str
    category: str
    status: str
    due_at: datetime
    row_version: int


class Changed(msgspec.Struct, kw_only=True):
    """A case after an act; the actor may be unable to see it now, so this is all there is."""

    id: UUID
    case_no: str
    status: str
    row_version: int


class Proposed(Changed, kw_only=True):
    """A case after something was proposed because of it, and the new proposal."""

    proposal_id: UUID


class CaseDetail(msgspec.Struct, kw_only=True):
    """One case with opened personal values. `acts` are what may be done now, by this actor.

    `acts` holds "assign", "bounce", "review", "answer", "propose", "close"; `waits` are codes of
    `labels.WAIT` that are open now. `extra` are the answers to the city's own questions by code,
    `answers` the same with the wording of their day.
    """

    id: UUID
    case_no: str
    company_id: UUID
    company_name: str
    channel: str
    category: str
    petition_type: str
    content: str
    summary: str
    caller: str
    phone: str
    email: str
    status: str
    priority: str
    lead_unit_id: UUID | None
    lead_unit_name: str | None
    lead_unit_phone: str | None
    officer: Person | None
    waiting_at: str
    registered_at: datetime
    due_at: datetime
    late: bool
    answered_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    implementation: str | None
    answer: str | None
    answered_by: UUID | None
    close_reason: str | None
    intake_id: UUID
    submission_id: UUID | None
    waits: list[str]
    row_version: int
    extra: dict[str, Any] = {}
    answers: list[Answer] = []
    acts: tuple[str, ...] = ()


class TimelineEntry(msgspec.Struct, kw_only=True):
    """One line of the history: what, when, by whom; `details` is what was written or chosen.

    `who` None: the company itself or the system.
    """

    seq: int
    kind: str
    title: str
    occurred_at: datetime
    recorded_at: datetime
    who: Person | None
    unit: str
    details: str


class DeskRow(msgspec.Struct, kw_only=True):
    """One line of a list. `waiting_at` (대기처) says who must act next, `waits` what is open."""

    id: UUID
    case_no: str
    company_id: UUID
    company_name: str
    category: str
    channel: str
    summary: str
    status: str
    priority: str
    lead_unit_name: str | None
    officer_id: UUID | None
    officer_name: str
    waiting_at: str
    registered_at: datetime
    due_at: datetime
    late: bool
    disposition: str | None
    waits: list[str]
    row_version: int


class Desk(msgspec.Struct, kw_only=True):
    """A page of forty rows of a view; `next` is the cursor of the following page.

    `counts` has every view, at most 1,001 each ("1,000+"), and is empty when not asked for.
    """

    view: View
    rows: list[DeskRow]
    counts: dict[str, int]
    next: str | None


class CaseQuery(msgspec.Struct, kw_only=True):
    """What to look for. Days are Seoul days as typed, both included.

    `q` is a case number, a phone (whole or last four digits), a company's name in any spelling, or
    words of the text.
    """

    q: str = ""
    company_id: UUID | None = None
    category: str | None = None
    channel: str | None = None
    petition_type: str | None = None
    status: str | None = None
    disposition: str | None = None
    wait: str | None = None
    unit_id: UUID | None = None
    officer_id: UUID | None = None
    registered_from: str | None = None
    registered_to: str | None = None
    cursor: str | None = None


class Found(msgspec.Struct, kw_only=True):
    """A page of forty rows, the newest first. `total` is at most 1,001, and None when not asked."""

    rows: list[DeskRow]
    total: int | None
    next: str | None


class Labels(msgspec.Struct, frozen=True):
    """The city's words, code → label in the city's order. Inactive ones are in `all_*` only."""

    categories: dict[str, str]
    channels: dict[str, str]
    petition_types: dict[str, str]
    all_categories: dict[str, str]
    all_channels: dict[str, str]
    default_petition_type: str
    default_channel: str
    statuses: dict[str, str]
    dispositions: dict[str, str]
    implementations: dict[str, str]
    close_reasons: dict[str, str]


class Assignee(msgspec.Struct, kw_only=True):
    """A unit that can be made answerable, with the officers who work there."""

    unit_id: UUID
    unit_name: str
    officers: list[Person]


class CategoryRow(msgspec.Struct, kw_only=True):
    """A category as the admin edits it."""

    code: str
    label: str
    position: int
    active: bool
    row_version: int


class HolidayRow(msgspec.Struct, kw_only=True):
    """A day that differs from the national calendar. `kind` is ADDED or REMOVED."""

    day: str
    kind: str
    name: str


class Moved(msgspec.Struct, kw_only=True):
    """How many open cases got another due moment."""

    cases: int
