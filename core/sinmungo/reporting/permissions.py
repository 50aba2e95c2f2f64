"""Who may see the city's numbers: those who answer for more than their own desk."""

from sinmungo.host.types import Permission

READ = "reporting.read"

PERMISSIONS = (
    Permission(
        READ,
        "처리현황 보기",
        ("TENANT_ADMIN", "TEAM_LEADER", "DIVISION_HEAD", "INTAKE_OFFICER", "AUDITOR"),
    ),
)
