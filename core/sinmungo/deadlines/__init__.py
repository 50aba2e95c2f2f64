"""When an answer is due: the law's way of counting time, free of database and web.

Every screen, report and job asks the same functions, so a date shown to a company and a date
used against a department cannot differ. Rule numbers in this package are those of domain.md 2.3;
L1 is 민원 처리에 관한 법률, L2 its decree.
"""

from sinmungo.deadlines.calendar import WorkCalendar, WorkingHours, preload_holidays
from sinmungo.deadlines.engine import (
    Due,
    InterimReply,
    Pause,
    PauseReason,
    due_for,
    interim_reply,
    site_check_pause,
    supplement_due,
)
from sinmungo.deadlines.extensions import (
    Extension,
    ExtensionReason,
    ExtensionRefusedError,
    check_extension,
    reason_from_code,
)
from sinmungo.deadlines.periods import Period, Unit

__all__ = [
    "Due",
    "Extension",
    "ExtensionReason",
    "ExtensionRefusedError",
    "InterimReply",
    "Pause",
    "PauseReason",
    "Period",
    "Unit",
    "WorkCalendar",
    "WorkingHours",
    "check_extension",
    "due_for",
    "interim_reply",
    "preload_holidays",
    "reason_from_code",
    "site_check_pause",
    "supplement_due",
]
