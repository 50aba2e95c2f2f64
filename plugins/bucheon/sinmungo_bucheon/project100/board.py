"""What screens and API show of the project: rows with the officers' names, in a useful order."""

import re
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from sinmungo.sdk import (
    Ctx,
    MissingError,
    Person,
    clock,
    company_key,
    datetime_ko,
    people_by_id,
    timeline,
)
from sinmungo_bucheon.project100 import cadence
from sinmungo_bucheon.project100 import contact_queries as cq
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.models import ACTIVE, END_REASONS, METHODS, STATUSES, WAITING
from sinmungo_bucheon.project100.rounds import cycle, list_rounds, round_of, seats_of
from sinmungo_bucheon.project100.rules import Seats

TONES = {ACTIVE: "success", WAITING: "warning"}
STATE_TONES = {"LATE": "danger", "SOON": "warning", "DUE": "info", "DONE": "success"}
_ORDER = (ACTIVE, WAITING)
_LEGAL_FORM = re.compile(r"㈜|\(주\)|주식회사|\(유\)|유한회사")
EVERYONE = 10_000


class Member(msgspec.Struct, frozen=True):
    """A company in a round as screens show it; `officer` is "이름 직위".

    `due_on` is the day by which it has to be contacted and `state` a code of `cadence.STATES`; a
    company that is not looked after now has neither.
    """

    row: q.EnrolmentRow
    officer: str
    due_on: date | None = None
    state: cadence.State | None = None

    @property
    def state_title(self) -> str:
        """How the company stands with its contacts, in words."""
        return cadence.STATES[self.state] if self.state else ""

    @property
    def state_tone(self) -> str:
        """The colour of that."""
        return STATE_TONES[self.state] if self.state else ""

    @property
    def short_name(self) -> str:
        """The company's name without its legal form, where there is little room."""
        return _LEGAL_FORM.sub("", self.row.company_name).strip() or self.row.company_name

    @property
    def status(self) -> str:
        """The status in words, with the place of one that waits."""
        title = STATUSES[self.row.status]
        return f"{title} {self.row.waits_at}번" if self.row.waits_at else title

    @property
    def tone(self) -> str:
        """The colour of the status."""
        return TONES.get(self.row.status, "")

    @property
    def end_reason(self) -> str:
        """Why it ended, in words."""
        return END_REASONS.get(self.row.end_reason or "", "")


class Board(msgspec.Struct, frozen=True):
    """A round with those of its companies that were asked for.

    `states` counts the companies looked after by state, before `state` chose among them.
    """

    of: q.RoundRow
    seats: Seats
    counts: dict[str, int]
    states: dict[str, int]
    members: list[Member]
    next_up: q.EnrolmentRow | None
    months: int


class Tenure(msgspec.Struct, frozen=True):
    """A time during which an officer looked after a company."""

    officer: str
    valid_from: date
    valid_to: date | None
    reason: str


class Entry(msgspec.Struct, frozen=True):
    """A line of the history."""

    at: str
    title: str
    who: str
    text: str = ""


class Contact(msgspec.Struct, frozen=True):
    """A contact as screens show it; `officer` is "이름 직위" of who made it."""

    row: cq.ContactRow
    officer: str

    @property
    def method(self) -> str:
        """How, in words."""
        return METHODS[self.row.method]

    @property
    def met(self) -> str:
        """With whom, the name masked."""
        return " ".join(part for part in (self.row.met_mask, self.row.met_title) if part)


class Detail(msgspec.Struct, frozen=True):
    """Everything about a company in a round."""

    member: Member
    of: q.RoundRow
    seats: Seats
    tenures: list[Tenure]
    contacts: list[Contact]
    cases: list[q.SignalRow]
    history: list[Entry]


async def current_round(ctx: Ctx, round_id: UUID | None) -> q.RoundRow | None:
    """Return the round asked for, else the latest open one, else the latest."""
    if round_id is not None:
        return await round_of(ctx, round_id)
    found = await list_rounds(ctx)
    return next((r for r in found if r.closed_on is None), found[0] if found else None)


async def members(
    ctx: Ctx,
    of: q.RoundRow,
    *,
    status: str | None = None,
    officer_id: UUID | None = None,
    after: int = 0,
    limit: int = EVERYONE,
) -> list[Member]:
    """Return companies of a round in the order of application, `after` an application number."""
    rows = await ctx.db.all(
        q.PAGE, round_id=of.id, status=status, officer_id=officer_id, after=after, limit=limit
    )
    return await with_officers(ctx, rows)


async def with_officers(ctx: Ctx, rows: Sequence[q.EnrolmentRow]) -> list[Member]:
    """Return rows with their officers' names and the days by which to contact them."""
    people = await people_by_id(ctx, [r.officer_id for r in rows])
    months = await cycle(ctx)
    return [_member(r, people, months) for r in rows]


