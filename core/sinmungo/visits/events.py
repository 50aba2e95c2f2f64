"""What happens to visits and to what was found there. Ids and codes only."""

from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event


class VisitPlanned(Event, frozen=True, kw_only=True):
    """A day and a team were set for a company."""

    kind: ClassVar[str] = "visits.planned"
    title: ClassVar[str] = "방문 계획"

    visit_id: UUID
    company_id: UUID
    visit_kind: str


class VisitMoved(Event, frozen=True, kw_only=True):
    """Day, place, kind or team of a plan changed; `fields` are their names."""

    kind: ClassVar[str] = "visits.moved"
    title: ClassVar[str] = "방문 계획 변경"

    visit_id: UUID
    company_id: UUID
    fields: list[str]


class VisitJoined(Event, frozen=True, kw_only=True):
    """An officer joined a planned visit instead of going there again."""

    kind: ClassVar[str] = "visits.joined"
    title: ClassVar[str] = "함께 방문"

    visit_id: UUID
    company_id: UUID
    officer_id: UUID


class VisitCancelled(Event, frozen=True, kw_only=True):
    """A planned visit does not take place."""

    kind: ClassVar[str] = "visits.cancelled"
    title: ClassVar[str] = "방문 취소"

    visit_id: UUID
    company_id: UUID


class VisitRecorded(Event, frozen=True, kw_only=True):
    """The journal of a visit was written; it counts from now on, with or without difficulties."""

    kind: ClassVar[str] = "visits.recorded"
    title: ClassVar[str] = "방문 기록"

    visit_id: UUID
    company_id: UUID
    visit_kind: str
    items: int


class VisitAmended(Event, frozen=True, kw_only=True):
    """Fields of the journal changed; `fields` are their names."""

    kind: ClassVar[str] = "visits.amended"
    title: ClassVar[str] = "방문일지 수정"

    visit_id: UUID
    company_id: UUID
    fields: list[str]


class ItemFound(Event, frozen=True, kw_only=True):
    """A difficulty was found at a visit and became a case."""

    kind: ClassVar[str] = "visits.item_found"
    title: ClassVar[str] = "방문에서 발굴"

    visit_id: UUID
    item_id: UUID
    case_id: UUID
    outcome: str
    unit_id: UUID | None = None
    agency_id: UUID | None = None


class ItemReclassified(Event, frozen=True, kw_only=True):
    """A difficulty is counted otherwise from now on."""

    kind: ClassVar[str] = "visits.item_reclassified"
    title: ClassVar[str] = "처리 구분 변경"

    visit_id: UUID
    item_id: UUID
    case_id: UUID
    old: str
    outcome: str
    unit_id: UUID | None = None
    agency_id: UUID | None = None


EVENTS: tuple[type[Event], ...] = (
    VisitPlanned,
    VisitMoved,
    VisitJoined,
    VisitCancelled,
    VisitRecorded,
    VisitAmended,
    ItemFound,
    ItemReclassified,
)
