"""주민등록번호 must never be collected, so free text is checked before it is stored."""

import re
from datetime import date

from sinmungo import clock

_PATTERN = re.compile(
    r"(?<!\d)(\d{2})(\d{2})(\d{2})[ \t]*+(?:[-.·~‐‑‒–—―−][ \t]*+)?+([1-8])(\d{6})(?!\d)", re.ASCII
)
_SIX_DIGITS = re.compile(r"\d{6}")
_PLAIN = str.maketrans(
    {**{chr(0xFF10 + n): str(n) for n in range(10)}, "－": "-", "\u00a0": " ", "\u3000": " "}
)
_BORN_IN_1900S = "1256"
_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CORPORATE_WEIGHTS = (1, 2) * 6


def resident_number_at(text: str) -> tuple[int, int] | None:
    """Start and end of the first thing that reads like a resident number, or None.

    Six digits of a possible birth date, an optional separator, then 1-8 and six digits. A number
    whose check digit is right for a company register (법인등록번호) and wrong for a person is let
    through: the two kinds share one shape.
    """
    if not _SIX_DIGITS.search(text):
        return None
    for found in _PATTERN.finditer(text.translate(_PLAIN)):
        digits = "".join(found.groups())
        if _born_by_today(digits) and not _is_corporate(digits):
            return found.span()
    return None


def _born_by_today(digits: str) -> bool:
    century = 1900 if digits[6] in _BORN_IN_1900S else 2000
    try:
        born = date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return born <= clock.today()


def _is_corporate(digits: str) -> bool:
    resident = (11 - _weighted(digits, _RESIDENT_WEIGHTS) % 11) % 10
    corporate = (10 - _weighted(digits, _CORPORATE_WEIGHTS) % 10) % 10
    last = int(digits[12])
    return last == corporate and last != resident


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(char) * weight for char, weight in zip(digits, weights, strict=False))
