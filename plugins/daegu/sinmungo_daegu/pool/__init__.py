"""기업애로 자문단: the city's own words, rates and figures over core's slice `experts`.

Core keeps the register, the sessions and the fees; here is what is Daegu's: what the pool is
called, the rate and caps it began with, the least conflict years, and the yearly figures page.
"""

from pathlib import Path

from sinmungo.sdk import MenuItem, Slice
from sinmungo_daegu.pool.api import FiguresApi
from sinmungo_daegu.pool.demo import demo
from sinmungo_daegu.pool.events import FORMER
from sinmungo_daegu.pool.pages import HOME, FiguresPages
from sinmungo_daegu.pool.permissions import PERMISSIONS, READ
from sinmungo_daegu.pool.rules import seed

SLICE = Slice(
    slug="pool",
    title="기업애로 자문단",
    permissions=PERMISSIONS,
    menu=(MenuItem("자문단 연간 실적", HOME, READ, "시 사업", 310),),
    events=FORMER,
    office=(FiguresPages,),
    api=(FiguresApi,),
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
)
