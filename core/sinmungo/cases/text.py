"""What people write about a case: cleaned, measured, and never with a resident number in it."""

import re

from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, clean_multiline

MAX_TEXT = 4000
MAX_LINE = 60
_SUMMARY = 60
_EMAIL = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]+\.[^\s@<>,;\"]{2,}")
_MAX_EMAIL = 254


class TextProblemError(InputProblem):
    """Something written that cannot be stored."""

    code = "cases.text"


def body(text: str) -> str:
    """Return several clean lines of at most 4,000 letters. Raises TextProblemError."""
    return _checked(clean_multiline(text), MAX_TEXT)


def line(text: str) -> str:
    """Return one clean line of at most 60 letters. Raises TextProblemError."""
    return _checked(clean(text), MAX_LINE)


def email(text: str) -> str:
    """Return a mail address. Raises TextProblemError."""
    address = clean(text)
    if address and (len(address) > _MAX_EMAIL or not _EMAIL.fullmatch(address)):
        raise TextProblemError("메일 주소를 확인해 주세요. 예: name@example.com")
    return address


def summary(content: str) -> str:
    """Return the 요지 of a list: the first sixty letters."""
    one = clean(content)
    return one if len(one) <= _SUMMARY else one[: _SUMMARY - 1].rstrip() + "…"


def _checked(text: str, limit: int) -> str:
    if len(text) > limit:
        raise TextProblemError(f"{limit:,}자까지 적을 수 있습니다.")
    if resident_number_at(text):
        raise TextProblemError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return text
