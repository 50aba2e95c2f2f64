"""What happens to experts and their sessions: ids and codes only."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event

EXPERT = "expert"
ADVICE = "advice"
RULE = "advice_rule"


class ExpertAdded(Event, frozen=True, kw_only=True):
    """An expert was appointed."""

    kind: ClassVar[str] = "experts.added"
    title: ClassVar[str] = "위촉"


class ExpertChanged(Event, frozen=True, kw_only=True):
    """Fields of the record changed; `active` among them when the expert left or came back."""

    kind: ClassVar[str] = "experts.changed"
    title: ClassVar[str] = "수정"
    fields: list[str]


class TieAdded(Event, frozen=True, kw_only=True):
    """A tie to a company became known."""

    kind: ClassVar[str] = "experts.tie_added"
    title: ClassVar[str] = "이해관계 등록"
    tie_id: UUID
    tie: str


class TieEnded(Event, frozen=True, kw_only=True):
    """A tie got its last day."""

    kind: ClassVar[str] = "experts.tie_ended"
    title: ClassVar[str] = "이해관계 끝남"
    tie_id: UUID
    valid_to: date


class AccountGiven(Event, frozen=True, kw_only=True):
    """The expert got an account to sign in with."""

    kind: ClassVar[str] = "experts.account_given"
    title: ClassVar[str] = "계정 발급"
    officer_id: UUID


class TaxChanged(Event, frozen=True, kw_only=True):
    """What is needed to pay the expert was written down."""

    kind: ClassVar[str] = "experts.tax_changed"
    title: ClassVar[str] = "지급자료 저장"


class ReviewFlagged(Event, frozen=True, kw_only=True):
    """Low ratings came twice: somebody has to decide whether the expert goes on."""

    kind: ClassVar[str] = "experts.review_flagged"
    title: ClassVar[str] = "재검토 대상"


class Reviewed(Event, frozen=True, kw_only=True):
    """It was decided: KEEP or LEAVE."""

    kind: ClassVar[str] = "experts.reviewed"
    title: ClassVar[str] = "재검토"
    outcome: str


class RuleAdded(Event, frozen=True, kw_only=True):
    """Another rate, other caps or conflict years hold from a day on."""

    kind: ClassVar[str] = "experts.rule_added"
    title: ClassVar[str] = "자문 기준"
    valid_from: date
    hourly: int
    company_cap: int
    expert_cap: int
    conflict_years: int
    report_days: int


class AdviceEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to one request for advice."""

    request_id: UUID


class Asked(AdviceEvent, frozen=True, kw_only=True):
    """An officer marked a case or visit: 심층자문 필요."""

    kind: ClassVar[str] = "experts.asked"
    title: ClassVar[str] = "자문 요청"
    company_id: UUID
    case_id: UUID | None
    visit_id: UUID | None
    field: str


class Matched(AdviceEvent, frozen=True, kw_only=True):
    """An expert was chosen."""

    kind: ClassVar[str] = "experts.matched"
    title: ClassVar[str] = "전문가 배정"
    expert_id: UUID


class Declined(AdviceEvent, frozen=True, kw_only=True):
    """The chosen expert cannot or may not; the request waits for another."""

    kind: ClassVar[str] = "experts.declined"
    title: ClassVar[str] = "배정 해제"
    expert_id: UUID
    reason: str


class Pledged(AdviceEvent, frozen=True, kw_only=True):
    """No conflict, and secrecy, were pledged for this session."""

    kind: ClassVar[str] = "experts.pledged"
    title: ClassVar[str] = "서약"
    expert_id: UUID
    how: str


class Planned(AdviceEvent, frozen=True, kw_only=True):
    """Time and mode of the session were set."""

    kind: ClassVar[str] = "experts.planned"
    title: ClassVar[str] = "일정"
    mode: str


class Held(AdviceEvent, frozen=True, kw_only=True):
    """The session took place."""

    kind: ClassVar[str] = "experts.held"
    title: ClassVar[str] = "자문"
    held_on: date
    minutes: int
    mode: str


class Reported(AdviceEvent, frozen=True, kw_only=True):
    """The expert's report came, or was written anew."""

    kind: ClassVar[str] = "experts.reported"
    title: ClassVar[str] = "보고"


class Paid(AdviceEvent, frozen=True, kw_only=True):
    """The fee was approved, in won."""

    kind: ClassVar[str] = "experts.paid"
    title: ClassVar[str] = "자문료 승인"
    fee_full: int
    fee: int


class Rated(AdviceEvent, frozen=True, kw_only=True):
    """The company rated the session, 1 to 5."""

    kind: ClassVar[str] = "experts.rated"
    title: ClassVar[str] = "기업 평가"
    score: int
    source: str


class Cancelled(AdviceEvent, frozen=True, kw_only=True):
    """The request was given up before the session."""

    kind: ClassVar[str] = "experts.cancelled"
    title: ClassVar[str] = "취소"


EVENTS: tuple[type[Event], ...] = (
    ExpertAdded,
    ExpertChanged,
    TieAdded,
    TieEnded,
    AccountGiven,
    TaxChanged,
    ReviewFlagged,
    Reviewed,
    RuleAdded,
    Asked,
    Matched,
    Declined,
    Pledged,
    Planned,
    Held,
    Reported,
    Paid,
    Rated,
    Cancelled,
)
