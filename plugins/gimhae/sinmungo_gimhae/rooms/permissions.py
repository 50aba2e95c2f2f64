"""All staff see the rooms; the desk and the heads keep the register."""

from sinmungo.sdk import Permission

READ = "gimhae.rooms_read"
MANAGE = "gimhae.rooms_manage"
_STAFF = ("LEAD_OFFICER", "DIVISION_HEAD", "DEDICATED_OFFICER", "AUDITOR")
_DESK = ("TENANT_ADMIN", "INTAKE_OFFICER", "TEAM_LEADER")

PERMISSIONS = (
    Permission(READ, "상시상담실 열람", _DESK + _STAFF),
    Permission(MANAGE, "상시상담실 등록·수정", _DESK),
)
