"""Difficulties: filed by companies, registered as cases, answered by a department, closed."""

from pathlib import Path

from sinmungo.cases import api, api_ledgers, api_proposals, pages
from sinmungo.cases.demo import demo
from sinmungo.cases.events import EVENTS
from sinmungo.cases.jobs import JOBS
from sinmungo.cases.models import cases
from sinmungo.cases.permissions import PERMISSIONS
from sinmungo.cases.reference import seed
from sinmungo.cases.reports import REPORTS
from sinmungo.host.types import MergeTable, Slice

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
    api=(*api.API, *api_proposals.API, *api_ledgers.API),
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
    merges=(MergeTable(cases, "기업애로", panel="cases"),),
)
