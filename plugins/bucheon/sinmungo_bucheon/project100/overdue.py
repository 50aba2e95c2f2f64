"""B4: the companies that nobody contacted in a period, for a quarter that is over or runs."""

from uuid import UUID

import msgspec

from sinmungo.sdk import Ctx, clock
from sinmungo_bucheon.project100 import board
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.cadence import Period, period_of, read_token
from sinmungo_bucheon.project100.rounds import cycle

CHOICES = 8


class Owing(msgspec.Struct, frozen=True):
    """Who was not contacted in a period, out of `obliged` companies that had to be."""

    period: Period
    obliged: int
    members: list[board.Member]

    @property
    def over(self) -> bool:
        """Whether the period has ended, so that each of them is late."""
        return self.period.end < clock.today()

    @property
    def contacted(self) -> int:
        """How many were contacted."""
        return self.obliged - len(self.members)


async def owing(ctx: Ctx, period: Period, officer_id: UUID | None = None) -> Owing:
    """Return the companies not contacted in a period, the longest forgotten first."""
    given = {
        "latest_start": min(period.latest_start, clock.today()),
        "end": period.end,
        "officer_id": officer_id,
    }
    rows = await ctx.db.all(q.OWING, start=period.start, **given)
    obliged = await ctx.db.one(q.OBLIGED, **given)
    found = await board.with_officers(ctx, rows)
    return Owing(period, obliged, sorted(found, key=_forgotten))


async def period_named(ctx: Ctx, token: str) -> Period:
    """Return the period of a token ("2026-10"), the present one when it names none."""
    months = await cycle(ctx)
    return read_token(token, months) or period_of(clock.today(), months)


async def periods(ctx: Ctx) -> list[Period]:
    """Return the present period and those before it, the latest first."""
    found = [period_of(clock.today(), await cycle(ctx))]
    while len(found) < CHOICES:
        found.append(found[-1].before)
    return found


def _forgotten(member: board.Member) -> tuple[str, int]:
    row = member.row
    return str(row.last_contact_on or row.active_on or ""), row.apply_no
