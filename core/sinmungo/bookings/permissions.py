"""Everyone in the city hall sees the rooms; the desk books, the heads and the desk keep them."""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF

READ = "bookings.read"
BOOK = "bookings.book"
MANAGE = "bookings.manage"
SETTINGS = "bookings.settings"

PERMISSIONS = (
    Permission(READ, "상담 예약 보기", ALL_STAFF),
    Permission(
        BOOK,
        "상담 예약·취소·결과 적기",
        ("INTAKE_OFFICER", "LEAD_OFFICER", "TEAM_LEADER", "DEDICATED_OFFICER", "TENANT_ADMIN"),
    ),
    Permission(
        MANAGE,
        "상담실·당번·쉬는 날 관리",
        ("INTAKE_OFFICER", "TEAM_LEADER", "TENANT_ADMIN"),
    ),
    Permission(SETTINGS, "상담 분야·예약 규칙 관리", ("TENANT_ADMIN",)),
)
