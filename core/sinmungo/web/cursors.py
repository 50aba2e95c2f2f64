"""Cursors: the sort key of the last row seen, as one opaque word for a link or the API."""

import base64
import binascii
from uuid import UUID

import msgspec

from sinmungo.errors import InvalidError


def encode_cursor(*parts: str) -> str:
    """Return the cursor of a row's sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> tuple[str, ...]:
    """Return the sort key in a cursor; `InvalidError` if it is none of `length` parts."""
    return _decode(cursor, tuple[str, ...], length)


def decode_place(cursor: str) -> tuple[str, UUID]:
    """Return a sort key of one text and the row's id; `InvalidError` for what is none."""
    return _decode(cursor, tuple[str, UUID], 2)


def _decode[T: tuple[object, ...]](cursor: str, shape: type[T], length: int) -> T:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts = msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise _problem() from None
    if len(parts) != length:
        raise _problem()
    return parts


def _problem() -> InvalidError:
    return InvalidError(
        {"cursor": "다음 쪽 표시가 올바르지 않습니다. 목록을 처음부터 열어 주세요."}
    )
