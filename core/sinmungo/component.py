"""The component "core": one Alembic tree for all tables that every city has."""

from pathlib import Path

# Importing the models puts their tables into the metadata.
from sinmungo.agencies import models as agencies
from sinmungo.bookings import models as bookings
from sinmungo.cases import approval_models as case_approval
from sinmungo.cases import models as cases
from sinmungo.cases import sharing_models as case_sharing
from sinmungo.companies import models as companies
from sinmungo.experts import models as experts
from sinmungo.forms import models as forms
from sinmungo.host import models as host
from sinmungo.host.db import core_metadata
from sinmungo.imports import models as imports
from sinmungo.people import invitation_models as people_invitations
from sinmungo.people import models as people
from sinmungo.people import oidc_models as people_oidc
from sinmungo.people import regional_models as people_regional
from sinmungo.people import rights_models as people_rights
from sinmungo.retention import models as retention
from sinmungo.settings import models as settings
from sinmungo.surveys import models as surveys
from sinmungo.visits import models as visits
from sinmungo_tenants import Component

TABLES_OF = (
    host,
    people,
    people_oidc,
    people_rights,
    people_regional,
    forms,
    people_invitations,
    agencies,
    companies,
    cases,
    case_sharing,
    case_approval,
    settings,
    visits,
    surveys,
    experts,
    bookings,
    imports,
    retention,
)
COMPONENT = Component(
    "core",
    Path(__file__).parent / "migrations",
    core_metadata,
    append_only=(*host.APPEND_ONLY, *settings.APPEND_ONLY, *retention.APPEND_ONLY),
)
