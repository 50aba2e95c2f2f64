"""A company closes, moves away, or works again: when, and why. Its cases and history stay."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.companies import queries as q
from sinmungo.companies.events import CompanyStateChanged
from sinmungo.companies.models import STATES
from sinmungo.companies.record import past_day, plain_text
from sinmungo.companies.service import SUBJECT, company_brief
from sinmungo.errors import StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.web.forms import Gather


class _Change(msgspec.Struct):
    state: str
    on: date
    reason: str | None


async def set_state(ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Change the state from the texts `state`, `state_on`, `state_reason`.

    The day may not lie ahead; closing and moving need a reason. Returns the new row version; raises
    `InvalidError`, `StaleError`, `MissingError`.
    """
    change = _understand(texts)
    await company_brief(ctx, company_id)
    touched = await ctx.db.run(
        q.SET_STATE,
        b_id=company_id,
        b_version=row_version,
        state=change.state,
        state_on=change.on,
        state_reason=change.reason,
    )
    if not touched:
        raise StaleError
    await emit(
        ctx,
        CompanyStateChanged(state=change.state),
        subject_kind=SUBJECT,
        subject_id=company_id,
        seq=row_version + 1,
        occurred_at=None if change.on == clock.today() else clock.at(change.on, "00:00"),
    )
    return row_version + 1


def _understand(texts: Mapping[str, str]) -> _Change:
    gather = Gather()
    state, typed = texts.get("state", ""), texts.get("state_on", "").strip()
    gather.need("state", state in STATES, "상태를 골라 주세요.")
    gather.need("state_on", typed, "날짜를 적어 주세요.")
    on = gather.take("state_on", past_day, typed, clock.today()) if typed else clock.today()
    reason = gather.take("state_reason", plain_text, texts.get("state_reason", ""), "")
    if state != "ACTIVE":
        gather.need("state_reason", reason, "사유를 적어 주세요.")
    gather.done()
    return _Change(state, on, reason or None)
