"""Core's own slices, in the order they were born. Plugins hand theirs over in the same shape."""

from sinmungo.host.types import Slice
from sinmungo.people import SLICE as PEOPLE

CORE_SLICES: tuple[Slice, ...] = (PEOPLE,)
