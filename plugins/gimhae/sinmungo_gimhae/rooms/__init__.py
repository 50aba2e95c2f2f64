"""상시상담실: what the centre calls its consulting rooms, and by which rules it books them.

Rooms, rota and bookings are core's slice `bookings`; here are this city's words and numbers only.
"""

from sinmungo.sdk import Slice
from sinmungo_gimhae.rooms.events import EVENTS
from sinmungo_gimhae.rooms.rules import seed

SLICE = Slice(slug="rooms", title="상시상담실", events=EVENTS, seed=seed)
