"""What goes in and out of the service about submissions; see `types` for the habits."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from sinmungo.forms.types import Answer


class Filing(msgspec.Struct, kw_only=True):
    """What a company sends from the portal. `consent` is to the collection of personal data.

    `extra` answers the city's own questions by code.
    """

    company_name: str = ""
    business_no: str | None = None
    caller: str = ""
    phone: str = ""
    email: str | None = None
    category: str | None = None
    content: str = ""
    channel: Literal["WEB_PORTAL", "MOBILE"] = "WEB_PORTAL"
    consent: bool = False
    extra: dict[str, Any] = {}


class Receipt(msgspec.Struct, kw_only=True):
    """Shown once: the code is stored as a hash only."""

    receipt_no: str
    code: str
    submitted_at: datetime


class FollowedProposal(msgspec.Struct):
    """What was proposed to another agency because of a case, as its company sees it."""

    case_no: str
    agency_name: str
    proposed_on: date
    state: str
    outcome: str | None
    reply: str | None
    replied_on: date | None


class FollowedCase(msgspec.Struct, kw_only=True):
    """One case as its company sees it."""

    case_no: str
    category: str
    summary: str
    status: str
    registered_at: datetime
    due_at: datetime
    unit_name: str | None
    unit_phone: str | None
    answered_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    answer: str | None
    proposals: list[FollowedProposal] = []


class Followed(msgspec.Struct, kw_only=True):
    """A submission as its company sees it; `unit_*` is whom to call. No cases before 접수."""

    receipt_no: str
    state: str
    submitted_at: datetime
    register_by: datetime
    company_name: str
    content: str
    unit_name: str | None
    unit_phone: str | None
    cases: list[FollowedCase]


class WaitingRow(msgspec.Struct, kw_only=True):
    """A submission that waits for 접수. `register_by` is eight working hours after it came."""

    id: UUID
    receipt_no: str
    channel: str
    company_name: str
    caller_mask: str | None
    category: str | None
    summary: str
    submitted_at: datetime
    register_by: datetime
    late: bool
    row_version: int


class SubmissionDetail(msgspec.Struct, kw_only=True):
    """A submission with opened personal values, for the intake page."""

    id: UUID
    receipt_no: str
    state: str
    channel: str
    company_name: str
    business_no: str | None
    caller: str
    phone: str
    email: str
    category: str | None
    content: str
    submitted_at: datetime
    register_by: datetime
    row_version: int
    extra: dict[str, Any] = {}
    answers: list[Answer] = []
