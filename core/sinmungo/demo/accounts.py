"""Who can sign in to the demo: made once, and told in `<data>/demo-accounts.json`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from sinmungo.deploy.folder import write_private
from sinmungo.host.context import Ctx
from sinmungo.people import service
from sinmungo.people.passwords import hash_password
from sinmungo.people.service import NewOfficer

PASSWORD = "sinmungo-demo"  # noqa: S105 - printed on the screen of every demo
FILE = "demo-accounts.json"


class Account(msgspec.Struct):
    """A demo account as a visitor needs it; the operator's has no city, and a second factor."""

    slug: str
    host: str
    role: str
    login: str
    password: str
    api_token: str
    totp_secret: str = ""


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


def read_accounts(data: Path) -> list[Account]:
    """Return the accounts that were told so far."""
    file = data / FILE
    return msgspec.json.decode(file.read_bytes(), type=list[Account]) if file.is_file() else []


def write_accounts(data: Path, accounts: list[Account]) -> None:
    """Tell the accounts in a file that only its owner may read."""
    write_private(data / FILE, msgspec.json.format(msgspec.json.encode(accounts), indent=2))
