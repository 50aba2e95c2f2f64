"""Who goes and whom they met: officers by id, others by agency and name, sealed."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.personal import seal, unseal
from sinmungo.people.service import list_officers
from sinmungo.text.normalise import clean
from sinmungo.visits import queries as q
from sinmungo.visits.types import Met, MetLine, Outsider, TeamLine


class Member(msgspec.Struct, frozen=True):
    """An officer of the team with the unit of today."""

    officer_id: UUID
    unit_id: UUID | None


async def members(ctx: Ctx, officers: Sequence[UUID] | None) -> list[Member]:
    """Return who is meant; None: the actor alone. `InvalidError` for one who does not work here."""
    if officers is None:
        mine = ctx.me.officer_id
        return [Member(mine, ctx.me.unit_id)] if mine else []
    wanted = list(dict.fromkeys(officers))
    if not wanted:
        raise InvalidError({"officers": "방문자를 한 명 이상 골라 주세요."})
    known = {o.id: o for o, _ in await list_officers(ctx) if o.state == "ACTIVE"}
    if not all(i in known for i in wanted):
        raise InvalidError({"officers": "방문자를 목록에서 골라 주세요."})
    return [Member(i, known[i].unit_id) for i in wanted]


async def check_agencies(ctx: Ctx, ids: Iterable[UUID | None], field: str) -> None:
    """Refuse an agency that is not known."""
    wanted = {i for i in ids if i is not None}
    if len(await agencies.agency_names(ctx, wanted)) < len(wanted):
        raise InvalidError({field: "기관을 목록에서 골라 주세요."})


def team_rows(
    ctx: Ctx, visit_id: UUID, team: Sequence[Member], outsiders: Sequence[Outsider], start: int = 0
) -> list[dict[str, Any]]:
    """Return the rows of a team: officers first, then those of other bodies."""
    rows: list[dict[str, Any]] = []
    for member in team:
        officer = {"officer_id": member.officer_id, "unit_id": member.unit_id}
        rows.append({"id": clock.uuid7(), **officer})
    for other in outsiders:
        if other.agency_id or clean(other.name):
            row_id = clock.uuid7()
            name = seal(ctx, "name", clean(other.name), "name", row_id)
            title = clean(other.title) or None
            rows.append({"id": row_id, "agency_id": other.agency_id, "title": title, **name})
    return [{"visit_id": visit_id, "position": start + n, **row} for n, row in enumerate(rows)]


def met_rows(ctx: Ctx, visit_id: UUID, met: Sequence[Met]) -> list[dict[str, Any]]:
    """Return the rows of the persons met; those without a name are left out."""
    rows: list[dict[str, Any]] = []
    for person in met:
        if not clean(person.name):
            continue
        row_id = clock.uuid7()
        rows.append(
            {
                "id": row_id,
                "visit_id": visit_id,
                "position": len(rows),
                "contact_id": person.contact_id,
                "title": clean(person.title) or None,
                **seal(ctx, "name", clean(person.name), "name", row_id),
            }
        )
    return rows


async def teams(ctx: Ctx, visit_ids: Iterable[UUID]) -> dict[UUID, list[TeamLine]]:
    """Return the teams of visits in one statement (none for an empty list), names opened."""
    wanted = list(set(visit_ids))
    found: dict[UUID, list[TeamLine]] = {i: [] for i in wanted}
    if wanted:
        for row in await ctx.db.all(q.TEAMS, visit_ids=wanted, on=clock.today()):
            found[row.visit_id].append(_line(ctx, row))
    return found


def _line(ctx: Ctx, row: q.TeamRow) -> TeamLine:
    if row.officer_id is not None:
        name = unseal(ctx, "name", row.officer_sealed, row.officer_id)
    else:
        name = unseal(ctx, "name", row.name_sealed, row.id)
    return TeamLine(
        officer_id=row.officer_id,
        agency_id=row.agency_id,
        name=name,
        title=(row.officer_post if row.officer_id else row.title) or "",
        body=(row.unit_name if row.officer_id else row.agency_name) or "",
    )


def shown(team: Sequence[TeamLine]) -> str:
    """Return a team in one short line: the first by name, the others as a number."""
    if not team:
        return ""
    first = f"{team[0].name or team[0].body} {team[0].title}".strip()
    return first if len(team) == 1 else f"{first} 외 {len(team) - 1}명"


def met_lines(ctx: Ctx, rows: Sequence[q.PersonRow]) -> list[MetLine]:
    """Return the persons met, opened."""
    return [
        MetLine(
            contact_id=row.contact_id,
            name=unseal(ctx, "name", row.name_sealed, row.id),
            title=row.title or "",
        )
        for row in rows
    ]
