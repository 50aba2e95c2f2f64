"""Visits to companies: planned without meeting twice, recorded in the field, counted as of any day.

Every difficulty found in the field is a case; the visit knows which, and how each was settled.
"""

from pathlib import Path

from sinmungo.host.types import MergeTable, Slice
from sinmungo.visits.api import API
from sinmungo.visits.demo import demo
from sinmungo.visits.events import EVENTS
from sinmungo.visits.extra import RECORDS
from sinmungo.visits.models import visits
from sinmungo.visits.pages import MENU, OFFICE, PANELS
from sinmungo.visits.permissions import PERMISSIONS
from sinmungo.visits.reactions import REACTIONS
from sinmungo.visits.reports import REPORTS
from sinmungo.visits.retention import RETENTION
from sinmungo.visits.types import VISIT_GROUP

SLICE = Slice(
    slug="visits",
    title="현장방문",
    permissions=PERMISSIONS,
    menu=MENU,
    panels=PANELS,
    events=EVENTS,
    reports=REPORTS,
    reactions=REACTIONS,
    office=OFFICE,
    api=API,
    templates=Path(__file__).parent / "templates",
    demo=demo,
    merges=(MergeTable(visits, "현장방문", panel="visits"),),
    forms=RECORDS,
    copied_settings=("visits",),
    settings=(VISIT_GROUP,),
    retention=RETENTION,
)
