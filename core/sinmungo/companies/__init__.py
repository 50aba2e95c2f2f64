"""The companies a city knows: one profile per city, found in any spelling of its name."""

from pathlib import Path

from sinmungo.companies import faces
from sinmungo.companies.demo import demo
from sinmungo.companies.events import EVENTS
from sinmungo.companies.extra import RECORDS
from sinmungo.companies.merges import MERGES
from sinmungo.companies.opening_checks import CHECKS
from sinmungo.companies.permissions import PERMISSIONS
from sinmungo.companies.places import PLACES_GROUP
from sinmungo.companies.retention import RETENTION
from sinmungo.companies.seed import seed
from sinmungo.host.types import Slice

SLICE = Slice(
    slug="companies",
    title="업체",
    permissions=PERMISSIONS,
    menu=faces.MENU,
    panels=faces.PANELS,
    events=EVENTS,
    office=faces.OFFICE,
    admin=faces.ADMIN,
    api=faces.API,
    merges=MERGES,
    forms=RECORDS,
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
    settings=(PLACES_GROUP,),
    checks=CHECKS,
    retention=RETENTION,
)
