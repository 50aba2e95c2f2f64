"""What companies wrote is read by those who lead, not by who handled the case."""

from sinmungo.host.types import Permission

READ = "surveys.read"
PERMISSIONS = (
    Permission(
        READ, "만족도 조사 의견 보기", ("TENANT_ADMIN", "TEAM_LEADER", "DIVISION_HEAD", "AUDITOR")
    ),
)
