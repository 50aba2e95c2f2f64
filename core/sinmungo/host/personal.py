"""Personal fields between a service and its table: sealed on the way in, opened at the boundary.

A ciphertext is bound to its column and row, so one copied elsewhere does not open.
"""

from typing import Any
from uuid import UUID

from sinmungo.host.context import Ctx
from sinmungo.sealed import CityCipher, Kind


def _context(column: str, row_id: UUID) -> bytes:
    return column.encode() + row_id.bytes


def seal(ctx: Ctx, field: str, value: str | None, kind: Kind, row_id: UUID) -> dict[str, Any]:
    """Return the columns of `sealed(field)` for a value; all None for an empty one.

    The tail (last four digits) is there for phones only, as in `sealed(field, tail=True)`.
    """
    names = ("sealed", "mask", "hash") + (("tail",) if kind == "phone" else ())
    if not value:
        return dict.fromkeys((f"{field}_{n}" for n in names), None)
    made = ctx.cipher.seal(value, kind=kind, context=_context(field, row_id))
    values = (made.ciphertext, made.mask, made.lookup, made.lookup_tail)
    return {f"{field}_{n}": v for n, v in zip(names, values, strict=False)}


def unseal(ctx: Ctx, field: str, ciphertext: bytes | None, row_id: UUID) -> str:
    """Return the plain value of a sealed field, an empty text when there is none."""
    if ciphertext is None:
        return ""
    return opened(ctx.cipher, field, ciphertext, row_id)


def opened(cipher: CityCipher, field: str, ciphertext: bytes, row_id: UUID) -> str:
    """Return the plain value of a sealed field outside a unit of work (exports).

    Raises SealError when it was not sealed for this field and row.
    """
    return cipher.open(ciphertext, _context(field, row_id))
