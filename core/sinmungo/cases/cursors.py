"""Where a page of a list ends: the sort key of its last row, opaque to the caller."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

import msgspec

from sinmungo.errors import InvalidError


class DeskCursor(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """Place in a view of the desk."""

    answered: bool
    due_at: datetime
    id: UUID


class FoundCursor(msgspec.Struct, frozen=True, array_like=True, tag="f"):
    """Place in what was found, the newest first."""

    registered_at: datetime
    id: UUID


def write_cursor(place: DeskCursor | FoundCursor) -> str:
    """Return a place as text for an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor[C: (DeskCursor, FoundCursor)](text: str | None, kind: type[C]) -> C | None:
    """Return the place that a text names, None for none. Raises InvalidError."""
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        place = msgspec.json.decode(raw, type=kind)
    except (binascii.Error, ValueError):
        raise InvalidError({"cursor": "쪽 표시가 올바르지 않습니다."}) from None
    moment = place.due_at if isinstance(place, DeskCursor) else place.registered_at
    if moment.tzinfo is None:
        raise InvalidError({"cursor": "쪽 표시가 올바르지 않습니다."})
    return place
