"""Who may switch a city's own features on and off."""

from sinmungo.host.types import Permission

MANAGE = "plugins.manage"
PERMISSIONS = (Permission(MANAGE, "시 전용 기능 켜고 끄기", ("TENANT_ADMIN",)),)
