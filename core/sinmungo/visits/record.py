"""What was typed about a visit, understood: one place for screen and API."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from sinmungo import clock
from sinmungo.cases.types import Labels
from sinmungo.text import dates
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, clean_multiline
from sinmungo.visits.labels import DEFAULT_KIND, KIND, OUTCOME, PREMISES
from sinmungo.visits.types import Found, Journal, Met, Outsider, Plan
from sinmungo.web.forms import Gather

MAX_TEXT, MAX_LINE = 4000, 120
MAX_ITEMS, MAX_PEOPLE = 20, 30
_EARLIEST = date(2000, 1, 1)
_FURTHEST = timedelta(days=366)
_LIMIT = 10**15


class VisitProblemError(InputProblem):
    """Something written about a visit that cannot be stored."""

    code = "visits.text"


class PlanValues(msgspec.Struct, frozen=True):
    """A plan, understood."""

    kind: str
    planned_at: datetime
    place: str | None
    note: str | None


class JournalValues(msgspec.Struct, frozen=True):
    """A journal, understood; texts that were left empty are None."""

    kind: str
    visited_on: date
    started_at: datetime | None
    ended_at: datetime | None
    place: str | None
    note: str | None
    next_plan: str | None
    guided: str | None
    products: str | None

    @property
    def happened_at(self) -> datetime:
        """The moment that events of the visit carry: its begin, else the noon of its day."""
        return self.started_at or clock.at(self.visited_on, "12:00").astimezone(UTC)


def body(text: str) -> str:
    """Return several clean lines. Raises VisitProblemError."""
    return _checked(clean_multiline(text), MAX_TEXT)


def line(text: str) -> str:
    """Return one clean line. Raises VisitProblemError."""
    return _checked(clean(text), MAX_LINE)


def _checked(text: str, limit: int) -> str:
    if len(text) > limit:
        raise VisitProblemError(f"{limit:,}자까지 적을 수 있습니다.")
    if resident_number_at(text):
        raise VisitProblemError("주민등록번호는 적을 수 없습니다. 지우고 다시 저장해 주세요.")
    return text


def understand_plan(plan: Plan) -> PlanValues:
    """Return what a plan says; `InvalidError` names every field at fault."""
    gather = Gather()
    kind = _kind(gather, plan.kind)
    day = _day(gather, plan.day)
    gather.need("day", plan.day.strip(), "방문일을 적어 주세요.")
    moment = _moment(gather, "time", plan.time or "09:00", day)
    last = clock.today() + _FURTHEST
    gather.need("day", clock.today() <= day <= last, "오늘부터 1년 안의 날짜를 적어 주세요.")
    people(gather, plan.outsiders)
    found = PlanValues(
        kind=kind,
        planned_at=moment or clock.now(),
        place=gather.take("place", line, plan.place, "") or None,
        note=gather.take("note", body, plan.note, "") or None,
    )
    gather.done()
    return found


def understand_journal(
    journal: Journal, words: Labels, faults: Mapping[str, str] | None = None
) -> JournalValues:
    """Return what a journal says; `InvalidError` names every field at fault, items included.

    `faults` are those of the city's own questions, told together with the others.
    """
    gather = Gather()
    kind, day = _kind(gather, journal.kind), _day(gather, journal.day)
    gather.need("day", _EARLIEST <= day <= clock.today(), "아직 오지 않은 날입니다.")
    started = _moment(gather, "started", journal.started, day)
    ended = _moment(gather, "ended", journal.ended, day)
    if started and ended:
        gather.need("ended", started <= ended, "시작 시각보다 이릅니다.")
    people(gather, journal.outsiders, journal.people)
    check_items(gather, journal.items, words)
    _check_figures(gather, journal)
    values = JournalValues(
        kind=kind,
        visited_on=day,
        started_at=started,
        ended_at=ended,
        **understand_texts(gather, journal),
        products=gather.take("products", line, journal.products, "") or None,
    )
    gather.errors |= faults or {}
    gather.done()
    return values


def understand_texts(gather: Gather, given: Any) -> dict[str, str | None]:
    """Return the fields of a journal that may be mended later."""
    parsers = {"place": line, "note": body, "next_plan": body, "guided": body}
    return {f: gather.take(f, p, getattr(given, f), "") or None for f, p in parsers.items()}


def people(gather: Gather, outsiders: Sequence[Outsider], met: Sequence[Met] = ()) -> None:
    """Note what is wrong with the persons of a visit."""
    for group, rows in (("outsiders", outsiders), ("people", met)):
        gather.need(group, len(rows) <= MAX_PEOPLE, f"{MAX_PEOPLE}명까지 적을 수 있습니다.")
        for index, row in enumerate(rows):
            for field in ("name", "title"):
                gather.take(f"{group}-{index}-{field}", line, getattr(row, field), "")


def check_items(gather: Gather, items: Sequence[Found], words: Labels) -> None:
    """Note what is wrong with the difficulties found; fields are `items-<index>-<name>`."""
    gather.need("items", len(items) <= MAX_ITEMS, f"한 번에 {MAX_ITEMS}건까지 적을 수 있습니다.")
    for index, item in enumerate(items):
        field = f"items-{index}"
        content = gather.take(f"{field}-content", body, item.content, "")
        gather.need(f"{field}-content", content, "애로 내용을 적어 주세요.")
        gather.need(f"{field}-category", item.category in words.categories, "분야를 골라 주세요.")
        check_outcome(gather, item, f"{field}-")


def check_outcome(gather: Gather, item: Found, prefix: str = "") -> None:
    """Note what a way of settling lacks."""
    gather.need(f"{prefix}outcome", item.outcome in OUTCOME, "처리 구분을 골라 주세요.")
    answer = gather.take(f"{prefix}answer", body, item.answer, "")
    if item.outcome == "ON_SITE":
        gather.need(f"{prefix}answer", answer, "현장에서 답한 내용을 적어 주세요.")
    if item.outcome == "NOTIFIED":
        gather.need(f"{prefix}unit_id", item.unit_id, "통보한 부서를 골라 주세요.")
    if item.outcome == "PROPOSED":
        gather.need(f"{prefix}agency_id", item.agency_id, "건의할 기관을 골라 주세요.")


def _kind(gather: Gather, kind: str) -> str:
    gather.need("kind", not kind or kind in KIND, "방문 구분을 골라 주세요.")
    return kind or DEFAULT_KIND


def _day(gather: Gather, typed: str) -> date:
    today = clock.today()
    return gather.take("day", dates.parse_date, typed, today) if typed.strip() else today


def _moment(gather: Gather, field: str, typed: str, day: date) -> datetime | None:
    if not typed.strip():
        return None
    found: datetime | None = gather.take(field, dates.parse_datetime, typed, None)
    return clock.at(day, f"{found:%H:%M}").astimezone(UTC) if found else None


def _check_figures(gather: Gather, journal: Journal) -> None:
    for field in ("employees", "employees_foreign", "sales", "export_usd", "factory_area"):
        value = getattr(journal, field)
        limit = _LIMIT if field in {"sales", "export_usd"} else 10**8
        gather.need(field, value is None or 0 <= value <= limit, "0 이상의 숫자로 적어 주세요.")
    total, foreign = journal.employees, journal.employees_foreign
    if total is not None and foreign is not None:
        gather.need("employees_foreign", foreign <= total, "전체 종업원 수보다 많습니다.")
    known = not journal.premises or journal.premises in PREMISES
    gather.need("premises", known, "목록에서 골라 주세요.")
