"""What one may do with visits. Who visited whom is known to all staff; journals go by scope.

Recording takes in registering what was found and handing it to the department that was notified:
whoever stands in the factory must not have to ring the intake desk for that.
"""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF

READ = "visits.read"
READ_ALL = "visits.read_all"
RECORD = "visits.record"

PERMISSIONS = (
    Permission(READ, "방문 보기", ALL_STAFF),
    Permission(
        READ_ALL,
        "모든 부서의 방문일지 보기",
        ("INTAKE_OFFICER", "TEAM_LEADER", "DIVISION_HEAD", "AUDITOR", "TENANT_ADMIN"),
    ),
    Permission(
        RECORD,
        "방문 계획·기록(찾은 애로의 접수·부서통보 포함)",
        ("INTAKE_OFFICER", "LEAD_OFFICER", "TEAM_LEADER", "DIVISION_HEAD", "DEDICATED_OFFICER"),
    ),
)
