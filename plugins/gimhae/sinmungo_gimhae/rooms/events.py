"""What happened to rooms while this plugin kept them: still named in the history, never new."""

from typing import ClassVar

from sinmungo.sdk import Event


class RoomAdded(Event, frozen=True, kw_only=True):
    """A room came into use."""

    kind: ClassVar[str] = "gimhae.room_added"
    title: ClassVar[str] = "상담실 등록"


class RoomChanged(Event, frozen=True, kw_only=True):
    """Fields of a room changed; `active` among them when it was closed or opened again."""

    kind: ClassVar[str] = "gimhae.room_changed"
    title: ClassVar[str] = "상담실 수정"
    fields: list[str]


EVENTS: tuple[type[Event], ...] = (RoomAdded, RoomChanged)
