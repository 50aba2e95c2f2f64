"""Difficulties: filed by companies, registered as cases, answered by a department, closed."""

from pathlib import Path

from sinmungo.cases import api, api_approvals, api_ledgers, api_proposals, api_sharing, pages
from sinmungo.cases.demo import demo
from sinmungo.cases.events import EVENTS
from sinmungo.cases.extra import RECORDS
from sinmungo.cases.jobs import JOBS
from sinmungo.cases.models import cases, categories, channels, deadline_rules
from sinmungo.cases.opening_checks import CHECKS
from sinmungo.cases.permissions import PERMISSIONS
from sinmungo.cases.reference import seed
from sinmungo.cases.reports import REPORTS
from sinmungo.cases.retention import RETENTION
from sinmungo.cases.settings import GROUPS
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
    api=(*api.API, *api_proposals.API, *api_ledgers.API, *api_sharing.API, *api_approvals.API),
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
    merges=(MergeTable(cases, "기업애로", panel="cases"),),
    forms=RECORDS,
    checks=CHECKS,
    copied=(categories, channels, deadline_rules),
    copied_settings=(
        "cases.default_petition_type",
        "cases.texts",
        "hours",
        "reporting",
        "approval",
    ),
    settings=GROUPS,
    retention=RETENTION,
)
