"""Who booked a time goes some years after it; that the room was used stays."""

from sinmungo.bookings.models import bookings
from sinmungo.host.destroying import blank, holds
from sinmungo.host.types import RetentionRule

RETENTION = (
    RetentionRule(
        code="bookings.person",
        title="상담 예약자",
        what="예약한 사람의 이름·전화·메일, 상담할 것과 상담 메모",
        subject="booking",
        years=3,
        least=1,
        source="개인정보 보호법 제21조. 예약 건수와 이용 시간은 남습니다.",
        table=bookings,
        ended=bookings.c.ends_at,
        label=bookings.c.receipt_no,
        held=holds(bookings, "name", "phone", "email"),
        erase=(
            blank(
                bookings,
                "name",
                "phone",
                "email",
                empty=("address_hash",),
                texts=("subject", "note"),
            ),
        ),
    ),
)
