"""사업자등록번호: kept as ten digits, shown as 123-45-67891.

No kept library checks the last digit, and a wrong digit typed at the counter would silently
open a second record for a known company.
"""

import re
import unicodedata
from typing import ClassVar

from sinmungo.text.errors import InputProblem

_SHAPE = re.compile(r"\d{10}")
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−.]")
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_FIRST_TAX_OFFICE = 101


class BusinessNoError(InputProblem):
    """Not ten digits at all."""

    code: ClassVar[str] = "business_no.format"


class BusinessNoChecksumError(BusinessNoError):
    """Ten digits that belong to nobody; an import may keep them with a warning."""

    code: ClassVar[str] = "business_no.checksum"


def parse(text: str) -> str:
    """The ten digits of a number as typed, its check digit verified (domain.md 1.3).

    Raises BusinessNoError for a wrong shape, BusinessNoChecksumError for a wrong digit.
    """
    found = digits(text)
    if not is_valid(found):
        raise BusinessNoChecksumError(
            "사업자등록번호가 올바르지 않습니다. 등록증의 숫자와 같은지 확인해 주십시오."
        )
    return found


def digits(text: str) -> str:
    """The ten digits of a number as typed, unverified. Raises BusinessNoError."""
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if not (plain.isascii() and _SHAPE.fullmatch(plain)):
        raise BusinessNoError("사업자등록번호는 숫자 10자리로 적어 주십시오. 예: 123-45-67891")
    return plain


def is_valid(ten_digits: str) -> bool:
    """Whether ten digits carry a right check digit and a possible tax office code."""
    values = [int(char) for char in ten_digits]
    total = sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=False))
    total += values[8] * 5 // 10
    return values[9] == (10 - total % 10) % 10 and int(ten_digits[:3]) >= _FIRST_TAX_OFFICE


def display(ten_digits: str) -> str:
    """Ten digits as printed on papers: 123-45-67891."""
    return f"{ten_digits[:3]}-{ten_digits[3:5]}-{ten_digits[5:]}"
