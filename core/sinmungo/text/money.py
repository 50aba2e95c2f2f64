"""Won as people type it (1억2천, 35백만원) and as official papers print it (△, 금…원).

Amounts are whole won everywhere; rounding happens only where a table or a rate is shown.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import ClassVar

from sinmungo.text.errors import InputProblem

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_GROUP = rf"(?:(?:{_NUMBER})?천)?(?:(?:{_NUMBER})?백)?(?:(?:{_NUMBER})?십)?(?:{_NUMBER})?"
_AMOUNT = re.compile(
    rf"(?P<sign>[-−△▲])?(?:₩|금)?(?:(?P<jo>{_GROUP})조)?(?:(?P<eok>{_GROUP})억)?"
    rf"(?:(?P<man>{_GROUP})만)?(?P<rest>{_GROUP})?(?P<won>원)?정?",
    re.ASCII,
)
_TERM = re.compile(rf"({_NUMBER})?([천백십])|({_NUMBER})", re.ASCII)
_HANGUL_DIGITS = str.maketrans("영일이삼사오육칠팔구", "0123456789")
_HANGUL_DIGIT = re.compile(r"[영일이삼사오육칠팔구]")
_SMALL = {"천": 1000, "백": 100, "십": 10}
_JO, _EOK, _MAN = 10**12, 10**8, 10**4
_LIMIT = 10**16
_DIGIT_NAMES = "영일이삼사오육칠팔구"
_SMALL_NAMES = ("천", "백", "십", "")
_BIG_NAMES = ((_JO, "조"), (_EOK, "억"), (_MAN, "만"), (1, ""))
_TENTH = Decimal("0.1")


class MoneyError(InputProblem):
    """Not an amount of won that can be read one way only."""

    code: ClassVar[str] = "money"


def parse(text: str) -> int:
    """Whole won of an amount as typed. Raises MoneyError.

    "1억2천" means 1억 2천만, as spoken; "1억2천원" and "1억2000" could be two amounts and are
    refused. "△1,234" and "-1,234" are negative.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _AMOUNT.fullmatch(plain.translate(_HANGUL_DIGITS))
    if not found or not re.search(r"[\d조억만천백십]", found.group(), re.ASCII):
        raise MoneyError("금액을 알아볼 수 없습니다. 예: 1,200,000 / 35백만원 / 1억 2,000만원")
    spelled_out = bool(_HANGUL_DIGIT.search(plain))
    won = sum(
        _group(found[name]) * unit
        for name, unit in (("jo", _JO), ("eok", _EOK), ("man", _MAN))
        if found[name] is not None
    ) + _rest(found, spelled_out=spelled_out)
    if won != won.to_integral_value():
        raise MoneyError("원 단위까지만 적을 수 있습니다.")
    if won >= _LIMIT:
        raise MoneyError("금액이 너무 큽니다.")
    return -int(won) if found["sign"] else int(won)


def _group(text: str) -> Decimal:
    """Value of what stands before 조, 억 or 만; nothing counts as one ("만원")."""
    return _small(text) if text else Decimal(1)


def _rest(found: re.Match[str], *, spelled_out: bool) -> Decimal:
    text = found["rest"]
    if not text:
        return Decimal(0)
    value = _small(text)
    below_man = found["man"] is not None or (found["jo"] is None and found["eok"] is None)
    if spelled_out or below_man:
        return value
    if found["eok"] is not None and text[-1] in _SMALL and not found["won"]:
        return value * _MAN
    if found["won"] and text[-1] not in _SMALL:
        return value
    raise MoneyError("‘만’ 단위인지 분명하지 않습니다. 예: 1억 2천만원")


def _small(text: str) -> Decimal:
    total = Decimal(0)
    for number, unit, plain in _TERM.findall(text):
        if plain:
            total += _decimal(plain)
        else:
            total += (_decimal(number) if number else 1) * _SMALL[unit]
    return total


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the pattern lets only numbers through
        raise MoneyError("금액을 알아볼 수 없습니다.") from None


def display(won: int) -> str:
    """Thousands commas, negative as △: "1,234", "△1,234"."""
    return f"△{-won:,}" if won < 0 else f"{won:,}"


def in_unit(won: int, unit: int) -> int:
    """Won in 천원 (1_000) or 백만원 (1_000_000), half up; sum first, convert last."""
    return int((Decimal(won) / unit).quantize(Decimal(1), ROUND_HALF_UP))


def in_letters(won: int) -> str:
    """The amount of an official letter: 금113,560원(금일십일만삼천오백육십원).

    Form of 행정업무의 운영 및 혁신에 관한 규정 시행규칙 art. 2.
    Raises MoneyError below 0 and from 1경 up.
    """
    if not 0 <= won < _LIMIT:
        raise MoneyError("한글 금액은 0원 이상 1경 원 미만만 적을 수 있습니다.")
    return f"금{won:,}원(금{_letters(won) or _DIGIT_NAMES[0]}원)"


def _letters(won: int) -> str:
    parts: list[str] = []
    for unit, name in _BIG_NAMES:
        group, won = divmod(won, unit)
        if group:
            parts.append(_group_letters(group) + name)
    return "".join(parts)


def _group_letters(group: int) -> str:
    return "".join(
        _DIGIT_NAMES[int(digit)] + name
        for digit, name in zip(f"{group:04d}", _SMALL_NAMES, strict=True)
        if digit != "0"
    )


def ratio_pct(numerator: int, denominator: int) -> Decimal | None:
    """Percent, half up to 0.1 (1,625 of 1,631 → 99.6); None where nothing can be divided."""
    if denominator == 0:
        return None
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(_TENTH, ROUND_HALF_UP)
