"""What one may do with people."""

from sinmungo.host.types import Permission

SELF = "people.self"
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

# People from outside with an account of their own: they see what a slice shows them, no desk.
REGIONAL = "REGIONAL_TEAM_USER"
GUESTS = ("EXPERT", REGIONAL)

PERMISSIONS = (
    Permission(SELF, "내 계정", (*ALL_STAFF, *GUESTS)),
    Permission(DESK, "업무 화면 열기", ALL_STAFF),
    Permission(MANAGE, "부서·직원 관리", ("TENANT_ADMIN",)),
)
