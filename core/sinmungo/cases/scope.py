"""Which cases one sees: all of the city's, or those of one's units and one's own (DESIGN).

Two texts of each statement instead of one with a switch: the planner then sees no OR it does not
need.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, or_, true

from sinmungo.cases.models import cases
from sinmungo.cases.permissions import READ_ALL
from sinmungo.host.context import Ctx
from sinmungo_tenants import any_of
from sinmungo_tenants.statements import Read

_MINE = or_(
    any_of(cases.c.lead_unit_id, "scope_units", Uuid()),
    cases.c.officer_id == bindparam("scope_officer", type_=Uuid()),
)


class Scoped[T]:
    """A query in two texts: `build(condition)` for everything and for one's own scope.

    `takes_scope` False: the condition of the query is narrower than any scope, so one text does.
    """

    def __init__(
        self, build: Callable[[ColumnElement[bool]], Read[T]], *, takes_scope: bool = True
    ) -> None:
        self._everything = build(true())
        self._own = build(_MINE) if takes_scope else self._everything
        self._takes_scope = takes_scope

    def for_(self, ctx: Ctx) -> tuple[Read[T], dict[str, Any]]:
        """Return the text for this actor, and the parameters of the scope."""
        if not self._takes_scope or ctx.me.may(READ_ALL):
            return self._everything, {}
        return self._own, {
            "scope_units": list(ctx.me.scope_units),
            "scope_officer": ctx.me.officer_id,
        }

    async def all(self, ctx: Ctx, **params: Any) -> list[T]:
        """Return every row that the actor may see."""
        query, scope = self.for_(ctx)
        return await ctx.db.all(query, **params, **scope)

    async def first(self, ctx: Ctx, **params: Any) -> T | None:
        """Return the first row that the actor may see, or None."""
        query, scope = self.for_(ctx)
        return await ctx.db.first(query, **params, **scope)
