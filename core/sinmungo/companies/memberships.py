"""Which associations (chamber, co-operative …) a company belongs to, from when to when."""

from datetime import date
from uuid import UUID

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.agencies.service import AgencyRow
from sinmungo.companies import kept_queries as kept
from sinmungo.companies.events import MembershipChanged
from sinmungo.companies.kept_queries import MembershipRow
from sinmungo.companies.service import touch
from sinmungo.errors import InvalidError, MissingError, RefusedError
from sinmungo.host.context import Ctx

ASSOCIATION = "ASSOCIATION"


async def associations(ctx: Ctx, on: date | None = None) -> list[AgencyRow]:
    """Return the associations that exist on a day (today), by name."""
    return await agencies.list_agencies(ctx, kind=ASSOCIATION, on=on or clock.today())


async def list_memberships(ctx: Ctx, company_id: UUID) -> list[MembershipRow]:
    """Return the memberships of a company, standing ones first."""
    return await ctx.db.all(kept.MEMBERSHIPS, company_id=company_id)


async def join(
    ctx: Ctx,
    company_id: UUID,
    agency_id: UUID | None,
    *,
    valid_from: date | None = None,
    row_version: int | None = None,
) -> UUID:
    """Make a company a member from a day (today) on and return the membership's id.

    Raises `InvalidError` when the agency is no association of that day, or the company is one of
    its members already.
    """
    day = valid_from or clock.today()
    found = next((a for a in await associations(ctx, day) if a.id == agency_id), None)
    if found is None:
        raise InvalidError({"agency_id": "그날 있는 단체 가운데에서 골라 주세요."})
    standing = [m for m in await list_memberships(ctx, company_id) if m.valid_to is None]
    if any(m.agency_id == found.id for m in standing):
        raise _joined(found.name)
    membership_id = clock.uuid7()
    event = MembershipChanged(agency_id=found.id, act="JOINED")
    await touch(ctx, company_id, row_version, event)
    added = await ctx.db.run(
        kept.ADD_MEMBERSHIP,
        id=membership_id,
        company_id=company_id,
        agency_id=found.id,
        valid_from=day,
        created_at=clock.now(),
        row_version=1,
    )
    if not added:
        raise _joined(found.name)
    return membership_id


async def leave(
    ctx: Ctx,
    company_id: UUID,
    membership_id: UUID,
    *,
    valid_to: date | None = None,
    row_version: int | None = None,
) -> None:
    """End a membership; `valid_to` (today) is the first day without it."""
    found, day = await membership(ctx, company_id, membership_id), valid_to or clock.today()
    if found.valid_to is not None:
        raise RefusedError("이미 탈퇴한 단체입니다.")
    if day <= found.valid_from:
        raise InvalidError({"valid_to": "가입한 날 뒤로 적어 주세요."})
    event = MembershipChanged(agency_id=found.agency_id, act="LEFT")
    await touch(ctx, company_id, row_version, event)
    await ctx.db.run(kept.END_MEMBERSHIP, b_id=membership_id, b_company=company_id, valid_to=day)


async def remove(ctx: Ctx, company_id: UUID, membership_id: UUID, row_version: int) -> None:
    """Take a membership away that was written down wrongly."""
    found = await membership(ctx, company_id, membership_id)
    event = MembershipChanged(agency_id=found.agency_id, act="REMOVED")
    await touch(ctx, company_id, row_version, event)
    await ctx.db.run(kept.DROP_MEMBERSHIP, id=membership_id, company_id=company_id)


async def membership(ctx: Ctx, company_id: UUID, membership_id: UUID) -> MembershipRow:
    """Return one membership; `MissingError` if the company has no such one."""
    for found in await list_memberships(ctx, company_id):
        if found.id == membership_id:
            return found
    raise MissingError


def _joined(name: str) -> InvalidError:
    return InvalidError({"agency_id": f"이미 가입한 단체입니다: {name}"})
