"""Who may bring a whole register into the city: administrators."""

from sinmungo.host.types import Permission

MANAGE = "imports.manage"
PERMISSIONS = (Permission(MANAGE, "대장·명단 가져오기", ("TENANT_ADMIN",)),)
