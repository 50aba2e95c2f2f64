"""What lets somebody without an account come back: two random numbers, and where they came from.

Of the second number, and of an address, only a keyed hash is kept. Look-alike letters are left out
and spaces do not matter, because the numbers are read out on the telephone.
"""

import hmac
import ipaddress
import re
import secrets
from typing import NamedTuple

from sinmungo.host.context import Ctx

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_LENGTH = 10
_CODE_LENGTH = 8
_NOT_TYPED = re.compile(r"[\s\-]+")
_MAX_TYPED = 40


class Numbers(NamedTuple):
    """The number that names a record, the code that opens it, and what is stored of the code."""

    receipt_no: str
    code: str
    code_hash: bytes


def new_numbers(ctx: Ctx) -> Numbers:
    """Return two fresh random numbers."""
    number, code = _random(_NUMBER_LENGTH), _random(_CODE_LENGTH)
    return Numbers(number, code, ctx.cipher.lookup(f"{number}/{code}", "name"))


def typed_number(text: str) -> str:
    """Return a number as it is stored, however it was typed."""
    return _NOT_TYPED.sub("", text).upper()[:_MAX_TYPED]


def opens(ctx: Ctx, receipt_no: str, code: str, code_hash: bytes | None) -> bool:
    """Return whether the code belongs to the number; None for a number that does not exist."""
    tried = ctx.cipher.lookups(f"{typed_number(receipt_no)}/{typed_number(code)}", "name")
    return any(hmac.compare_digest(code_hash or b"", one) for one in tried)


def address_hashes(ctx: Ctx) -> list[bytes]:
    """Return the keyed hashes of the sender's address; an IPv6 house is its first 64 bits."""
    try:
        address = ipaddress.ip_address(ctx.address)
    except ValueError:
        return ctx.cipher.lookups(ctx.address, "name")
    if isinstance(address, ipaddress.IPv6Address):
        house = ipaddress.ip_network(f"{address}/64", strict=False).network_address
        return ctx.cipher.lookups(str(house), "name")
    return ctx.cipher.lookups(str(address), "name")


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
