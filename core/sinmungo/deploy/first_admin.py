"""The first administrator of a new city, who comes in by a link instead of a password."""

from dataclasses import dataclass

from sinmungo.host.context import Ctx
from sinmungo.people import invitations
from sinmungo.people.service import NewOfficer, add_officer, list_units

ADMIN = "TENANT_ADMIN"


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who it will be."""

    login: str
    name: str


async def first_link(ctx: Ctx, admin: FirstAdmin) -> str:
    """Make the account, in the first department if there is one, and return the one-time link."""
    units = [u for u in await list_units(ctx) if u.kind == "DEPARTMENT"]
    new = NewOfficer(
        login=admin.login,
        name=admin.name,
        unit_id=units[0].id if units else None,
        title="주무관",
        roles=(ADMIN,),
    )
    return invitations.link(ctx, await invitations.invite(ctx, await add_officer(ctx, new)))
