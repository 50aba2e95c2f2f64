"""What every service gets: the city, its open transaction, who acts, and the city's cipher."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sinmungo.config import Settings
from sinmungo.host.types import SYSTEM, Identity
from sinmungo.sealed import CityCipher
from sinmungo_tenants import Doors, Session, Tenant

if TYPE_CHECKING:
    from sinmungo.host.host import Host
    from sinmungo.host.keyring import Keyring

type Wake = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class Ctx:
    """One unit of work of one city. Made by `Work.open`, never by hand."""

    city: Tenant
    db: Session
    me: Identity
    cipher: CityCipher
    host: "Host"
    wake: Wake
    settings: Settings
    address: str = ""


@dataclass(slots=True)
class Work:
    """Opens units of work: web, command line and jobs all come through here."""

    doors: Doors
    keyring: "Keyring"
    host: "Host"
    wake: Wake
    settings: Settings = field(default_factory=Settings)

    @asynccontextmanager
    async def open(self, city: Tenant, me: Identity = SYSTEM) -> AsyncIterator[Ctx]:
        """Open the first door for `city`; commit at the end, undo on any error."""
        async with self.doors.tenant_session(city) as db:
            cipher = await self.keyring.cipher(city, db)
            yield Ctx(
                city=city,
                db=db,
                me=me,
                cipher=cipher,
                host=self.host,
                wake=self.wake,
                settings=self.settings,
            )
