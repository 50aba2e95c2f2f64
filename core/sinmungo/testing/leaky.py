"""Handlers that forget a wall, each in its own way: a sweep has to find them."""

from typing import Any
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath
from sqlalchemy import Uuid, bindparam, select

from sinmungo.companies.models import contacts
from sinmungo.companies.service import company_brief
from sinmungo.errors import MissingError
from sinmungo.host.types import Slice
from sinmungo.web.access import needs
from sinmungo.web.types import CtxDep, Req
from sinmungo_tenants import read

_CONTACT = read(select(contacts.c.id).where(contacts.c.id == bindparam("id", type_=Uuid())), UUID)


class Leaky(Controller):
    """Forgets the wall: opens the door of whichever city has the record."""

    @get("/{company_id:uuid}", opt=needs("companies.read"))
    async def leak(self, request: Req, company_id: FromPath[Any]) -> dict[str, str]:
        """Return the name of a company of any city."""
        runtime = request.app.state.runtime
        for city in runtime.registry.all():
            async with runtime.work.open(city) as ctx:
                try:
                    return {"name": (await company_brief(ctx, company_id)).name}
                except Exception:  # noqa: BLE001, S112 - it looks in the next city
                    continue
        return {}


class Careless(Controller):
    """Forgets to look whether the record is there."""

    @get("/{case_id:uuid}/anything", opt=needs("cases.read"))
    async def anything(self, ctx: CtxDep, case_id: FromPath[Any]) -> dict[str, str]:
        """Say back what was asked."""
        return {"city": ctx.city.slug, "case": str(case_id)}


class Fatherless(Controller):
    """Forgets to ask whose child it is."""

    @get("/of/{company_id:uuid}/{contact_id:uuid}", opt=needs("companies.read"))
    async def child(
        self, ctx: CtxDep, company_id: FromPath[Any], contact_id: FromPath[Any]
    ) -> dict[str, str]:
        """Return a contact below any company."""
        if not await ctx.db.all(_CONTACT, id=contact_id):
            raise MissingError
        return {"parent": str(company_id)}


LEAKY = Slice("leaky", "새는 곳", api=(Leaky, Careless, Fatherless))
