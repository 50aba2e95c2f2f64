"""Core's own slices, in the order they were born. Plugins hand theirs over in the same shape."""

from sinmungo.agencies import SLICE as AGENCIES
from sinmungo.bookings import SLICE as BOOKINGS
from sinmungo.cases import SLICE as CASES
from sinmungo.companies import SLICE as COMPANIES
from sinmungo.experts import SLICE as EXPERTS
from sinmungo.forms import SLICE as FORMS
from sinmungo.host.types import Slice
from sinmungo.imports import SLICE as IMPORTS
from sinmungo.opening import SLICE as OPENING
from sinmungo.people import SLICE as PEOPLE
from sinmungo.plugins_admin import SLICE as PLUGINS
from sinmungo.reporting import SLICE as REPORTING
from sinmungo.retention import SLICE as RETENTION
from sinmungo.settings import SLICE as SETTINGS
from sinmungo.surveys import SLICE as SURVEYS
from sinmungo.visits import SLICE as VISITS

CORE_SLICES: tuple[Slice, ...] = (
    PEOPLE,
    AGENCIES,
    COMPANIES,
    CASES,
    VISITS,
    SURVEYS,
    EXPERTS,
    BOOKINGS,
    IMPORTS,
    FORMS,
    REPORTING,
    PLUGINS,
    OPENING,
    RETENTION,
    SETTINGS,
)