async def board(
    ctx: Ctx,
    of: q.RoundRow,
    *,
    status: str | None,
    officer_id: UUID | None,
    state: str | None = None,
) -> Board:
    """Return a round for the screen: those looked after by name, then the waiting list."""
    now, counts = await seats_of(ctx, of)
    found = await members(ctx, of, status=status, officer_id=officer_id)
    states: dict[str, int] = {code: sum(m.state == code for m in found) for code in cadence.STATES}
    if state:
        found = [m for m in found if m.state == state]
    waits = now.free and now.waiting and of.closed_on is None
    first = None
    if waits:
        first = await ctx.db.first(q.FIRST_WAITING, round_id=of.id)
    members_ = sorted(found, key=_place)
    return Board(of, now, counts, states, members_, first, await cycle(ctx))


def _place(member: Member) -> tuple[int, int, str, int]:
    row = member.row
    group = _ORDER.index(row.status) if row.status in _ORDER else len(_ORDER)
    return group, row.waits_at, *by_name(member)


def by_name(member: Member) -> tuple[str, int]:
    """Sort companies by name, whatever the legal form before it."""
    return company_key(member.row.company_name), member.row.apply_no


async def detail(ctx: Ctx, enrolment_id: UUID) -> Detail:
    """Return a company with its officers, cases and history; `MissingError` if there is none."""
    row = await ctx.db.first(q.ENROLMENT, id=enrolment_id)
    if row is None:
        raise MissingError
    of = await round_of(ctx, row.round_id)
    now, _ = await seats_of(ctx, of)
    dedications = await ctx.db.all(q.DEDICATIONS, enrolment_id=row.id)
    events = await timeline(ctx, row.id)
    met = await ctx.db.all(cq.OF_ENROLMENT, enrolment_id=row.id)
    ids = [d.officer_id for d in dedications] + [e.actor_id for e in events]
    ids += [c.officer_id for c in met]
    people = await people_by_id(ctx, ids)
    return Detail(
        member=_member(row, people, await cycle(ctx)),
        of=of,
        seats=now,
        tenures=[
            Tenure(_name(people, d.officer_id), d.valid_from, d.valid_to, d.reason or "")
            for d in dedications
        ],
        contacts=[Contact(c, _name(people, c.officer_id)) for c in met],
        cases=await ctx.db.all(q.SIGNALS, enrolment_id=row.id),
        history=[
            Entry(
                datetime_ko(e.occurred_at),
                ctx.host.event_types[e.kind].title,
                _name(people, e.actor_id),
                _what(e.payload, people),
            )
            for e in reversed(events)
        ],
    )


async def member(ctx: Ctx, enrolment_id: UUID) -> Member:
    """Return one company of a round; `MissingError` if there is none."""
    row = await ctx.db.first(q.ENROLMENT, id=enrolment_id)
    if row is None:
        raise MissingError
    return (await with_officers(ctx, [row]))[0]


async def of_company(ctx: Ctx, company_id: UUID) -> list[Member]:
    """Return a company's part in every round, the latest first."""
    rows = await ctx.db.all(q.OF_COMPANY, company_id=company_id)
    return await with_officers(ctx, rows)


async def contacts_between(ctx: Ctx, first: date, last: date) -> list[Contact]:
    """Return the contacts of some days, the earliest first; those taken back are left out."""
    rows = await ctx.db.all(cq.BETWEEN, start=first, end=last)
    people = await people_by_id(ctx, [r.officer_id for r in rows])
    return [Contact(r, _name(people, r.officer_id)) for r in rows]


async def contacts_of(ctx: Ctx, enrolment_id: UUID) -> list[Contact]:
    """Return every contact with a company, the latest first; those taken back too."""
    rows = await ctx.db.all(cq.OF_ENROLMENT, enrolment_id=enrolment_id)
    people = await people_by_id(ctx, [r.officer_id for r in rows])
    return [Contact(r, _name(people, r.officer_id)) for r in rows]


async def loads(ctx: Ctx) -> dict[UUID, int]:
    """Return how many companies each dedicated officer looks after now."""
    return {row.officer_id: row.count for row in await ctx.db.all(q.LOADS)}


def round_title(of: q.RoundRow) -> str:
    """Return a round's name for a list, with what tells it apart."""
    return f"{of.name} (마감)" if of.closed_on else of.name


def _member(row: q.EnrolmentRow, people: dict[UUID, Person], months: int) -> Member:
    officer = _name(people, row.officer_id)
    if row.status != ACTIVE or row.active_on is None:
        return Member(row, officer)
    due = cadence.due_on(row.active_on, row.last_contact_on, months)
    state = cadence.state_of(due, row.last_contact_on, clock.today(), months)
    return Member(row, officer, due, state)


def _name(people: dict[UUID, Person], officer_id: UUID | None) -> str:
    return str(people[officer_id]) if officer_id in people else ""


def _what(payload: dict[str, object], people: dict[UUID, Person]) -> str:
    if "reason" in payload:
        return END_REASONS.get(str(payload["reason"]), "")
    names = [
        _name(people, UUID(str(payload[key])))
        for key in ("former_id", "officer_id")
        if key in payload
    ]
    return "전담관 " + " → ".join(names) if names else ""
