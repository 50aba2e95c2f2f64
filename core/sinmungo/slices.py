"""Core's own slices, in the order they were born. Plugins hand theirs over in the same shape."""

from sinmungo.cases import SLICE as CASES
from sinmungo.companies import SLICE as COMPANIES
from sinmungo.host.types import Slice
from sinmungo.people import SLICE as PEOPLE
from sinmungo.plugins_admin import SLICE as PLUGINS
from sinmungo.reporting import SLICE as REPORTING

CORE_SLICES: tuple[Slice, ...] = (PEOPLE, COMPANIES, CASES, REPORTING, PLUGINS)
