"""A company closes, moves away, moves in, or works again: when, and why. Its cases stay.

Every change is kept with its day; the company's own columns hold the one of the latest day, so that
a change learnt late does not undo a later one.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.companies import kept_queries as kept
from sinmungo.companies import queries as q
from sinmungo.companies.events import CompanyStateChanged
from sinmungo.companies.kept_queries import StateRow
from sinmungo.companies.models import CHANGES, STATES
from sinmungo.companies.record import past_day, plain_text
from sinmungo.companies.service import SUBJECT, MergedError, record
from sinmungo.errors import StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.web.forms import Gather

_MEANT = {"ACTIVE": "REOPENED"}
_STATE_AFTER = {"MOVED_IN": "ACTIVE", "REOPENED": "ACTIVE", "CLOSED": "CLOSED", "MOVED": "MOVED"}
_NEEDS_REASON = frozenset({"CLOSED", "MOVED"})


class _Change(msgspec.Struct):
    change: str
    on: date
    reason: str | None

    @property
    def state(self) -> str:
        return _STATE_AFTER[self.change]


async def list_states(ctx: Ctx, company_id: UUID) -> list[StateRow]:
    """Return what happened to a company, the latest day first."""
    return await ctx.db.all(kept.STATES, company_id=company_id)


async def set_state(ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Write down a change from the texts `state`, `state_on`, `state_reason`.

    `state` is one of CHANGES, or a state (ACTIVE means that the company works again). The day may
    not lie ahead; closing and moving away need a reason. Returns the new row version; raises
    `InvalidError`, `StaleError`, `MissingError`.
    """
    change = _understand(texts)
    old = await record(ctx, company_id)
    if old.merged_into is not None:
        raise MergedError
    await _write(ctx, company_id, change, row_version, late=_is_late(old.state_on, change.on))
    await ctx.db.run(
        kept.ADD_STATE,
        id=clock.uuid7(),
        company_id=company_id,
        change=change.change,
        day=change.on,
        reason=change.reason,
        recorded_at=clock.now(),
        recorded_by=ctx.me.officer_id,
    )
    await emit(
        ctx,
        CompanyStateChanged(state=change.state, change=change.change),
        subject_kind=SUBJECT,
        subject_id=company_id,
        seq=row_version + 1,
        occurred_at=None if change.on == clock.today() else clock.at(change.on, "00:00"),
    )
    return row_version + 1


def _is_late(known: date | None, on: date) -> bool:
    """Whether something of a later day is known already."""
    return known is not None and on < known


async def _write(
    ctx: Ctx, company_id: UUID, change: _Change, row_version: int, *, late: bool
) -> None:
    at = {"b_id": company_id, "b_version": row_version}
    if late:
        touched = await ctx.db.run(q.TOUCH, **at)
    else:
        values = {"state": change.state, "state_on": change.on, "state_reason": change.reason}
        touched = await ctx.db.run(q.SET_STATE, **at, **values)
    if not touched:
        raise StaleError


def _understand(texts: Mapping[str, str]) -> _Change:
    gather = Gather()
    given, typed = texts.get("state", ""), texts.get("state_on", "").strip()
    change = _MEANT.get(given, given)
    gather.need("state", given in STATES or given in CHANGES, "상태를 골라 주세요.")
    gather.need("state_on", typed, "날짜를 적어 주세요.")
    on = gather.take("state_on", past_day, typed, clock.today()) if typed else clock.today()
    reason = gather.take("state_reason", plain_text, texts.get("state_reason", ""), "")
    if change in _NEEDS_REASON:
        gather.need("state_reason", reason, "사유를 적어 주세요.")
    gather.done()
    return _Change(change, on, reason or None)
