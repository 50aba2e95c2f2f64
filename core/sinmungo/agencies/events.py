"""What happens to an agency's row."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event

AGENCY = "agency"


class AgencyAdded(Event, frozen=True, kw_only=True):
    """An agency was written down."""

    kind: ClassVar[str] = "agencies.added"
    title: ClassVar[str] = "유관기관 등록"


class AgencyChanged(Event, frozen=True, kw_only=True):
    """Fields of an agency were corrected; `fields` are their names."""

    kind: ClassVar[str] = "agencies.changed"
    title: ClassVar[str] = "유관기관 수정"
    fields: list[str]


class AgencyEnded(Event, frozen=True, kw_only=True):
    """An agency ends on a day; `successor_id` takes its work over."""

    kind: ClassVar[str] = "agencies.ended"
    title: ClassVar[str] = "유관기관 종료"
    valid_to: date
    successor_id: UUID | None


class AgencyReopened(Event, frozen=True, kw_only=True):
    """An end that was written down wrongly was taken back."""

    kind: ClassVar[str] = "agencies.reopened"
    title: ClassVar[str] = "종료 취소"


EVENTS: tuple[type[Event], ...] = (AgencyAdded, AgencyChanged, AgencyEnded, AgencyReopened)
