"""What one may do with companies: all staff look, those who work with companies write."""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF

READ = "companies.read"
EDIT = "companies.edit"

PERMISSIONS = (
    Permission(READ, "업체 보기", ALL_STAFF),
    Permission(
        EDIT,
        "업체 등록·수정",
        ("INTAKE_OFFICER", "LEAD_OFFICER", "TEAM_LEADER", "DEDICATED_OFFICER", "TENANT_ADMIN"),
    ),
)
