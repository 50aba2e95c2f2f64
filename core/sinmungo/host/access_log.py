"""Who did or saw what, when, from where: kept append-only, ids and addresses only.

The order on safety measures for personal data asks for these five things (domain.md, 6). Plugins do
not react to them, so that a broken plugin can lock nobody out.
"""

from uuid import UUID

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.models import access_log, downloads
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean
from sinmungo_tenants import insert_into

_MAX_REASON = 200
_ADD = insert_into(access_log)
_ADD_DOWNLOAD = insert_into(downloads)


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


def download_reason(reason: str) -> str:
    """Return why a list is taken away; InvalidError ("reason") when nothing is said."""
    line = clean(reason)
    if not line:
        raise InvalidError({"reason": "내려받는 까닭을 적어 주세요."})
    if len(line) > _MAX_REASON or resident_number_at(line):
        raise InvalidError({"reason": f"주민등록번호 없이 {_MAX_REASON}자까지 적어 주세요."})
    return line


async def note_download(ctx: Ctx, what: str, reason: str, row_count: int) -> None:
    """Write down that a list with personal values was taken away, and why.

    `what` names the list ("cases.received"); `reason` is what the person gave, cleaned.
    """
    await note_access(ctx, "DOWNLOAD", subject_kind=what)
    await ctx.db.run(
        _ADD_DOWNLOAD,
        id=clock.uuid7(),
        at=clock.now(),
        officer_id=ctx.me.officer_id,
        what=what,
        reason=reason,
        row_count=row_count,
    )
