"""A receipt on its way to the page that shows it once: in a cookie, never in an address."""

import base64
import binascii

import msgspec
from litestar.datastructures import Cookie

from sinmungo.web.types import Req


def receipt_cookie(
    request: Req, receipt: msgspec.Struct, *, name: str, path: str, seconds: int
) -> Cookie:
    """Return the cookie that carries a receipt to `path`, for so many seconds."""
    return Cookie(
        key=name,
        value=base64.urlsafe_b64encode(msgspec.json.encode(receipt)).decode(),
        path=path,
        max_age=seconds,
        httponly=True,
        secure=request.app.state.runtime.settings.cookie_secure,
        samesite="lax",
    )


def read_receipt[T](raw: str | None, kind: type[T]) -> T | None:
    """Return the receipt of a cookie, or None for what is none."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(raw), type=kind)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
