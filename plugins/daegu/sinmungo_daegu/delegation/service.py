"""What the delegation did: rounds, three groups that sum to the total, and what went to ministries.

J1: received = accepted on site + under review + proposed to ministries + not yet classed, of any
period, cooperative and day, because all of it is read from core's ledger as of that day.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from sinmungo.sdk import Ctx, ProposalRow, clock, list_agencies, proposals_of, visits

KIND = "JOINT_DELEGATION"
GROUPS = {
    "on_site": ("현장수용", "ON_SITE"),
    "review": ("검토", "REVIEW"),
    "proposed": ("중앙부처 건의", "PROPOSED"),
    "unclassed": ("미분류", "UNCLASSED"),
}
_MANY = 10_000


class Asked(msgspec.Struct, kw_only=True):
    """Which rounds: of a period (both days counted), of a cooperative, as known on a day."""

    first: date | None = None
    last: date | None = None
    agency_id: UUID | None = None
    as_of: date | None = None

    def query(self) -> visits.LedgerQuery:
        """Return the same as core's ledger asks for it."""
        return visits.LedgerQuery(
            first=self.first,
            last=self.last,
            kind=KIND,
            agency_id=self.agency_id,
            as_of=self.as_of,
        )


class Group(msgspec.Struct, kw_only=True):
    """One of the groups. `share` is a percentage of what was received, None of nothing."""

    code: str
    title: str
    outcome: str
    count: int
    share: Decimal | None


class Round(msgspec.Struct, kw_only=True):
    """One round: a visit, numbered by day from 1."""

    number: int
    visit: visits.BookedVisit


class Sent(msgspec.Struct, kw_only=True):
    """A difficulty that was proposed to a ministry; `proposal` None: outside one's scope."""

    item: visits.BookedItem
    proposal: ProposalRow | None


class Delegation(msgspec.Struct, kw_only=True):
    """The delegation's figures and the rows they are made of, as of a day."""

    as_of: date
    rounds: list[Round]
    companies: int
    received: int
    groups: list[Group]
    sent: list[Sent]


class Cooperative(msgspec.Struct, kw_only=True):
    """A cooperative (조합) with what its members told."""

    id: UUID
    name: str
    rounds: int
    received: int


async def delegation(ctx: Ctx, asked: Asked) -> Delegation:
    """Return the figures of the rounds that the actor may see."""
    query = asked.query()
    total = (await visits.ledger(ctx, query)).total
    rows = (await visits.visits_behind(ctx, query, size=_MANY)).items
    return Delegation(
        as_of=asked.as_of or clock.today(),
        rounds=[Round(number=n, visit=v) for n, v in enumerate(reversed(rows), start=1)],
        companies=total.companies,
        received=total.received,
        groups=_groups(total),
        sent=await _sent(ctx, query),
    )


def _groups(total: visits.LedgerLine) -> list[Group]:
    return [
        Group(
            code=code,
            title=title,
            outcome=outcome,
            count=getattr(total, code),
            share=total.shares[code],
        )
        for code, (title, outcome) in GROUPS.items()
    ]


async def _sent(ctx: Ctx, query: visits.LedgerQuery) -> list[Sent]:
    found = await visits.items_behind(ctx, query, outcome="PROPOSED", size=_MANY)
    sent = []
    for item in reversed(found.items):
        of_case = await proposals_of(ctx, item.case_id)
        sent.append(Sent(item=item, proposal=of_case[-1] if of_case else None))
    return sent


async def cooperatives(ctx: Ctx, asked: Asked) -> list[Cooperative]:
    """Return the associations whose members the delegation visited, by name."""
    found = []
    for agency in await list_agencies(ctx, kind="ASSOCIATION"):
        query = msgspec.structs.replace(asked.query(), agency_id=agency.id)
        total = (await visits.ledger(ctx, query)).total
        if total.visits:
            found.append(
                Cooperative(
                    id=agency.id, name=agency.name, rounds=total.visits, received=total.received
                )
            )
    return found


def equation(found: Delegation) -> str:
    """Return the sum as the report prints it: "53 = 26 + 20 + 7", with 미분류 when there is any."""
    parts = [g.count for g in found.groups if g.code != "unclassed" or g.count]
    return f"{found.received:,} = {' + '.join(f'{n:,}' for n in parts)}"
