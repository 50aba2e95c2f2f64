"""What happens to submissions and cases. Ids and codes only; texts lie in `case_notes`."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event


class SubmissionFiled(Event, frozen=True, kw_only=True):
    """A company filed a difficulty; no case yet."""

    kind: ClassVar[str] = "cases.submission_filed"
    title: ClassVar[str] = "신청"

    submission_id: UUID


class CaseRegistered(Event, frozen=True, kw_only=True):
    """접수: the clock starts."""

    kind: ClassVar[str] = "cases.registered"
    title: ClassVar[str] = "접수"

    case_id: UUID
    company_id: UUID
    category: str
    channel: str
    petition_type: str


class CaseAssigned(Event, frozen=True, kw_only=True):
    """A department, and perhaps one of its officers, is answerable now."""

    kind: ClassVar[str] = "cases.assigned"
    title: ClassVar[str] = "배정"

    case_id: UUID
    company_id: UUID
    unit_id: UUID
    officer_id: UUID | None = None


class CaseBounced(Event, frozen=True, kw_only=True):
    """The department says that the matter is not its own."""

    kind: ClassVar[str] = "cases.bounced"
    title: ClassVar[str] = "소관 아님 반송"

    case_id: UUID
    unit_id: UUID | None = None


class ReviewStarted(Event, frozen=True, kw_only=True):
    """An officer took the case up."""

    kind: ClassVar[str] = "cases.review_started"
    title: ClassVar[str] = "검토 시작"

    case_id: UUID
    officer_id: UUID | None = None


class CaseAnswered(Event, frozen=True, kw_only=True):
    """The company has its answer."""

    kind: ClassVar[str] = "cases.answered"
    title: ClassVar[str] = "답변"

    case_id: UUID
    company_id: UUID
    disposition: str
    implementation: str


class CaseClosed(Event, frozen=True, kw_only=True):
    """Nothing is left to do. `reason` is a code of `labels.CLOSE_REASONS`."""

    kind: ClassVar[str] = "cases.closed"
    title: ClassVar[str] = "종결"

    case_id: UUID
    company_id: UUID
    reason: str


class ProposalMade(Event, frozen=True, kw_only=True):
    """Something was proposed to an agency that alone can change it; the case waits for it."""

    kind: ClassVar[str] = "cases.proposed"
    title: ClassVar[str] = "상급·중앙 건의"

    case_id: UUID
    company_id: UUID
    proposal_id: UUID
    agency_id: UUID


class ProposalReplied(Event, frozen=True, kw_only=True):
    """The agency replied. `outcome` is a code of `labels.OUTCOME`."""

    kind: ClassVar[str] = "cases.proposal_replied"
    title: ClassVar[str] = "건의 회신"

    case_id: UUID
    company_id: UUID
    proposal_id: UUID
    agency_id: UUID
    outcome: str


class ProposalClosed(Event, frozen=True, kw_only=True):
    """Nothing more is expected from the agency."""

    kind: ClassVar[str] = "cases.proposal_closed"
    title: ClassVar[str] = "건의 종결"

    case_id: UUID
    company_id: UUID
    proposal_id: UUID
    agency_id: UUID


class DueMoved(Event, frozen=True, kw_only=True):
    """The due moment changed; `old` stays readable as what was once promised.

    `why` is a code of `labels.DUE_REASONS`.
    """

    kind: ClassVar[str] = "cases.due_moved"
    title: ClassVar[str] = "처리기한 변경"

    case_id: UUID
    old: datetime
    new: datetime
    why: str


class CaseExtraChanged(Event, frozen=True, kw_only=True):
    """Answers to the city's own questions were mended; `codes` are those of the questions."""

    kind: ClassVar[str] = "cases.extra_changed"
    title: ClassVar[str] = "추가 항목 수정"

    case_id: UUID
    company_id: UUID
    codes: list[str]


EVENTS: tuple[type[Event], ...] = (
    SubmissionFiled,
    CaseRegistered,
    CaseAssigned,
    CaseBounced,
    ReviewStarted,
    CaseAnswered,
    CaseClosed,
    DueMoved,
    ProposalMade,
    ProposalReplied,
    ProposalClosed,
    CaseExtraChanged,
)
