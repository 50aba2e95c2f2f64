"""What happens to the city as a whole on its way to companies."""

from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event

CITY = "city"


class CityOpened(Event, frozen=True, kw_only=True):
    """The admin let companies in."""

    kind: ClassVar[str] = "opening.city_opened"
    title: ClassVar[str] = "개통"
    opening_id: UUID


EVENTS: tuple[type[Event], ...] = (CityOpened,)
