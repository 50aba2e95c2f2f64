"""Who may see and change the city's settings."""

from sinmungo.host.types import Permission

MANAGE = "settings.manage"
PERMISSIONS = (Permission(MANAGE, "설정 보기·바꾸기", ("TENANT_ADMIN",)),)
