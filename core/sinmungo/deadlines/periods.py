"""Processing periods, and how the law has each kind counted (rule 1, L1 art. 19, L2 art. 19)."""

from dataclasses import dataclass
from enum import StrEnum

HOURS_PER_DAY = 8
AT_ONCE_HOURS = 3
_LONGEST_PERIOD_IN_HOURS = 5


class Unit(StrEnum):
    """What a period is counted in.

    DAYS are the law's days: five or fewer are hours, eight to the day. WORKING_DAYS are never
    turned into hours; they are for service targets, which no law counts.
    """

    AT_ONCE = "AT_ONCE"
    HOURS = "HOURS"
    DAYS = "DAYS"
    WORKING_DAYS = "WORKING_DAYS"
    WEEKS = "WEEKS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"


_LABELS = {
    Unit.HOURS: "시간",
    Unit.DAYS: "일",
    Unit.WORKING_DAYS: "일",
    Unit.WEEKS: "주",
    Unit.MONTHS: "개월",
    Unit.YEARS: "년",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time for an answer, e.g. Period(14, Unit.DAYS).

    The amount is at least 1, and exactly 1 for AT_ONCE, which is three working hours.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("a period is at least one unit long")
        if self.unit is Unit.AT_ONCE and self.amount != 1:
            raise ValueError("AT_ONCE is one fixed length")

    @property
    def hours(self) -> int | None:
        """Working hours when the clock runs in hours, else None."""
        match self.unit:
            case Unit.AT_ONCE:
                return AT_ONCE_HOURS
            case Unit.HOURS:
                return self.amount
            case Unit.DAYS if self.amount <= _LONGEST_PERIOD_IN_HOURS:
                return self.amount * HOURS_PER_DAY
            case _:
                return None

    @property
    def label(self) -> str:
        """As written in notices: "14일", "8시간", "즉시(3시간)"."""
        if self.unit is Unit.AT_ONCE:
            return f"즉시({AT_ONCE_HOURS}시간)"
        return f"{self.amount}{_LABELS[self.unit]}"


# First settings of a city, by petition type (L2 art. 14-17); a statutory petition brings its own.
LEGAL_PERIODS = {
    "INQUIRY_LAW": Period(14, Unit.DAYS),
    "INQUIRY_OTHER": Period(7, Unit.DAYS),
    "SUGGESTION": Period(14, Unit.DAYS),
    "ETC": Period(1, Unit.AT_ONCE),
    "HARDSHIP": Period(7, Unit.DAYS),
}

# Service targets nobody's law sets (DESIGN); a city changes them freely.
ANSWER_TARGET = Period(5, Unit.WORKING_DAYS)
COMPOUND_ANSWER_TARGET = Period(14, Unit.WORKING_DAYS)
FIRST_CONTACT_TARGET = Period(HOURS_PER_DAY, Unit.HOURS)

# Steps before the work begins (L2 art. 6-8, 13).
REGISTRATION = Period(8, Unit.HOURS)
ASSIGNMENT = Period(1, Unit.HOURS)
ASSIGNMENT_FAR = Period(3, Unit.HOURS)
WRONG_DESK = Period(3, Unit.HOURS)
TRANSFER_OUT = Period(8, Unit.HOURS)
