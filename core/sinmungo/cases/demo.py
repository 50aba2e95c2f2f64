"""A living month for the demo: every case goes through the service, at the time it would have."""

import dataclasses
import random
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select

from sinmungo import clock
from sinmungo.agencies.service import list_agencies
from sinmungo.cases import service
from sinmungo.cases.models import cases
from sinmungo.cases.submission_types import Filing
from sinmungo.cases.types import Assignee, Intake, IntakeRow
from sinmungo.companies.models import companies
from sinmungo.deadlines import WorkCalendar
from sinmungo.host.context import Ctx
from sinmungo.host.types import Identity
from sinmungo.people.models import role_grants
from sinmungo_tenants import read

_WORDS = tomllib.loads((Path(__file__).parent / "demo_texts.toml").read_text("utf-8"))
TEXTS: dict[str, list[str]] = _WORDS["texts"]
ANSWERS: dict[str, list[str]] = _WORDS["answers"]
PROPOSALS: dict[str, Any] = _WORDS["proposals"]
UPSTREAM = ("MINISTRY", "OMBUDSMAN", "METRO_GOV")
MONTH = timedelta(days=30)
CHANNELS = ("HOTLINE",) * 8 + ("WALK_IN",) * 4 + ("FIELD_VISIT",) * 4 + ("FAX", "EMAIL", "TALK")
DISPOSITIONS = (
    ("ACCEPTED",) * 5
    + ("INFO_PROVIDED",) * 4
    + ("PARTIALLY_ACCEPTED",) * 2
    + ("NOT_ACCEPTED", "LONG_TERM_REVIEW", "SYSTEM_CHANGE_PROPOSED")
)
OPENS, CLOSES = 9, 18
CALLERS = ("오지안", "유세나", "임태오", "배소율", "권이현", "노아린", "신우람", "장은결")
UNIT_WORDS = {
    ("도로", "건설"): ("INFRA", "TRANSPORT"),
    ("고용", "일자리", "인력"): ("MANPOWER", "FOREIGN_WORKER", "LABOR"),
    ("허가", "산단", "공장"): ("FACTORY_PERMIT", "SITE"),
}
_COMPANIES = read(select(companies.c.id).order_by(companies.c.name_key), UUID)
_HOLDERS = read(
    select(role_grants.c.officer_id).where(
        role_grants.c.role == bindparam("role"), role_grants.c.revoked_at.is_(None)
    ),
    UUID,
)
_COUNT = read(select(func.count(cases.c.id).label("n")), int)


