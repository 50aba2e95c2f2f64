"""Which sessions one sees: all of the city's, those of one's units, or the expert's own (A6).

Three texts of each statement instead of one with switches, as with cases: the planner then sees no
OR it does not need, and an expert's text names nothing but the expert's own rows.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, or_, true

from sinmungo.experts.models import advice_requests, experts
from sinmungo.experts.permissions import READ, READ_ALL
from sinmungo.host.context import Ctx
from sinmungo_tenants import any_of
from sinmungo_tenants.statements import Read

_r = advice_requests.c
_ME = bindparam("scope_officer", type_=Uuid())
_MINE = or_(any_of(_r.unit_id, "scope_units", Uuid()), _r.officer_id == _ME)
_own = experts.alias("own_expert")
_OWN = exists().where(_own.c.id == _r.expert_id, _own.c.officer_id == _ME)


class Reached[T]:
    """A query in three texts; whoever may not read requests at all gets the expert's own."""

    def __init__(self, build: Callable[[ColumnElement[bool]], Read[T]]) -> None:
        self._all, self._mine, self._own = build(true()), build(_MINE), build(_OWN)

    def for_(self, ctx: Ctx) -> tuple[Read[T], dict[str, Any]]:
        """Return the text for this actor, and the parameters of the reach."""
        if ctx.me.may(READ_ALL):
            return self._all, {}
        me = {"scope_officer": ctx.me.officer_id}
        if ctx.me.may(READ):
            return self._mine, {"scope_units": list(ctx.me.scope_units), **me}
        return self._own, me

    async def all(self, ctx: Ctx, **params: Any) -> list[T]:
        """Return every row that the actor may see."""
        query, reach = self.for_(ctx)
        return await ctx.db.all(query, **params, **reach)

    async def own(self, ctx: Ctx, **params: Any) -> list[T]:
        """Return the actor's own sessions as an expert, whatever else the actor may see."""
        return await ctx.db.all(self._own, **params, scope_officer=ctx.me.officer_id)

    async def first(self, ctx: Ctx, **params: Any) -> T | None:
        """Return the first row that the actor may see, or None."""
        query, reach = self.for_(ctx)
        return await ctx.db.first(query, **params, **reach)
