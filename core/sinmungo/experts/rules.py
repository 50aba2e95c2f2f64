"""Who may advise whom, who suits best and why, and what a session costs: numbers in, reasons out.

Pure functions over plain data, so that a screen, the API and a test see the same reasons. A reason
is a code with its details; `words.REASON` has the Korean text.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from sinmungo.experts import words

type Weight = Literal["FOR", "AGAINST", "NEVER"]

FIELD_POINTS = 50
REGION_POINTS = 15
FREE_POINTS = 20
FULL_POINTS = -30
RATING_STEP = 10
REVIEW_POINTS = -30
CAP_POINTS = -40
MIDDLE = 3.0
LOW_SCORE = 2
LOW_TIMES = 2
_MINUTES = 60


class Reason(msgspec.Struct, frozen=True):
    """One thing that speaks for or against an expert, or forbids to ask him at all."""

    code: str
    weight: Weight
    points: int = 0
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The reason in Korean."""
        return words.REASON[self.code].format(*self.details)


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie of an expert to the company in question; `valid_to` is its last day."""

    kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, on which day, for a company at which address."""

    field: str
    field_label: str
    address: str
    company_key: str
    day: date
    conflict_years: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an expert when somebody has to be chosen."""

    state: str
    fields: Collection[str]
    firm_key: str
    regions: Sequence[str]
    capacity: int
    load: int
    rating: float | None
    ratings: int
    under_review: bool
    cap_left: int | None
    ties: Sequence[Tie] = ()
    declined: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The points of an expert, and what they come from."""

    reasons: tuple[Reason, ...]

    @property
    def excluded(self) -> bool:
        """Whether anything forbids this expert."""
        return any(r.weight == "NEVER" for r in self.reasons)

    @property
    def score(self) -> int:
        """The sum of the points."""
        return sum(r.points for r in self.reasons)


def assess(facts: Facts, asked: Question) -> Assessment:
    """Return what speaks for and against an expert (domain.md 4.2, A2)."""
    found = (
        *_never(facts, asked),
        _field(facts, asked),
        *_region(facts, asked),
        _load(facts),
        *_rating(facts),
        *_money(facts),
    )
    return Assessment(found)


def _never(facts: Facts, asked: Question) -> Iterable[Reason]:
    if facts.state != "SERVING":
        yield Reason("TERM", "NEVER", 0, (words.TERM[facts.state],))
    if facts.firm_key and facts.firm_key == asked.company_key:
        yield Reason("TIE", "NEVER", 0, (words.TIE["SAME_FIRM"], "소속이 이 기업입니다"))
    for tie in facts.ties:
        if binds(tie, asked.day, asked.conflict_years):
            yield Reason("TIE", "NEVER", 0, (words.TIE[tie.kind], _days(tie)))
    if facts.declined is not None:
        yield Reason("DECLINED", "NEVER", 0, (words.DECLINE[facts.declined],))


def binds(tie: Tie, day: date, conflict_years: int) -> bool:
    """Return whether a tie forbids advice on a day.

    Advice to a rival goes on binding for `conflict_years` after its last day.
    """
    if tie.valid_from > day:
        return False
    if tie.valid_to is None:
        return True
    years = conflict_years if tie.kind == "ADVISER_TO_RIVAL" else 0
    return day <= years_after(tie.valid_to, years)


def years_after(day: date, years: int) -> date:
    """Return the same day some years on; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _days(tie: Tie) -> str:
    return f"{tie.valid_from} ~ {tie.valid_to or ''}".strip()


def _field(facts: Facts, asked: Question) -> Reason:
    if asked.field in facts.fields:
        return Reason("FIELD", "FOR", FIELD_POINTS, (asked.field_label,))
    return Reason("NO_FIELD", "AGAINST", -FIELD_POINTS, (asked.field_label,))


def _region(facts: Facts, asked: Question) -> Iterable[Reason]:
    if not facts.regions or not asked.address:
        return
    near = [region for region in facts.regions if region in asked.address]
    if near:
        yield Reason("REGION", "FOR", REGION_POINTS, (", ".join(near),))
    else:
        yield Reason("OTHER_REGION", "AGAINST", -REGION_POINTS, (", ".join(facts.regions),))


def _load(facts: Facts) -> Reason:
    free = facts.capacity - facts.load
    if free <= 0:
        return Reason("FULL", "AGAINST", FULL_POINTS, (str(facts.load),))
    points = FREE_POINTS * free // facts.capacity
    return Reason("FREE", "FOR", points, (str(free), str(facts.load)))


def _rating(facts: Facts) -> Iterable[Reason]:
    if facts.rating is not None:
        points = round((facts.rating - MIDDLE) * RATING_STEP)
        shown = (f"{facts.rating:.1f}", str(facts.ratings))
        if points < 0:
            yield Reason("LOW_RATED", "AGAINST", points, shown)
        else:
            yield Reason("RATED", "FOR", points, shown)
    if facts.under_review:
        yield Reason("UNDER_REVIEW", "AGAINST", REVIEW_POINTS)


def _money(facts: Facts) -> Iterable[Reason]:
    if facts.cap_left is not None and facts.cap_left <= 0:
        yield Reason("CAP", "AGAINST", CAP_POINTS)


def full_fee(minutes: int, hourly: int) -> int:
    """Return the fee of a session in whole won: hours x rate, a part of a won is dropped (A4)."""
    return minutes * hourly // _MINUTES


def payable(full: int, company_left: int, expert_left: int) -> int:
    """Return what of a fee may be paid under both yearly caps; never less than 0."""
    return max(0, min(full, company_left, expert_left))
