"""What one may do with people."""

from sinmungo.host.types import Permission

DESK = "people.desk"
MANAGE = "people.manage"
ALL_STAFF = (
    "TENANT_ADMIN",
    "INTAKE_OFFICER",
    "LEAD_OFFICER",
    "TEAM_LEADER",
    "DIVISION_HEAD",
    "DEDICATED_OFFICER",
    "AUDITOR",
)

PERMISSIONS = (
    Permission(DESK, "업무 화면 열기", ALL_STAFF),
    Permission(MANAGE, "부서·직원 관리", ("TENANT_ADMIN",)),
)
