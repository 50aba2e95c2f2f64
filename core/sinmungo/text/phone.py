"""Telephone numbers: kept as national digits, shown with hyphens, masked in the middle.

People type them in a dozen shapes and look them up by the last four digits; the mask must leave
exactly those visible.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, ClassVar

from sinmungo.text.errors import InputProblem

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_REGION = "KR"
_COUNTRY_CODE = 82
_TYPED = re.compile(r"\+?[\d\s()\-‐‑‒–—―−./~]+")
_MOBILE = re.compile(r"01\d{8,9}")
_TAIL = 4
_LOCAL_GROUPS = 3


class Digits(str):
    """A number that `parse` has understood, and `shown` with hyphens; not parsed again."""

    __slots__ = ("shown",)
    shown: str


class PhoneError(InputProblem):
    """Not a telephone number that can be dialled in Korea."""

    code: ClassVar[str] = "phone"


def parse(text: str) -> Digits:
    """National digits of a number as typed: "+82 10-1234-5678" → "01012345678".

    Mobile, area, internet and representative (1588-…) numbers. Raises PhoneError.
    """
    if isinstance(text, Digits):
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _TYPED.fullmatch(plain):
        raise _problem()
    import phonenumbers  # slow to load, and no process needs it before the first number

    try:
        number = phonenumbers.parse(plain, _REGION)
    except phonenumbers.NumberParseException:
        raise _problem() from None
    if number.country_code != _COUNTRY_CODE or not phonenumbers.is_valid_number(number):
        raise _problem()
    shown = _national(number)
    digits = Digits("".join(char for char in shown if char.isdigit()))
    digits.shown = shown
    return digits


def display(digits: str) -> str:
    """National digits with hyphens: "010-1234-5678", "02-312-3456", "1588-1234"."""
    if isinstance(digits, Digits):
        return digits.shown
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}-{digits[3:-_TAIL]}-{digits[-_TAIL:]}"
    import phonenumbers

    return _national(phonenumbers.parse(digits, _REGION))


def mask(digits: str, style: str = "MIDDLE") -> str:
    """Shown where the person need not be known: "010-****-5678"; "1588-****" without a middle.

    With `style` HALVES half of the last two groups is hidden instead: "010-12**-**78".
    """
    groups = display(digits).split("-")
    if style == "HALVES":
        return "-".join([*groups[:-2], _masked_tail(groups[-2]), _masked_head(groups[-1])])
    hidden = 1 if len(groups) >= _LOCAL_GROUPS else len(groups) - 1
    groups[hidden] = "*" * len(groups[hidden])
    return "-".join(groups)


def _masked_tail(group: str) -> str:
    kept = len(group) // 2
    return group[:kept] + "*" * (len(group) - kept)


def _masked_head(group: str) -> str:
    hidden = (len(group) + 1) // 2
    return "*" * hidden + group[hidden:]


def last4(digits: str) -> str:
    """The four digits people remember."""
    return digits[-_TAIL:]


def _national(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def _problem() -> PhoneError:
    return PhoneError("전화번호를 알아볼 수 없습니다. 예: 010-1234-5678, 02-312-3456, 1588-1234")
