"""Officers for tests: made with a post, roles, an API token and an open browser session."""

import itertools
from dataclasses import dataclass
from uuid import UUID

from sinmungo.app import Runtime
from sinmungo.people import service
from sinmungo.people.service import NewOfficer
from sinmungo_tenants import Tenant

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Officer:
    """A test officer with the secrets to act as one."""

    id: UUID
    login: str
    unit_id: UUID | None
    token: str
    session: str


class People:
    """Makes officers of one city."""

    def __init__(self, runtime: Runtime, city: Tenant) -> None:
        self.runtime = runtime
        self.city = city

    async def unit(self, name: str = "기업지원과") -> UUID:
        """Return the id of a department or team by its name."""
        async with self.runtime.work.open(self.city) as ctx:
            units = await service.list_units(ctx)
        return next(u.id for u in units if u.name == name)

    async def officer(
        self,
        *roles: str,
        unit: str | None = "기업지원과",
        title: str = "주무관",
        name: str = "김철수",
        is_head: bool = False,
        password: str | None = None,
        must_change: bool = False,
        email: str | None = None,
    ) -> Officer:
        """Make an officer with these roles and a post in a unit.

        Token and session are open at once; a password only serves to try the sign-in page. With
        `unit` None it is a guest, who has no post.
        """
        unit_id = await self.unit(unit) if unit else None
        login = f"officer{next(_numbers)}"
        async with self.runtime.work.open(self.city) as ctx:
            new = NewOfficer(
                login=login,
                name=name,
                unit_id=unit_id,
                title=title,
                roles=roles,
                is_head=is_head,
                password=password,
                must_change=must_change,
                email=email,
            )
            officer_id = await service.add_officer(ctx, new)
            token = await service.add_token(ctx, officer_id, "test")
            session = await self.runtime.identifier.open_session(ctx, officer_id)
        return Officer(officer_id, login, unit_id, token, session)
