"""Sign-ins under way at the city's own sign-on service: kept here, not in the browser."""

from sqlalchemy import Column, LargeBinary, Table

from sinmungo.host.db import core_metadata, moment, text

oidc_flows = Table(
    "oidc_flows",
    core_metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    text("nonce"),
    text("verifier"),
    text("target"),
    moment("created_at", index=True),
)
