"""상시상담실: the rooms of the one-roof centre where agencies and experts meet companies.

The register only: slots, rota and booking come with a slice of core that will take these rows over,
so nothing here goes further than what a room is and when it is open.
"""

from pathlib import Path

from sinmungo.sdk import MenuItem, Slice
from sinmungo_gimhae.rooms.api import RoomsApi
from sinmungo_gimhae.rooms.demo import demo
from sinmungo_gimhae.rooms.events import EVENTS
from sinmungo_gimhae.rooms.pages import HOME, RoomPages
from sinmungo_gimhae.rooms.permissions import PERMISSIONS, READ

SLICE = Slice(
    slug="rooms",
    title="상시상담실",
    permissions=PERMISSIONS,
    menu=(MenuItem("상시상담실", HOME, READ, "시 사업", 310),),
    events=EVENTS,
    office=(RoomPages,),
    api=(RoomsApi,),
    templates=Path(__file__).parent / "templates",
    demo=demo,
)
