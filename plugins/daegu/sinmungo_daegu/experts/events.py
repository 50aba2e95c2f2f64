"""What happens to an expert's record. Changes name the fields, never their values."""

from typing import ClassVar

from sinmungo.sdk import Event


class ExpertAdded(Event, frozen=True, kw_only=True):
    """An expert was appointed."""

    kind: ClassVar[str] = "daegu.expert_added"
    title: ClassVar[str] = "위촉"


class ExpertChanged(Event, frozen=True, kw_only=True):
    """Fields of the record changed; `active` among them when the expert left or came back."""

    kind: ClassVar[str] = "daegu.expert_changed"
    title: ClassVar[str] = "수정"
    fields: list[str]


EVENTS: tuple[type[Event], ...] = (ExpertAdded, ExpertChanged)
