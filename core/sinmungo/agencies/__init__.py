"""Partner agencies: ministries, public bodies, funds, banks, associations; dated, with heirs."""

from pathlib import Path

from sinmungo.agencies.api import AgenciesApi
from sinmungo.agencies.events import EVENTS
from sinmungo.agencies.pages import AgencyFormPages, AgencyListPages, AgencyPages
from sinmungo.agencies.permissions import PERMISSIONS, READ
from sinmungo.agencies.seed import seed
from sinmungo.host.types import MenuItem, Slice

SLICE = Slice(
    slug="agencies",
    title="유관기관",
    permissions=PERMISSIONS,
    menu=(MenuItem("유관기관", "/office/agencies", READ, "업무", 40),),
    events=EVENTS,
    office=(AgencyListPages, AgencyFormPages, AgencyPages),
    api=(AgenciesApi,),
    templates=Path(__file__).parent / "templates",
    seed=seed,
)
