"""Whose journals one sees: those of one's units and those one took part in, or all of the city's.

Visits are few (hundreds a year), so one text with a switch does for both.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Uuid, bindparam, or_, select

from sinmungo.host.context import Ctx
from sinmungo.visits.models import visit_team, visits
from sinmungo.visits.permissions import READ_ALL
from sinmungo_tenants import any_of

_ME = bindparam("scope_officer", type_=Uuid())
IN_TEAM = (
    select(visit_team.c.id)
    .where(visit_team.c.visit_id == visits.c.id, visit_team.c.officer_id == _ME)
    .exists()
)
VISIBLE: ColumnElement[bool] = or_(
    bindparam("scope_all", type_=Boolean()),
    any_of(visits.c.unit_id, "scope_units", Uuid()),
    visits.c.officer_id == _ME,
    IN_TEAM,
)


def scope(ctx: Ctx) -> dict[str, Any]:
    """Return the parameters of `VISIBLE` for this actor."""
    return {
        "scope_all": ctx.me.may(READ_ALL),
        "scope_units": list(ctx.me.scope_units),
        "scope_officer": ctx.me.officer_id,
    }
