"""A plugin's rule of retention that fails stops no other: its fault is kept, the rest goes on."""

from collections.abc import Awaitable, Callable

from sinmungo.host.context import Ctx
from sinmungo.host.host import isolated
from sinmungo.host.types import RetentionRule

RULE_SECONDS = 20.0


async def apart[T](ctx: Ctx, rule: RetentionRule, act: Callable[[], Awaitable[T]]) -> T | None:
    """Do something with a rule; None if it is a plugin's and failed. Core's errors are raised."""
    owner = ctx.host.owner(rule.code)
    if owner is None:
        return await act()
    return await isolated(ctx, owner, f"retention {rule.code}", act, RULE_SECONDS)
