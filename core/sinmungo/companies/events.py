"""What happens to a company's record. Changes name the fields, never their values."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event


class CompanyAdded(Event, frozen=True, kw_only=True):
    """A company got a record; from intake often with a name only."""

    kind: ClassVar[str] = "companies.added"
    title: ClassVar[str] = "업체 등록"


class CompanyChanged(Event, frozen=True, kw_only=True):
    """Fields of the record changed; `fields` are their names."""

    kind: ClassVar[str] = "companies.changed"
    title: ClassVar[str] = "업체 정보 수정"
    fields: list[str]


class CompanyStateChanged(Event, frozen=True, kw_only=True):
    """A company closed, moved away, or works again."""

    kind: ClassVar[str] = "companies.state_changed"
    title: ClassVar[str] = "운영 상태 변경"
    state: str
    change: str = ""


class ContactAdded(Event, frozen=True, kw_only=True):
    """A person to speak to was added."""

    kind: ClassVar[str] = "companies.contact_added"
    title: ClassVar[str] = "담당자 추가"
    contact_id: UUID


class ContactChanged(Event, frozen=True, kw_only=True):
    """A contact's details changed; `fields` are their names."""

    kind: ClassVar[str] = "companies.contact_changed"
    title: ClassVar[str] = "담당자 수정"
    contact_id: UUID
    fields: list[str]


class ContactRemoved(Event, frozen=True, kw_only=True):
    """A contact was removed, with all that was stored of the person."""

    kind: ClassVar[str] = "companies.contact_removed"
    title: ClassVar[str] = "담당자 삭제"
    contact_id: UUID


class FiguresKept(Event, frozen=True, kw_only=True):
    """Head count, size, sales or exports of a day were written down; `fields` are their names."""

    kind: ClassVar[str] = "companies.figures_kept"
    title: ClassVar[str] = "규모·매출 기록"
    day: date
    fields: list[str]


class FiguresRemoved(Event, frozen=True, kw_only=True):
    """Figures that were written down wrongly were taken away."""

    kind: ClassVar[str] = "companies.figures_removed"
    title: ClassVar[str] = "규모·매출 기록 삭제"


class MembershipChanged(Event, frozen=True, kw_only=True):
    """A company joined or left an association; `act` is JOINED, LEFT or REMOVED (a mistake)."""

    kind: ClassVar[str] = "companies.membership_changed"
    title: ClassVar[str] = "가입 단체 변경"
    agency_id: UUID
    act: str


class ConsentGiven(Event, frozen=True, kw_only=True):
    """A company or its contact agreed to a purpose."""

    kind: ClassVar[str] = "companies.consent_given"
    title: ClassVar[str] = "동의 받음"
    consent_id: UUID
    purpose: str
    text_version: int


class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    """A consent was withdrawn."""

    kind: ClassVar[str] = "companies.consent_withdrawn"
    title: ClassVar[str] = "동의 철회"
    consent_id: UUID
    purpose: str


class CompaniesMerged(Event, frozen=True, kw_only=True):
    """Another record of the same company was merged into this one; `fields` came from it.

    A plugin may refuse the merge by raising from `on_event`.
    """

    kind: ClassVar[str] = "companies.merged"
    title: ClassVar[str] = "업체 합치기"
    merge_id: UUID
    drop_id: UUID
    fields: list[str]


class CompanyMergedAway(Event, frozen=True, kw_only=True):
    """This record was merged into another one."""

    kind: ClassVar[str] = "companies.merged_away"
    title: ClassVar[str] = "다른 업체로 합쳐짐"
    merge_id: UUID
    keep_id: UUID


class MergeUndone(Event, frozen=True, kw_only=True):
    """A merge was taken back; written to both records."""

    kind: ClassVar[str] = "companies.merge_undone"
    title: ClassVar[str] = "합치기 되돌림"
    merge_id: UUID
    other_id: UUID


class CompanyExtraChanged(Event, frozen=True, kw_only=True):
    """The city's own fields changed; `codes` are theirs."""

    kind: ClassVar[str] = "companies.extra_changed"
    title: ClassVar[str] = "추가 항목 수정"

    codes: list[str]


EVENTS: tuple[type[Event], ...] = (
    CompanyAdded,
    CompanyChanged,
    CompanyStateChanged,
    ContactAdded,
    ContactChanged,
    ContactRemoved,
    FiguresKept,
    FiguresRemoved,
    MembershipChanged,
    ConsentGiven,
    ConsentWithdrawn,
    CompaniesMerged,
    CompanyMergedAway,
    MergeUndone,
    CompanyExtraChanged,
)
