"""Who keeps back, destroys and sees the proof."""

from sinmungo.host.types import Permission

MANAGE = "retention.manage"
PERMISSIONS = (Permission(MANAGE, "보존기간과 파기", ("TENANT_ADMIN",)),)
