"""What happens to definitions. Answers belong to their record, whose own slice tells of them."""

from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event


class FieldAdded(Event, frozen=True, kw_only=True):
    """A question was added to a kind of record."""

    kind: ClassVar[str] = "forms.field_added"
    title: ClassVar[str] = "항목 추가"

    field_id: UUID
    record_kind: str
    code: str


class FieldChanged(Event, frozen=True, kw_only=True):
    """Its wording or rules changed; `changes` holds old and new text by field name."""

    kind: ClassVar[str] = "forms.field_changed"
    title: ClassVar[str] = "항목 수정"

    field_id: UUID
    changes: dict[str, tuple[str, str]]


class FieldMoved(Event, frozen=True, kw_only=True):
    """It is asked earlier or later than before."""

    kind: ClassVar[str] = "forms.field_moved"
    title: ClassVar[str] = "차례 변경"

    field_id: UUID
    position: int


EVENTS: tuple[type[Event], ...] = (FieldAdded, FieldChanged, FieldMoved)
