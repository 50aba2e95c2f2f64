"""The registry's own Alembic tree, applied once per deployment to the schema `control`."""

from pathlib import Path

from sinmungo_tenants.components import Component

# Importing the modules puts their tables into the metadata.
from sinmungo_tenants.control import archives, figures, fleet, operators
from sinmungo_tenants.control.tables import metadata

TABLES_OF = (archives, figures, fleet, operators)
COMPONENT = Component(
    "control", Path(__file__).parent / "migrations", metadata, append_only=("operator_log",)
)
