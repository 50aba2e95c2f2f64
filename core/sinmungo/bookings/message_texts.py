"""What mails about a booking say: the house's words, or the city's own.

Number, time, place and whom to call are always put around them, so no text can leave them out.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from sinmungo.cases.message_texts import body_field, sample_mail, subject_field, unknown_names
from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.types import Sample, SettingsGroup

PREFIX = "bookings.texts"
RECEIPT, UNTIL = "예약번호", "취소기한"
_PLACE = ("", "일시 2026. 11. 19.(목) 10:00~10:30", "장소 기업지원센터 2층 상담실 1")
_CONTACT = "문의 기업지원과 02-000-0000"


class Texts(msgspec.Struct, frozen=True):
    """Subject and body of each mail; the city's word for a booking stands before the subject."""

    booked_subject: Annotated[str, subject_field("예약 알림: 제목")] = "예약되었습니다"
    booked_body: Annotated[str, body_field("예약 알림: 본문", RECEIPT, UNTIL)] = (
        "예약번호 {예약번호}\n못 오시면 {취소기한} 예약 확인 화면에서 취소해 주세요."
    )
    reminder_subject: Annotated[str, subject_field("전날 알림: 제목")] = (
        "예약하신 날이 다가왔습니다"
    )
    reminder_body: Annotated[str, body_field("전날 알림: 본문", RECEIPT)] = "예약번호 {예약번호}"
    cancelled_subject: Annotated[str, subject_field("취소 알림: 제목")] = "예약이 취소되었습니다"
    cancelled_body: Annotated[str, body_field("취소 알림: 본문", RECEIPT)] = (
        "아래 예약이 취소되었습니다. 다른 시간을 잡으시려면 전화해 주세요."
    )


_KNOWN = {
    "booked_subject": (),
    "booked_body": (RECEIPT, UNTIL),
    "reminder_subject": (),
    "reminder_body": (RECEIPT,),
    "cancelled_subject": (),
    "cancelled_body": (RECEIPT,),
}


async def texts_of(ctx: Ctx) -> Texts:
    """Return the city's texts."""
    return await settings_of(ctx, PREFIX, Texts)


async def check(_: Ctx, texts: Texts) -> Mapping[str, str]:
    """Name the first unknown placeholder of each text; who booked has to learn the number."""
    errors = unknown_names(texts, _KNOWN)
    if "booked_body" not in errors and f"{{{RECEIPT}}}" not in texts.booked_body:
        errors["booked_body"] = f"{{{RECEIPT}}}는 꼭 있어야 합니다."
    return errors


async def samples(ctx: Ctx, texts: Texts) -> Sequence[Sample]:
    """Return each mail as it would be read, with made-up values."""
    values = {RECEIPT: "7KQ2M9XD4R", UNTIL: "전날까지"}

    def mail(subject: str, body: str) -> str:
        return sample_mail(ctx, f"상담실 예약 {subject}", (body, *_PLACE), values, _CONTACT)

    return (
        Sample("예약 알림", mail(texts.booked_subject, texts.booked_body)),
        Sample("전날 알림", mail(texts.reminder_subject, texts.reminder_body)),
        Sample("취소 알림", mail(texts.cancelled_subject, texts.cancelled_body)),
    )


TEXTS_GROUP = SettingsGroup(
    "bookings-texts",
    "상담실 예약 알림 글",
    Texts,
    PREFIX,
    lead="예약한 분이 받는 메일의 글입니다. 일시와 장소, 문의처는 언제나 붙습니다.",
    order=321,
    check=check,
    preview=samples,
)
