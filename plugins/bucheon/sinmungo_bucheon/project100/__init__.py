"""유망기업 밀착관리 프로젝트 100: promising companies, each with one officer who looks after it.

B1 fifty employees or more on the selection day; B2 a hundred companies per round, the next one
waits; B3 one dedicated officer per company, hand-over keeps history; B4 regular contact, by default
once a quarter; B5 what is heard in a contact becomes a case with priority, rules in the way of
growth are listed. Capacity and head count belong to the round (`settings.Settings` holds what a new
one begins with); the cycle of contact is the city's and holds for all rounds.
"""

from pathlib import Path

from sinmungo.sdk import MenuItem, MergeTable, Panel, Slice
from sinmungo_bucheon.project100.api import ProjectApi
from sinmungo_bucheon.project100.contact_pages import ContactController, LogController
from sinmungo_bucheon.project100.demo import demo
from sinmungo_bucheon.project100.events import EVENTS
from sinmungo_bucheon.project100.handover import JOBS
from sinmungo_bucheon.project100.handover_pages import HandoverController
from sinmungo_bucheon.project100.list_api import ListApi
from sinmungo_bucheon.project100.list_pages import (
    BoardFileController,
    OverdueController,
    RegulationController,
    YearController,
)
from sinmungo_bucheon.project100.look import HOME
from sinmungo_bucheon.project100.models import ENDED, enrolments
from sinmungo_bucheon.project100.pages import BoardController, CompanyController
from sinmungo_bucheon.project100.permissions import PERMISSIONS, READ
from sinmungo_bucheon.project100.reports import REPORTS
from sinmungo_bucheon.project100.retention import RETENTION
from sinmungo_bucheon.project100.round_pages import RoundController

SLICE = Slice(
    slug="project100",
    title="유망기업 밀착관리 프로젝트 100",
    permissions=PERMISSIONS,
    menu=(MenuItem("유망기업 100", HOME, READ, "시 사업", 310),),
    panels=(Panel("COMPANY", "project100", "유망기업 100", f"{HOME}/panel/{{id}}", READ, 50),),
    events=EVENTS,
    jobs=JOBS,
    reports=REPORTS,
    office=(
        BoardController,
        BoardFileController,
        CompanyController,
        LogController,
        ContactController,
        OverdueController,
        RegulationController,
        YearController,
        HandoverController,
        RoundController,
    ),
    api=(ProjectApi, ListApi),
    templates=Path(__file__).parent / "templates",
    demo=demo,
    retention=RETENTION,
    merges=(
        MergeTable(
            enrolments,
            "유망기업 100 참여",
            one_per=(),
            one_while=lambda rows: rows.c.status != ENDED,
            panel="project100",
        ),
    ),
)
