"""The made-up officers of `[demo.people]`, with an account and a token each."""

from collections.abc import Mapping
from typing import Any

from sinmungo.demo.accounts import PASSWORD, Account
from sinmungo.host.context import Ctx
from sinmungo.people import service
from sinmungo.people.passwords import hash_password
from sinmungo.people.service import NewOfficer


async def make_officers(ctx: Ctx, table: Mapping[str, Any]) -> list[Account]:
    """Add the officers of `[demo.people]` and return their accounts."""
    units = {u.name: u.id for u in await service.list_units(ctx)}
    made, hashed = [], await hash_password(PASSWORD)
    for item in table.get("officers", []):
        unit_id = units[item["unit"]] if "unit" in item else None
        officer_id = await service.add_officer(
            ctx,
            NewOfficer(
                login=item["login"],
                name=item["name"],
                unit_id=unit_id,
                title=item["title"],
                roles=tuple(item["roles"]),
                is_head=item.get("is_head", False),
                email=item.get("email"),
                password_hash=hashed,
                valid_from=service.FOUNDED,
            ),
        )
        token = await service.add_token(ctx, officer_id, "demo")
        host = ctx.city.hosts[0] if ctx.city.hosts else ""
        role = "+".join(item["roles"])
        made.append(Account(ctx.city.slug, host, role, item["login"], PASSWORD, token))
    return made
