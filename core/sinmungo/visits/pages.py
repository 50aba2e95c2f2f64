"""The screens of the slice, its lines in the menu, and its parts of other pages."""

from sinmungo.host.types import MenuItem, Panel
from sinmungo.visits.pages_ledger import LedgerPages
from sinmungo.visits.pages_list import VisitListPages
from sinmungo.visits.pages_month_file import MonthFilePages
from sinmungo.visits.pages_plan import PlanPages
from sinmungo.visits.pages_record import RecordPages
from sinmungo.visits.pages_targets_file import TargetFilePages
from sinmungo.visits.pages_visit import VisitPages
from sinmungo.visits.permissions import READ, RECORD

OFFICE = (
    VisitListPages,
    MonthFilePages,
    TargetFilePages,
    PlanPages,
    RecordPages,
    VisitPages,
    LedgerPages,
)
MENU = (
    MenuItem("방문 일정", "/office/visits", READ, "현장방문", 40),
    MenuItem("방문 기록", "/office/visits/record", RECORD, "현장방문", 41),
    MenuItem("방문 대상", "/office/visits/targets", READ, "현장방문", 42),
    MenuItem("방문관리대장", "/office/visits/ledger", READ, "현장방문", 43),
)
PANELS = (
    Panel("DESK", "visits", "내 방문 일정", "/office/visits/mine", READ, 20),
    Panel("COMPANY", "visits", "방문 이력", "/office/visits/of-company/{id}", READ, 20),
    Panel("CASE", "visits", "현장방문", "/office/visits/of-case/{id}", READ, 20),
)
