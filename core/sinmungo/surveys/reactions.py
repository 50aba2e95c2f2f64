"""How the survey hears of an answer: in its transaction it only asks the worker for a mail."""

from sinmungo.cases.events import CaseAnswered
from sinmungo.host.context import Ctx
from sinmungo.host.types import Reaction
from sinmungo.jobs import outbox
from sinmungo.surveys import queries as q
from sinmungo.surveys.asking import ASK


async def _answered(ctx: Ctx, event: CaseAnswered) -> None:
    """Ask for the survey of an answered case whose caller left a mail address."""
    found = await ctx.db.first(q.WITH_MAIL, id=event.case_id)
    if found is not None:
        await outbox.put(ctx, ASK, event.case_id)


REACTIONS = (Reaction(CaseAnswered, _answered),)
