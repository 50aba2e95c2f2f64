"""Who decides what is asked: administrators."""

from sinmungo.host.types import Permission

MANAGE = "forms.manage"
PERMISSIONS = (Permission(MANAGE, "추가 질문·항목 관리", ("TENANT_ADMIN",)),)
