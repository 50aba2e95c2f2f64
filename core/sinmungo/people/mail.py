"""Mail to one's own officers: only to the address they gave, and never about a person."""

from collections.abc import Sequence
from uuid import UUID

from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.jobs import mail
from sinmungo.people import queries as q


async def mail_officer(ctx: Ctx, officer_id: UUID, subject: str, lines: Sequence[str]) -> bool:
    """Mail an officer at work here; False when there is no address to write to.

    For jobs, after commit: raises MailNotSentError when the server does not take it.
    """
    found = await ctx.db.first(q.ACCOUNT, id=officer_id)
    if found is None or found.state != "ACTIVE" or found.email_sealed is None:
        return False
    head = f"[{ctx.city.name} {ctx.city.service_name}]"
    to = unseal(ctx, "email", found.email_sealed, found.id)
    await mail.send(ctx, to, f"{head} {subject}", "\n".join([head, *lines, ""]))
    return True


async def has_address(ctx: Ctx, officer_id: UUID) -> bool:
    """Whether an officer can be reached by mail."""
    found = await ctx.db.first(q.ACCOUNT, id=officer_id)
    return found is not None and found.email_sealed is not None
