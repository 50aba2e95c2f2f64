"""What one may do with agencies: all staff look, those who work with them keep the list."""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF

READ = "agencies.read"
EDIT = "agencies.edit"

PERMISSIONS = (
    Permission(READ, "유관기관 보기", ALL_STAFF),
    Permission(
        EDIT,
        "유관기관 등록·수정",
        ("INTAKE_OFFICER", "LEAD_OFFICER", "TEAM_LEADER", "TENANT_ADMIN"),
    ),
)
