"""All staff see the delegation's figures, of the visits they may see; recording is core's."""

from sinmungo.sdk import Permission

READ = "daegu.delegation_read"

PERMISSIONS = (
    Permission(
        READ,
        "합동 방문단 보기",
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
