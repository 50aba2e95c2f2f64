"""What one may do with cases. Which cases one sees at all is scope.py's business."""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF, REGIONAL

READ = "cases.read"
READ_ALL = "cases.read_all"
INTAKE = "cases.intake"
ASSIGN = "cases.assign"
WORK = "cases.work"
APPROVE = "cases.approve"
PROPOSE = "cases.propose"
DOWNLOAD = "cases.download"
SHARE = "cases.share"
SHARED = "cases.shared"
SETTINGS = "cases.settings"

PERMISSIONS = (
    Permission(READ, "기업애로 보기", ALL_STAFF),
    Permission(
        READ_ALL, "모든 부서의 기업애로 보기", ("INTAKE_OFFICER", "AUDITOR", "TENANT_ADMIN")
    ),
    Permission(INTAKE, "신청 접수", ("INTAKE_OFFICER", "TENANT_ADMIN")),
    Permission(ASSIGN, "부서·담당자 배정", ("INTAKE_OFFICER", "TEAM_LEADER", "DIVISION_HEAD")),
    Permission(
        WORK,
        "검토·답변·종결",
        ("LEAD_OFFICER", "TEAM_LEADER", "INTAKE_OFFICER", "DIVISION_HEAD", "DEDICATED_OFFICER"),
    ),
    Permission(APPROVE, "답변 결재", ("TEAM_LEADER", "DIVISION_HEAD")),
    Permission(
        PROPOSE,
        "상급·중앙 건의",
        ("DIVISION_HEAD", "TEAM_LEADER", "LEAD_OFFICER", "INTAKE_OFFICER", "DEDICATED_OFFICER"),
    ),
    Permission(
        DOWNLOAD,
        "대장 내려받기",
        ("INTAKE_OFFICER", "TEAM_LEADER", "DIVISION_HEAD", "AUDITOR", "TENANT_ADMIN"),
    ),
    Permission(SHARE, "지역팀과 공유", ("LEAD_OFFICER", "TEAM_LEADER", "DIVISION_HEAD")),
    Permission(SHARED, "공유받은 기업애로 보기", (REGIONAL,)),
    Permission(SETTINGS, "분야·휴일 관리", ("TENANT_ADMIN",)),
)
