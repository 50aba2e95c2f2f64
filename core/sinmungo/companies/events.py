"""What happens to a company's record. Changes name the fields, never their values."""

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


EVENTS: tuple[type[Event], ...] = (
    CompanyAdded,
    CompanyChanged,
    CompanyStateChanged,
    ContactAdded,
    ContactChanged,
    ContactRemoved,
)
