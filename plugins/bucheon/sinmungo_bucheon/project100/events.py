"""What happens to a round and to a company in it. Ids and codes only."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sinmungo.sdk import Event


class RoundOpened(Event, frozen=True, kw_only=True):
    """A round began, with its capacity and its least number of employees."""

    kind: ClassVar[str] = "bucheon.project100_round_opened"
    title: ClassVar[str] = "회차 시작"
    round_id: UUID
    capacity: int
    min_employees: int


class RoundClosed(Event, frozen=True, kw_only=True):
    """A round was closed; every company still in it ended with it."""

    kind: ClassVar[str] = "bucheon.project100_round_closed"
    title: ClassVar[str] = "회차 마감"
    round_id: UUID


class _OfCompany(Event, frozen=True, kw_only=True):
    enrolment_id: UUID
    round_id: UUID
    company_id: UUID


class Enrolled(_OfCompany, frozen=True, kw_only=True):
    """A company was taken in at once."""

    kind: ClassVar[str] = "bucheon.project100_enrolled"
    title: ClassVar[str] = "선정"
    officer_id: UUID


class PutOnWaitingList(_OfCompany, frozen=True, kw_only=True):
    """No seat was free: the company waits in the order of application."""

    kind: ClassVar[str] = "bucheon.project100_waiting"
    title: ClassVar[str] = "대기 등록"
    officer_id: UUID


class Promoted(_OfCompany, frozen=True, kw_only=True):
    """The first of the waiting list took a free seat."""

    kind: ClassVar[str] = "bucheon.project100_promoted"
    title: ClassVar[str] = "대기에서 선정"


class OfficerChanged(_OfCompany, frozen=True, kw_only=True):
    """Another officer looks after the company from now on."""

    kind: ClassVar[str] = "bucheon.project100_officer_changed"
    title: ClassVar[str] = "전담관 변경"
    officer_id: UUID
    former_id: UUID


class Ended(_OfCompany, frozen=True, kw_only=True):
    """The company left the project; `reason` is a code."""

    kind: ClassVar[str] = "bucheon.project100_ended"
    title: ClassVar[str] = "종료"
    reason: str


class ContactLogged(_OfCompany, frozen=True, kw_only=True):
    """The company was contacted; `cases` are the difficulties that came of it."""

    kind: ClassVar[str] = "bucheon.project100_contacted"
    title: ClassVar[str] = "연락"
    contact_id: UUID
    contacted_on: date
    method: str
    officer_id: UUID
    cases: tuple[UUID, ...]
    regulations: int


class ContactVoided(_OfCompany, frozen=True, kw_only=True):
    """A contact was written down by mistake and does not count; its cases stay."""

    kind: ClassVar[str] = "bucheon.project100_contact_voided"
    title: ClassVar[str] = "연락 기록 취소"
    contact_id: UUID


class RegulationDecided(Event, frozen=True, kw_only=True):
    """Somebody decided whether a rule is to be proposed for change; `state` is a code."""

    kind: ClassVar[str] = "bucheon.project100_regulation_decided"
    title: ClassVar[str] = "규제 검토"
    item_id: UUID
    case_id: UUID
    state: str


class CadenceSet(Event, frozen=True, kw_only=True):
    """The city changed how often a company has to be contacted."""

    kind: ClassVar[str] = "bucheon.project100_cadence_set"
    title: ClassVar[str] = "연락 주기 변경"
    months: int
    former: int


EVENTS: tuple[type[Event], ...] = (
    RoundOpened,
    RoundClosed,
    Enrolled,
    PutOnWaitingList,
    Promoted,
    OfficerChanged,
    Ended,
    ContactLogged,
    ContactVoided,
    RegulationDecided,
    CadenceSet,
)
