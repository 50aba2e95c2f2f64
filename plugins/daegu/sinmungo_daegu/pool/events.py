"""Kinds of events from when the register was the plugin's own: written no more, still told."""

from typing import ClassVar

from sinmungo.sdk import Event


class ExpertAdded(Event, frozen=True, kw_only=True):
    """An expert was appointed."""

    kind: ClassVar[str] = "daegu.expert_added"
    title: ClassVar[str] = "위촉"


class ExpertChanged(Event, frozen=True, kw_only=True):
    """Fields of the record changed."""

    kind: ClassVar[str] = "daegu.expert_changed"
    title: ClassVar[str] = "수정"
    fields: list[str]


FORMER: tuple[type[Event], ...] = (ExpertAdded, ExpertChanged)
