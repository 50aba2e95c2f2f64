"""All staff see the register (names masked in lists); the desk and the heads keep it."""

from sinmungo.sdk import Permission

READ = "daegu.experts_read"
MANAGE = "daegu.experts_manage"
_STAFF = ("LEAD_OFFICER", "DIVISION_HEAD", "DEDICATED_OFFICER", "AUDITOR")
_DESK = ("TENANT_ADMIN", "INTAKE_OFFICER", "TEAM_LEADER")

PERMISSIONS = (
    Permission(READ, "자문단 열람", _DESK + _STAFF),
    Permission(MANAGE, "자문단 등록·수정", _DESK),
)
