"""Who may see the hundred, and who may enrol them and name their officers."""

from sinmungo.sdk import Permission

READ = "bucheon.project100_read"
MANAGE = "bucheon.project100_manage"

PERMISSIONS = (
    Permission(
        READ,
        "유망기업 100 열람",
        (
            "TENANT_ADMIN",
            "INTAKE_OFFICER",
            "LEAD_OFFICER",
            "TEAM_LEADER",
            "DIVISION_HEAD",
            "DEDICATED_OFFICER",
            "AUDITOR",
        ),
    ),
    Permission(
        MANAGE,
        "유망기업 100 선정·전담관 지정",
        ("TENANT_ADMIN", "INTAKE_OFFICER", "TEAM_LEADER", "DIVISION_HEAD"),
    ),
)
