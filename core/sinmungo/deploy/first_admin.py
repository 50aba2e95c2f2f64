"""The first administrator of a new city, who comes in by a link instead of a password."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select

from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.people import invitations, officers
from sinmungo.people.models import officers as table
from sinmungo.people.service import NewOfficer, add_officer, list_units
from sinmungo_tenants import read

ADMIN = "TENANT_ADMIN"
_PLACE = "DEPARTMENT"
_BY_LOGIN = read(select(table.c.id).where(table.c.login == bindparam("login")), UUID)


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who it will be."""

    login: str
    name: str


async def first_link(ctx: Ctx, admin: FirstAdmin) -> str:
    """Make the account, in the first department if there is one, and return the one-time link."""
    new = await _account(ctx, admin, "")
    return invitations.link(ctx, await invitations.invite(ctx, await add_officer(ctx, new)))


async def first_password(ctx: Ctx, admin: FirstAdmin, unit: str = "") -> str:
    """Make the account, in the unit of that name if one is named; return a temporary password."""
    _, password = await officers.add(ctx, await _account(ctx, admin, unit))
    return password


async def new_link(ctx: Ctx, login: str) -> str:
    """Return a new one-time link for an account; former ones end.

    Raises InvalidError where nobody has that login, RefusedError for an account that is stopped.
    """
    found = await ctx.db.first(_BY_LOGIN, login=login.strip().lower())
    if found is None:
        raise InvalidError({"login": f"{login!r}: 이런 아이디의 직원이 없습니다."})
    return invitations.link(ctx, await invitations.invite(ctx, found))


async def _account(ctx: Ctx, admin: FirstAdmin, unit: str) -> NewOfficer:
    units = [u for u in await list_units(ctx) if (u.name == unit if unit else u.kind == _PLACE)]
    if unit and not units:
        raise InvalidError({"unit": f"{unit!r}: 이런 이름의 부서가 없습니다."})
    return NewOfficer(
        login=admin.login,
        name=admin.name,
        unit_id=units[0].id if units else None,
        title="주무관",
        roles=(ADMIN,),
    )
