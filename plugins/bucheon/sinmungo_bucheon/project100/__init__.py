"""유망기업 밀착관리 프로젝트 100: promising companies, each with one officer who looks after it.

B1 fifty employees or more on the selection day; B2 a hundred companies per round, the next one
waits; B3 one dedicated officer per company, hand-over keeps history. The figures belong to the
round (`settings.Settings` holds what a new one begins with).
"""

from pathlib import Path

from sinmungo.sdk import MenuItem, Panel, Slice
from sinmungo_bucheon.project100.api import ProjectApi
from sinmungo_bucheon.project100.demo import demo
from sinmungo_bucheon.project100.events import EVENTS
from sinmungo_bucheon.project100.pages import HOME, BoardController, CompanyController
from sinmungo_bucheon.project100.permissions import PERMISSIONS, READ
from sinmungo_bucheon.project100.reports import PROJECT100
from sinmungo_bucheon.project100.round_pages import RoundController

SLICE = Slice(
    slug="project100",
    title="유망기업 밀착관리 프로젝트 100",
    permissions=PERMISSIONS,
    menu=(MenuItem("유망기업 100", HOME, READ, "시 사업", 310),),
    panels=(Panel("COMPANY", "project100", "유망기업 100", f"{HOME}/panel/{{id}}", READ, 50),),
    events=EVENTS,
    reports=(PROJECT100,),
    office=(BoardController, CompanyController, RoundController),
    api=(ProjectApi,),
    templates=Path(__file__).parent / "templates",
    demo=demo,
)
