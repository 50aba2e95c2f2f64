"""What every service gets: the city, its open transaction, who acts, and the city's cipher."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sinmungo.config import Settings
from sinmungo.host.failures import Failure, Failures
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
    failures: list[Failure] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    """Opens units of work: web, command line and jobs all come through here."""

    doors: Doors
    keyring: "Keyring"
    host: "Host"
    wake: Wake
    settings: Settings = field(default_factory=Settings)
    failures: Failures | None = None

    @asynccontextmanager
    async def open(
        self, city: Tenant, me: Identity = SYSTEM, seconds: float | None = None
    ) -> AsyncIterator[Ctx]:
        """Open the first door for `city`; commit at the end, undo on any error.

        With `seconds` each statement ends after so long.

        Faults of plugins are written down afterwards, whatever became of the transaction.
        """
        found: list[Failure] = []
        try:
            async with self.doors.tenant_session(city, seconds) as db:
                yield await self.on(db, city, me, found)
        finally:
            if found and self.failures is not None:
                await self.failures.keep(city, found)

    async def on(
        self,
        db: Session,
        city: Tenant,
        me: Identity = SYSTEM,
        failures: list[Failure] | None = None,
    ) -> Ctx:
        """Return a unit of work on a transaction of `city` that someone else opened and ends."""
        return Ctx(
            city=city,
            db=db,
            me=me,
            cipher=await self.keyring.cipher(city, db),
            host=self.host,
            wake=self.wake,
            settings=self.settings,
            failures=[] if failures is None else failures,
        )
