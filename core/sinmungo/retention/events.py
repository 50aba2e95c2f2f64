"""What happened to retention: which rule, how many; never whose."""

from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event

HOLD, RUN, MASKS = "retention_hold", "retention_run", "mask_run"


class RecordHeld(Event, frozen=True, kw_only=True):
    """A record was kept back from destruction."""

    kind: ClassVar[str] = "retention.held"
    title: ClassVar[str] = "파기 보류"
    record_kind: str
    record_id: UUID


class HoldReleased(Event, frozen=True, kw_only=True):
    """A record is no longer kept back."""

    kind: ClassVar[str] = "retention.released"
    title: ClassVar[str] = "파기 보류 해제"
    record_kind: str
    record_id: UUID


class DestructionAsked(Event, frozen=True, kw_only=True):
    """Somebody asked to destroy now what is due."""

    kind: ClassVar[str] = "retention.asked"
    title: ClassVar[str] = "지금 파기"


class Destroyed(Event, frozen=True, kw_only=True):
    """A batch of one rule was destroyed."""

    kind: ClassVar[str] = "retention.destroyed"
    title: ClassVar[str] = "보존기간이 지나 파기"
    rule: str
    years: int
    record_count: int


class MasksBegun(Event, frozen=True, kw_only=True):
    """The masks of what is stored begin to follow a changed rule."""

    kind: ClassVar[str] = "retention.masks_begun"
    title: ClassVar[str] = "가림 다시 하기"


EVENTS = (RecordHeld, HoldReleased, DestructionAsked, Destroyed, MasksBegun)
