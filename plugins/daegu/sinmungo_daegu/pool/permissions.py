"""All staff see the year's figures; the register and the sessions have core's permissions."""

from sinmungo.sdk import Permission

READ = "daegu.pool_read"

PERMISSIONS = (
    Permission(
        READ,
        "자문단 연간 실적 보기",
        (
            "TENANT_ADMIN",
            "INTAKE_OFFICER",
            "TEAM_LEADER",
            "LEAD_OFFICER",
            "DIVISION_HEAD",
            "DEDICATED_OFFICER",
            "AUDITOR",
        ),
    ),
)
