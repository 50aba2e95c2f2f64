"""How visits look on screens: words, choices and moments, no rules."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.cases import service as cases
from sinmungo.companies.contacts import list_contacts
from sinmungo.host.context import Ctx
from sinmungo.people.service import list_officers, list_units
from sinmungo.text import dates
from sinmungo.visits import labels
from sinmungo.visits.types import VisitLine
from sinmungo.web.forms import Form

type Options = list[tuple[str, str]]
type Groups = list[tuple[str, Options]]

_STATE_TONE = {"PLANNED": "info", "DONE": "success", "CANCELLED": ""}
_NOTIFY, _PROPOSE = "u", "a"
KINDS: Options = list(labels.KIND.items())
OUTCOMES: Options = list(labels.OUTCOME.items())
_UPSTREAM = ("MINISTRY", "SPECIAL_LOCAL_ADMIN", "METRO_GOV", "NATIONAL_PUBLIC", "OMBUDSMAN")


class Look(msgspec.Struct, frozen=True):
    """The words of visits, handed to every template of this slice as `look`."""

    categories: Options
    category_words: dict[str, str]
    kinds: Options = msgspec.field(default_factory=lambda: KINDS)
    outcomes: Options = msgspec.field(default_factory=lambda: OUTCOMES)

    def category(self, code: str) -> str:
        """Word of a category, switched-off ones too."""
        return self.category_words.get(code, code)

    def kind(self, code: str) -> str:
        """Word of a kind of visit."""
        return labels.KIND.get(code, code)

    def state(self, code: str) -> str:
        """Word of a visit's state."""
        return labels.STATE.get(code, code)

    def state_tone(self, code: str) -> str:
        """Tone of its badge."""
        return _STATE_TONE.get(code, "")

    def outcome(self, code: str) -> str:
        """Word of how a difficulty is counted."""
        return labels.OUTCOME.get(code, code)

    def outcome_tone(self, code: str) -> str:
        """Tone of its badge."""
        return labels.TONE.get(code, "")

    def premises(self, code: str | None) -> str:
        """Word of 자가 or 임대."""
        return labels.PREMISES.get(code or "", "")

    def when(self, visit: VisitLine | Any) -> str:
        """The day of a visit, and the hour of a plan."""
        if visit.state == "DONE" and visit.visited_on:
            return dates.date_ko(visit.visited_on)
        return dates.datetime_ko(visit.planned_at) if visit.planned_at else ""

    def day(self, day: date | None) -> str:
        """A day as printed."""
        return dates.date_ko(day) if day else ""

    def day_of(self, moment: datetime) -> str:
        """The day of a moment as printed."""
        return dates.date_ko(clock.to_seoul(moment).date())

    def wall(self, moment: datetime | None) -> str:
        """The hour of a moment."""
        return f"{clock.to_seoul(moment):%H:%M}" if moment else ""

    def late(self, visit: VisitLine) -> bool:
        """Whether the day of a plan has passed without a journal."""
        planned = visit.planned_at
        passed = planned is not None and clock.to_seoul(planned).date() < clock.today()
        return visit.state == "PLANNED" and passed


async def look(ctx: Ctx) -> Look:
    """Return the city's words."""
    words = await cases.labels(ctx)
    return Look(list(words.categories.items()), words.all_categories)


class Staff(msgspec.Struct, frozen=True):
    """Who can go: those of the actor's department first, the others by department."""

    near: Options
    others: Groups


async def staff(ctx: Ctx) -> Staff:
    """Return the active officers as choices; `others` are grouped by their unit."""
    near: Options = []
    others: dict[str, Options] = {}
    for row, person in await list_officers(ctx):
        if row.state != "ACTIVE" or row.unit_id is None:
            continue
        if row.unit_id == ctx.me.unit_id or row.id == ctx.me.officer_id:
            near.append((str(row.id), str(person)))
        else:
            others.setdefault(row.unit_name or "", []).append((str(row.id), str(person)))
    near.sort(key=lambda choice: choice[0] != str(ctx.me.officer_id))
    return Staff(near, sorted(others.items()))


async def bodies(ctx: Ctx) -> Options:
    """Return the agencies that exist today, by name."""
    rows = await agencies.list_agencies(ctx, on=clock.today())
    return sorted(((str(a.id), a.name) for a in rows), key=lambda choice: choice[1])


async def associations(ctx: Ctx) -> Options:
    """Return the associations, ended ones too: the book of an earlier year names them."""
    rows = await agencies.list_agencies(ctx, kind="ASSOCIATION")
    return [(str(a.id), a.name) for a in rows]


async def addressees(ctx: Ctx) -> Groups:
    """Return whom a difficulty may be passed to: departments, then agencies to propose to."""
    units = sorted((u.name, f"{_NOTIFY}:{u.id}") for u in await list_units(ctx))
    rows = await agencies.list_agencies(ctx, on=clock.today())
    known = [a for a in rows if a.kind in _UPSTREAM] + [a for a in rows if a.kind not in _UPSTREAM]
    return [
        ("부서 (부서통보)", [(value, name) for name, value in units]),
        ("기관 (상급건의)", [(f"{_PROPOSE}:{a.id}", a.name) for a in known]),
    ]


def addressee(value: str) -> tuple[UUID | None, UUID | None]:
    """Return unit and agency of a chosen addressee; what is no id counts as not chosen."""
    kind, _, text = value.partition(":")
    try:
        found = UUID(text)
    except ValueError:
        return None, None
    return (found, None) if kind == _NOTIFY else (None, found) if kind == _PROPOSE else (None, None)


def addressee_of(unit_id: UUID | None, agency_id: UUID | None) -> str:
    """Return the value that stands for a stored addressee."""
    if unit_id is not None:
        return f"{_NOTIFY}:{unit_id}"
    return f"{_PROPOSE}:{agency_id}" if agency_id is not None else ""


async def contacts(ctx: Ctx, company_id: UUID | None) -> Options:
    """Return the contacts of a company as choices."""
    if company_id is None:
        return []
    people = await list_contacts(ctx, company_id)
    return [(str(p.id), f"{p.values.name} {p.values.title or ''}".strip()) for p in people]


def ids(text: str) -> list[UUID]:
    """Return the ids of ticked boxes; what is none is left out."""
    found = []
    for part in text.split(","):
        try:
            found.append(UUID(part.strip()))
        except ValueError:
            continue
    return found


def chosen_company(form: Form) -> UUID | None:
    """Return the company that was picked from what was found."""
    return next(iter(ids(form["company_id"])), None)


def rows_of(form: Form, group: str, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a grid in which something was written, every name present."""
    rows = [{name: row.get(name, "") for name in names} for row in form.rows(group)]
    return [row for row in rows if any(row[name] for name in names)]
