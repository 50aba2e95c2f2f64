"""What happened to settings: which keys of which group, never a value."""

from typing import ClassVar
from uuid import UUID, uuid5

from sinmungo.host.types import Event

SUBJECT = "settings"
_NAMESPACE = UUID("0193a5c0-0000-7000-8000-5e7716953201")


class SettingChanged(Event, frozen=True, kw_only=True):
    """Settings of a group were changed in one act."""

    kind: ClassVar[str] = "settings.changed"
    title: ClassVar[str] = "설정 변경"
    group: str
    keys: list[str]


EVENTS = (SettingChanged,)


def subject_of(group: str) -> UUID:
    """Return the id under which a group's events are found."""
    return uuid5(_NAMESPACE, group)
