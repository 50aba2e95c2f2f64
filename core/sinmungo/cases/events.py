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


class AnswerSubmitted(Event, frozen=True, kw_only=True):
    """An answer goes up the approval line; `steps` are the roles that must approve it."""

    kind: ClassVar[str] = "cases.answer_submitted"
    title: ClassVar[str] = "결재 올림"

    case_id: UUID
    approval_id: UUID
    steps: list[str]


class AnswerApproved(Event, frozen=True, kw_only=True):
    """Someone approved it as `role`; `step` was the role whose turn it was."""

    kind: ClassVar[str] = "cases.answer_approved"
    title: ClassVar[str] = "결재"

    case_id: UUID
    approval_id: UUID
    role: str
    step: str
    final: bool


class AnswerRejected(Event, frozen=True, kw_only=True):
    """It was sent back to be written anew; why lies in `case_notes`."""

    kind: ClassVar[str] = "cases.answer_rejected"
    title: ClassVar[str] = "결재 반려"

    case_id: UUID
    approval_id: UUID


class AnswerRecalled(Event, frozen=True, kw_only=True):
    """Who submitted it took it back."""

    kind: ClassVar[str] = "cases.answer_recalled"
    title: ClassVar[str] = "결재 회수"

    case_id: UUID
    approval_id: UUID


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


class CaseShared(Event, frozen=True, kw_only=True):
    """A regional team may read the case; why stands beside the share."""

    kind: ClassVar[str] = "cases.shared"
    title: ClassVar[str] = "지역팀과 공유"

    case_id: UUID
    team_id: UUID


class CaseUnshared(Event, frozen=True, kw_only=True):
    """The team may read it no more."""

    kind: ClassVar[str] = "cases.unshared"
    title: ClassVar[str] = "지역팀 공유 거둠"

    case_id: UUID
    team_id: UUID


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
    CaseShared,
    CaseUnshared,
    AnswerSubmitted,
    AnswerApproved,
    AnswerRejected,
    AnswerRecalled,
)
