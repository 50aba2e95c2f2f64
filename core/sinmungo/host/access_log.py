"""Who did or saw what, when, from where: kept append-only, ids and addresses only.

The order on safety measures for personal data asks for these five things (domain.md, 6). Plugins do
not react to them, so that a broken plugin can lock nobody out.
"""

from uuid import UUID

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.models import access_log
from sinmungo_tenants import insert_into

_ADD = insert_into(access_log)


async def note_access(
    ctx: Ctx,
    act: str,
    *,
    subject_kind: str,
    subject_id: UUID | None = None,
    officer_id: UUID | None = None,
) -> None:
    """Write one line; who acts is `ctx.me` unless an officer is named (at sign-in)."""
    await ctx.db.run(
        _ADD,
        id=clock.uuid7(),
        at=clock.now(),
        officer_id=officer_id or ctx.me.officer_id,
        address=ctx.address,
        subject_kind=subject_kind,
        subject_id=subject_id,
        act=act,
    )
