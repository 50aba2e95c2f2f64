"""What one may do with companies: all staff look, those who work with companies write."""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF

READ = "companies.read"
EDIT = "companies.edit"
MERGE = "companies.merge"
SETTINGS = "companies.settings"

PERMISSIONS = (
    Permission(READ, "업체 보기", ALL_STAFF),
    Permission(
        EDIT,
        "업체 등록·수정",
        ("INTAKE_OFFICER", "LEAD_OFFICER", "TEAM_LEADER", "DEDICATED_OFFICER", "TENANT_ADMIN"),
    ),
    Permission(MERGE, "중복 업체 합치기", ("INTAKE_OFFICER", "TEAM_LEADER", "TENANT_ADMIN")),
    Permission(SETTINGS, "동·산업단지와 동의 문구 관리", ("TENANT_ADMIN",)),
)
