"""Who can sign in to the demo: made once, and told in `<data>/demo-accounts.json`.

Imports next to nothing: every start tells the accounts, and only the first one makes them.
"""

from pathlib import Path

import msgspec

from sinmungo.deploy.folder import write_private

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


def read_accounts(data: Path) -> list[Account]:
    """Return the accounts that were told so far."""
    file = data / FILE
    return msgspec.json.decode(file.read_bytes(), type=list[Account]) if file.is_file() else []


def write_accounts(data: Path, accounts: list[Account]) -> None:
    """Tell the accounts in a file that only its owner may read."""
    write_private(data / FILE, msgspec.json.format(msgspec.json.encode(accounts), indent=2))
