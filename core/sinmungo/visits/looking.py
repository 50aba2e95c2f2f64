"""One visit as officers read it, its history, and where a case was found."""

from typing import Any
from uuid import UUID

import msgspec

from sinmungo.errors import MissingError
from sinmungo.forms import service as forms
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import EventRow, timeline
from sinmungo.people.service import people_by_id
from sinmungo.visits import extra
from sinmungo.visits import queries as q
from sinmungo.visits.events import EVENTS
from sinmungo.visits.labels import OUTCOME
from sinmungo.visits.permissions import RECORD
from sinmungo.visits.scope import scope
from sinmungo.visits.team import met_lines, teams
from sinmungo.visits.types import ItemLine, TeamLine, VisitDetail

_ACTS = {
    "PLANNED": ("move", "cancel", "record"),
    "DONE": ("amend", "classify"),
    "CANCELLED": (),
}
_TITLES = {event.kind: event.title for event in EVENTS}


class Entry(msgspec.Struct, frozen=True):
    """One line of a visit's history."""

    occurred_at: Any
    recorded_at: Any
    kind: str
    title: str
    who: str
    text: str


async def detail(ctx: Ctx, visit_id: UUID) -> VisitDetail:
    """Return a journal with opened names and write down who looked; five statements.

    Raises MissingError for a visit that is not there or outside one's scope.
    """
    row = await ctx.db.first(q.DETAIL, id=visit_id, **scope(ctx))
    if row is None:
        raise MissingError
    met = await ctx.db.all(q.PEOPLE, visit_id=visit_id)
    items = await ctx.db.all(q.ITEMS, visit_id=visit_id)
    team = (await teams(ctx, [visit_id]))[visit_id]
    answers = await extra.answers(ctx, visit_id)
    if met or any(answer.personal for answer in answers):
        await note_access(ctx, "VIEW", subject_kind=q.SUBJECT, subject_id=visit_id)
    return VisitDetail(
        **msgspec.structs.asdict(row),
        extra=forms.values(answers),
        answers=answers,
        team=team,
        people=met_lines(ctx, met),
        items=[ItemLine(**msgspec.structs.asdict(item)) for item in items],
        acts=_acts(ctx, row.state, team),
    )


def _acts(ctx: Ctx, state: str, team: list[TeamLine]) -> tuple[str, ...]:
    if not ctx.me.may(RECORD):
        return ()
    me = ctx.me.officer_id
    joins = state == "PLANNED" and me is not None and all(one.officer_id != me for one in team)
    return (*_ACTS[state], "join") if joins else _ACTS[state]


async def history(ctx: Ctx, visit_id: UUID) -> list[Entry]:
    """Return what happened to a visit, newest first; MissingError outside one's scope."""
    if await ctx.db.first(q.BRIEF, id=visit_id, **scope(ctx)) is None:
        raise MissingError
    rows = await timeline(ctx, visit_id)
    people = await people_by_id(ctx, [row.actor_id for row in rows])
    return [
        Entry(
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            kind=row.kind,
            title=_TITLES.get(row.kind, row.kind),
            who=str(people[row.actor_id]) if row.actor_id in people else "",
            text=_text(row),
        )
        for row in reversed(rows)
    ]


def _text(row: EventRow) -> str:
    given = row.payload
    match row.kind:
        case "visits.item_found":
            return _outcome(given["outcome"])
        case "visits.item_reclassified":
            return f"{_outcome(given['old'])} → {_outcome(given['outcome'])}"
        case "visits.recorded":
            return f"애로 {given['items']}건"
    return ""


def _outcome(code: object) -> str:
    return OUTCOME.get(str(code), str(code))


async def need_visible(ctx: Ctx, visit_id: UUID) -> None:
    """Raise MissingError for a visit that is not there or outside one's scope."""
    if await ctx.db.first(q.BRIEF, id=visit_id, **scope(ctx)) is None:
        raise MissingError


async def found_at(ctx: Ctx, case_id: UUID) -> q.FoundAt | None:
    """Return the visit at which a case was found, None if it was not found at one."""
    return await ctx.db.first(q.OF_CASE, id=case_id)