@dataclasses.dataclass(slots=True)
class _Desk:
    """What the generator needs of the city."""

    companies: list[UUID]
    assignees: Sequence[Assignee]
    intake: Identity
    calendar: WorkCalendar
    dice: random.Random


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Make `cases` difficulties over the last months, most in the current one; once only."""
    if await ctx.db.one(_COUNT):
        return
    dice = random.Random(f"cases {ctx.city.slug}")  # noqa: S311 - demo data, the same every time
    known = await ctx.db.all(_COMPANIES)
    assignees = await _units_of(ctx, "LEAD_OFFICER")
    clerks = await _units_of(ctx, "INTAKE_OFFICER")
    if not (known and assignees and clerks):
        return
    calendar = await service.city_calendar(ctx)
    desk = _Desk(known, assignees, _as(ctx, clerks[0]), calendar, dice)
    for moment in _moments(table.get("cases", 100), dice, _working_days(calendar)):
        await _one(ctx, desk, moment)
    await _waiting(ctx, dice)


async def _units_of(ctx: Ctx, role: str) -> list[Assignee]:
    """Return the units with only those of their officers who hold the role."""
    holders = set(await ctx.db.all(_HOLDERS, role=role))
    units = await service.assignees(ctx)
    for unit in units:
        unit.officers = [o for o in unit.officers if o.id in holders]
    return [u for u in units if u.officers]


def _as(ctx: Ctx, unit: Assignee, officer_id: UUID | None = None) -> Identity:
    every = frozenset(p.code for p in ctx.host.permissions(ctx.city))
    return Identity(
        kind="OFFICER",
        officer_id=officer_id or unit.officers[0].id,
        unit_id=unit.unit_id,
        unit_name=unit.unit_name,
        scope_units=frozenset({unit.unit_id}),
        permissions=every,
    )


def _working_days(calendar: WorkCalendar) -> list[date]:
    today = clock.today()
    days = [today - timedelta(days=n) for n in range(100)]
    return [d for d in reversed(days) if calendar.is_working_day(d)]


def _moments(count: int, dice: random.Random, days: list[date]) -> list[datetime]:
    recent = [d for d in days if (d.year, d.month) == (days[-1].year, days[-1].month)]
    now = clock.now()
    chosen = [dice.choice(recent if dice.random() < 0.6 else days) for _ in range(count)]  # noqa: PLR2004 - three in five are this month's
    times = [clock.at(d, f"{dice.choice((9, 10, 11, 13, 14, 15, 16)):02d}:00") for d in chosen]
    spread = [t + timedelta(minutes=dice.randrange(60)) for t in times]
    return sorted(t.astimezone(UTC) for t in spread if t < now)


async def _one(ctx: Ctx, desk: _Desk, moment: datetime) -> None:
    dice = desk.dice
    category = dice.choice(list(TEXTS))
    unit = _unit_for(desk.assignees, category, dice)
    officer = dice.choice(unit.officers)
    with clock.frozen(moment):
        made = await service.register(
            dataclasses.replace(ctx, me=desk.intake), _intake(desk, category)
        )
    case, version = made[0].id, made[0].row_version
    worker = dataclasses.replace(ctx, me=_as(ctx, unit, officer.id))
    moment = _at_work(desk, moment + timedelta(minutes=dice.randrange(10, 240)))
    if not _reached(moment, dice, 0.97):
        return
    with clock.frozen(moment):
        clerk = dataclasses.replace(ctx, me=desk.intake)
        version = (await service.assign(clerk, case, unit.unit_id, officer.id, version)).row_version
    moment = _at_work(desk, moment + timedelta(hours=dice.randrange(2, 30)))
    if not _reached(moment, dice, 0.95):
        return
    with clock.frozen(moment):
        version = (await service.start_review(worker, case, version)).row_version
    moment = _at_work(desk, moment + timedelta(hours=dice.randrange(20, 130)))
    if not _reached(moment, dice, 0.93):
        return
    with clock.frozen(moment):
        version = await _answer(worker, case, version, dice)
    moment = _at_work(desk, moment + timedelta(hours=dice.randrange(20, 100)))
    if _reached(moment, dice, 0.9):
        with clock.frozen(moment):
            await service.close(worker, case, "CONFIRMED", version)


def _at_work(desk: _Desk, moment: datetime) -> datetime:
    """Return the moment, or the next one at which somebody is at the desk."""
    local = clock.to_seoul(moment)
    hour = min(max(local.hour, OPENS), CLOSES - 1)
    day = local.date() + timedelta(days=1 if local.hour >= CLOSES else 0)
    while not desk.calendar.is_working_day(day):
        day += timedelta(days=1)
    if day != local.date():
        hour = OPENS + desk.dice.randrange(3)
    at = clock.at(day, f"{hour:02d}:{local.minute:02d}").astimezone(UTC)
    return max(at, moment) if day == local.date() else at


def _reached(moment: datetime, dice: random.Random, chance: float) -> bool:
    """Return whether a step was taken by now; what is old is nearly always done."""
    now = clock.now()
    old = now - moment > timedelta(days=12)
    return moment < now and dice.random() < (0.99 if old else chance)


def _intake(desk: _Desk, category: str) -> Intake:
    dice = desk.dice
    return Intake(
        company_id=dice.choice(desk.companies),
        channel=dice.choice(CHANNELS),
        caller=dice.choice(CALLERS),
        phone=f"010-{dice.randrange(2000, 5000)}-{dice.randrange(1000, 9999)}",
        priority="HIGH" if dice.random() < 0.06 else "NORMAL",  # noqa: PLR2004 - a few are urgent
        rows=[IntakeRow(category=category, content=dice.choice(TEXTS[category]))],
    )


async def _answer(ctx: Ctx, case: UUID, version: int, dice: random.Random) -> int:
    disposition = dice.choice(DISPOSITIONS)
    planned = disposition in {"ACCEPTED", "PARTIALLY_ACCEPTED"}
    implementation = dice.choice(("DONE", "PLANNED")) if planned else "NOT_NEEDED"
    text = dice.choice(ANSWERS[disposition])
    if disposition == "SYSTEM_CHANGE_PROPOSED":
        return await _propose(ctx, case, version, dice, text)
    done = await service.answer(ctx, case, disposition, implementation, text, version)
    return done.row_version


async def _propose(ctx: Ctx, case: UUID, version: int, dice: random.Random, text: str) -> int:
    """Propose the case's matter upstream and answer with it; some of it has its reply."""
    known = [a for a in await list_agencies(ctx, on=clock.today()) if a.kind in UPSTREAM]
    if not known:
        done = await service.answer(
            ctx, case, "SYSTEM_CHANGE_PROPOSED", "IN_PROGRESS", text, version
        )
        return done.row_version
    day, gist = clock.today(), dice.choice(PROPOSALS["gists"])
    made = await service.propose(
        ctx, case, dice.choice(known).id, gist, day, version, due_on=day + MONTH, answer=text
    )
    if dice.random() < 0.5:  # noqa: PLR2004 - half of them have their reply
        outcome = dice.choice(tuple(PROPOSALS["replies"]))
        reply = PROPOSALS["replies"][outcome]
        await service.reply_proposal(ctx, made.proposal_id, outcome, reply, day, 1)
        return made.row_version + 1
    return made.row_version


def _unit_for(assignees: Sequence[Assignee], category: str, dice: random.Random) -> Assignee:
    for words, categories in UNIT_WORDS.items():
        fitting = [a for a in assignees if any(w in a.unit_name for w in words)]
        if category in categories and fitting:
            return dice.choice(fitting)
    return dice.choice(_general(assignees))


def _general(assignees: Sequence[Assignee]) -> list[Assignee]:
    """Return the units whose names speak of no field of their own: those that help companies."""
    special = [word for words in UNIT_WORDS for word in words]
    found = [a for a in assignees if not any(w in a.unit_name for w in special)]
    return found or list(assignees)


async def _waiting(ctx: Ctx, dice: random.Random) -> None:
    names = ("새봄산업", "㈜푸른기계", "한결푸드")
    for number, name in enumerate(names):
        category = dice.choice(list(TEXTS))
        filing = Filing(
            company_name=name,
            caller=CALLERS[number],
            phone=f"010-3{number}45-67{number}8",
            category=category,
            content=dice.choice(TEXTS[category]),
            consent=True,
        )
        with clock.frozen(clock.now() - timedelta(hours=2 * number + 1)):
            await service.file(_from_elsewhere(ctx, number), filing)


def _from_elsewhere(ctx: Ctx, number: int) -> Ctx:
    """Return the unit of work as seen from another address, so that no filing limit is hit."""
    return dataclasses.replace(ctx, address=f"192.0.2.{number + 1}")
