"""Who may extend a period, how often and by how much (rule 4, L2 art. 21).

Since 2026-05-06 a department's own troubles are no reason. The lists offer the four legal ones;
a caller who names another is told why not, in words fit for the screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sinmungo.deadlines.periods import AT_ONCE_HOURS, HOURS_PER_DAY, Period, Unit
from sinmungo.text.errors import InputProblem

_MOST_EXTENSIONS = 2
_HOUR_VALUES = {Unit.AT_ONCE: AT_ONCE_HOURS, Unit.HOURS: 1, Unit.DAYS: HOURS_PER_DAY}


class ExtensionReason(StrEnum):
    """The four legal reasons."""

    COOPERATION = "COOPERATION"
    FACT_OR_SITE_CHECK = "FACT_OR_SITE_CHECK"
    FORCE_MAJEURE = "FORCE_MAJEURE"
    EQUIVALENT = "EQUIVALENT"

    @property
    def label(self) -> str:
        """As shown on lists and in the notice."""
        return _LABELS[self]


_LABELS = {
    ExtensionReason.COOPERATION: "관계 기관·부서의 협조",
    ExtensionReason.FACT_OR_SITE_CHECK: "사실관계 확인·현지 조사",
    ExtensionReason.FORCE_MAJEURE: "천재지변 등 불가항력",
    ExtensionReason.EQUIVALENT: "그 밖에 이에 준하는 부득이한 사유",
}
_REFUSED_REASONS = {
    "WORKLOAD": "업무량이 많다는 이유로는 처리기간을 연장할 수 없습니다.",
    "LATE_ASSIGNMENT": "담당자 지정이 늦었다는 이유로는 처리기간을 연장할 수 없습니다.",
    "ABSENCE": "담당자가 자리를 비웠다는 이유로는 처리기간을 연장할 수 없습니다.",
}


class ExtensionRefusedError(InputProblem):
    """An extension the law does not allow."""

    code: ClassVar[str] = "extension.refused"


@dataclass(frozen=True, slots=True)
class Extension:
    """Time added to a period; `period` is in the period's own unit, consent the applicant's."""

    period: Period
    reason: ExtensionReason
    consented_on: date | None = None


def reason_from_code(code: str) -> ExtensionReason:
    """The legal reason a code names. Raises ExtensionRefusedError."""
    if code in _REFUSED_REASONS:
        raise ExtensionRefusedError(_REFUSED_REASONS[code])
    try:
        return ExtensionReason(code)
    except ValueError:
        raise ExtensionRefusedError("법령이 정한 연장 사유를 골라 주십시오.") from None


def check_extension(
    period: Period,
    earlier: Sequence[Extension],
    wanted: Extension,
    *,
    legal_until: datetime,
    decided_at: datetime,
) -> None:
    """Refuse what rule 4 forbids; return when the extension may be made.

    Once, up to the original length; a second time, again up to it, with consent only; never
    after the period has ended. Raises ExtensionRefusedError.
    """
    if decided_at > legal_until:
        raise ExtensionRefusedError("처리기한이 지난 뒤에는 연장할 수 없습니다.")
    if len(earlier) >= _MOST_EXTENSIONS:
        raise ExtensionRefusedError("처리기간은 두 번까지만 연장할 수 있습니다.")
    if earlier and wanted.consented_on is None:
        raise ExtensionRefusedError("두 번째 연장은 민원인의 동의를 받아야 합니다.")
    check_length(period, wanted.period)


def check_length(period: Period, extra: Period) -> None:
    """Refuse an extension in another unit or longer than the period itself.

    Raises ExtensionRefusedError.
    """
    extra_amount = extension_amount(period, extra)
    whole = period.amount if period.hours is None else period.hours
    if extra_amount > whole:
        raise ExtensionRefusedError(
            f"원래 처리기간보다 길게 연장할 수 없습니다. 원래 처리기간: {period.label}"
        )


def extension_amount(period: Period, extra: Period) -> int:
    """Length of an extension in what the period's clock counts: hours, or the period's unit.

    An extension runs on the period's own clock: seven days on a fourteen-day period are days,
    and a day on an hour clock is eight hours. Raises ExtensionRefusedError for another unit.
    """
    if period.hours is not None and extra.unit in _HOUR_VALUES:
        return extra.amount * _HOUR_VALUES[extra.unit]
    if period.hours is None and extra.unit is period.unit:
        return extra.amount
    raise ExtensionRefusedError(
        f"연장 기간은 원래 처리기간과 같은 단위로 정해 주십시오. 원래 처리기간: {period.label}"
    )
