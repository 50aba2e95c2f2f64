"""합동 방문단: the joint delegation of the city and the agencies in it, over core's visits.

Rounds are visits of the kind JOINT_DELEGATION; here is the city's way to show them: three groups
and what is not yet classed, the cooperatives as a filter, and the proposals to ministries.
"""

from pathlib import Path

from sinmungo.sdk import MenuItem, Slice
from sinmungo_daegu.delegation.api import DelegationApi
from sinmungo_daegu.delegation.demo import demo
from sinmungo_daegu.delegation.pages import HOME, DelegationPages
from sinmungo_daegu.delegation.permissions import PERMISSIONS, READ

SLICE = Slice(
    slug="delegation",
    title="합동 방문단",
    permissions=PERMISSIONS,
    menu=(MenuItem("합동 방문단", HOME, READ, "시 사업", 320),),
    office=(DelegationPages,),
    api=(DelegationApi,),
    templates=Path(__file__).parent / "templates",
    demo=demo,
)
