"""The component "core": one Alembic tree for all tables that every city has."""

from pathlib import Path

# Importing the models puts their tables into the metadata.
from sinmungo.cases import models as cases
from sinmungo.companies import models as companies
from sinmungo.host import models as host
from sinmungo.host.db import core_metadata
from sinmungo.people import models as people
from sinmungo_tenants import Component

TABLES_OF = (host, people, companies, cases)
COMPONENT = Component(
    "core", Path(__file__).parent / "migrations", core_metadata, append_only=host.APPEND_ONLY
)
