"""The registry's own Alembic tree, applied once per deployment to the schema `control`."""

from pathlib import Path

from sinmungo_tenants.components import Component
from sinmungo_tenants.control.tables import metadata

COMPONENT = Component("control", Path(__file__).parent / "migrations", metadata)
