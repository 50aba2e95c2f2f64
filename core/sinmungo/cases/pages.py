"""The screens of the slice by face, its lines in the menus, and its part of a company's page."""

from sinmungo.cases.pages_admin import HolidayController
from sinmungo.cases.pages_approvals import ApprovalsController
from sinmungo.cases.pages_case import CaseController
from sinmungo.cases.pages_desk import DeskController
from sinmungo.cases.pages_extra import ExtraController
from sinmungo.cases.pages_intake import IntakeController
from sinmungo.cases.pages_ledgers import LedgerController
from sinmungo.cases.pages_portal import PortalController
from sinmungo.cases.pages_proposals import ProposalController
from sinmungo.cases.pages_sharing import SharedController, SharingController
from sinmungo.cases.pages_waiting import WaitingFileController
from sinmungo.cases.permissions import APPROVE, INTAKE, READ, SETTINGS, SHARED
from sinmungo.cases.settings_approval import KEYS, any_line
from sinmungo.host.checks import PUBLIC
from sinmungo.host.types import MenuItem, MenuSwitch, Panel

_APPROVED = MenuSwitch(KEYS, any_line)

OFFICE = (
    DeskController,
    IntakeController,
    WaitingFileController,
    CaseController,
    ExtraController,
    SharingController,
    SharedController,
    ApprovalsController,
    ProposalController,
    LedgerController,
)
PORTAL = (PortalController,)
ADMIN = (HolidayController,)
MENU = (
    MenuItem("내 업무", "/office/cases", READ, "업무", 10),
    MenuItem("접수하기(전화·방문)", "/office/cases/new", INTAKE, "업무", 20),
    MenuItem("포털 접수", "/office/cases/submissions", INTAKE, "업무", 25),
    MenuItem("결재 대기", "/office/cases/approvals", APPROVE, "업무", 15, switch=_APPROVED),
    MenuItem("대장", "/office/cases/ledgers", READ, "업무", 33),
    MenuItem("공유받은 기업애로", "/office/cases/shared", SHARED, "업무", 12),
    MenuItem("건의과제", "/office/cases/proposals", READ, "업무", 36),
    MenuItem("공휴일", "/admin/cases/holidays", SETTINGS, "관리", 40, face="admin"),
    MenuItem("애로 신청", "/cases/file", PUBLIC, "", 10, face="portal"),
    MenuItem("진행 확인", "/cases/follow", PUBLIC, "", 20, face="portal"),
)
PANELS = (
    Panel("COMPANY", "cases", "애로 이력", "/office/cases/of-company/{id}", READ, 10),
    Panel("DESK", "approvals", "결재 대기", "/office/cases/approvals", APPROVE, 5),
)
