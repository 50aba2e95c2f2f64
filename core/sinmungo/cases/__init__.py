"""Difficulties: filed by companies, registered as cases, answered by a department, closed."""

from pathlib import Path

from sinmungo.cases import pages
from sinmungo.cases.api import API
from sinmungo.cases.demo import demo
from sinmungo.cases.events import EVENTS
from sinmungo.cases.jobs import JOBS
from sinmungo.cases.permissions import PERMISSIONS
from sinmungo.cases.reference import seed
from sinmungo.cases.reports import REPORTS
from sinmungo.host.types import Slice

SLICE = Slice(
    slug="cases",
    title="기업애로",
    permissions=PERMISSIONS,
    menu=pages.MENU,
    panels=pages.PANELS,
    events=EVENTS,
    jobs=JOBS,
    reports=REPORTS,
    portal=pages.PORTAL,
    office=pages.OFFICE,
    admin=pages.ADMIN,
    api=API,
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
)
