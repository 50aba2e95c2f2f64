"""The component "core": one Alembic tree for all tables that every city has."""

from pathlib import Path

# Importing the models puts their tables into the metadata.
from sinmungo.agencies import models as agencies
from sinmungo.bookings import models as bookings
from sinmungo.cases import models as cases
from sinmungo.companies import models as companies
from sinmungo.experts import models as experts
from sinmungo.forms import models as forms
from sinmungo.host import models as host
from sinmungo.host.db import core_metadata
from sinmungo.imports import models as imports
from sinmungo.people import invitation_models as people_invitations
from sinmungo.people import models as people
from sinmungo.people import oidc_models as people_oidc
from sinmungo.settings import models as settings
from sinmungo.visits import models as visits
from sinmungo_tenants import Component

TABLES_OF = (
    host,
    people,
    people_oidc,
    forms,
    people_invitations,
    agencies,
    companies,
    cases,
    settings,
    visits,
    experts,
    bookings,
    imports,
)
COMPONENT = Component(
    "core",
    Path(__file__).parent / "migrations",
    core_metadata,
    append_only=(*host.APPEND_ONLY, *settings.APPEND_ONLY),
)
