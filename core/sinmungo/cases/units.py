"""Departments and officers to whom a case can be given."""

from uuid import UUID

from sinmungo import clock
from sinmungo.cases import unit_queries as q
from sinmungo.cases.types import Assignee
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.people.service import Person


async def check_assignee(ctx: Ctx, unit_id: UUID, officer_id: UUID | None) -> None:
    """Refuse a unit that does not exist today, or an officer who does not work there.

    The officer's post may be in the unit itself, in one of its teams, or in the department the
    team belongs to. Raises InvalidError for `lead_unit_id` or `officer_id`.
    """
    found = await ctx.db.first(q.ASSIGNEE, unit_id=unit_id, officer_id=officer_id, on=clock.today())
    if found is None:
        raise InvalidError({"lead_unit_id": "주관부서를 목록에서 골라 주세요."})
    if officer_id is not None and not found.fits:
        raise InvalidError({"officer_id": "고른 부서에서 일하는 담당자가 아닙니다."})


async def assignees(ctx: Ctx) -> list[Assignee]:
    """Return the units that exist today with the officers who hold a post there."""
    found: dict[UUID, Assignee] = {}
    for row in await ctx.db.all(q.ASSIGNEES, on=clock.today()):
        unit = found.setdefault(
            row.unit_id, Assignee(unit_id=row.unit_id, unit_name=row.unit_name, officers=[])
        )
        if row.officer_id is not None:
            name = unseal(ctx, "name", row.name_sealed, row.officer_id)
            unit.officers.append(Person(row.officer_id, name, row.title or ""))
    return list(found.values())
