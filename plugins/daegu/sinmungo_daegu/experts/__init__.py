"""기업애로 자문단: the register of experts with their fields and terms (seed 001: 119 of them).

The register only: asking for advice, matching and fees come with a slice of core that will take
these rows over, so nothing here goes further than who can be asked about what, and until when.
"""

from pathlib import Path

from sinmungo.sdk import MenuItem, Slice
from sinmungo_daegu.experts.api import ExpertsApi
from sinmungo_daegu.experts.demo import demo
from sinmungo_daegu.experts.events import EVENTS
from sinmungo_daegu.experts.pages import HOME, ExpertListPages, ExpertPages
from sinmungo_daegu.experts.permissions import PERMISSIONS, READ
from sinmungo_daegu.experts.service import seed

SLICE = Slice(
    slug="experts",
    title="기업애로 자문단",
    permissions=PERMISSIONS,
    menu=(MenuItem("자문단", HOME, READ, "시 사업", 310),),
    events=EVENTS,
    office=(ExpertListPages, ExpertPages),
    api=(ExpertsApi,),
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
)
