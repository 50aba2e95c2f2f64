"""What mails about advice say: the house's words, or the city's own.

Head, link and whom to call are always put around them. A text may hold names in braces, which
become that session's values; none of them is a person's.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from sinmungo.cases.message_texts import body_field, sample_mail, subject_field, unknown_names
from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.types import Sample, SettingsGroup

PREFIX = "experts.texts"
NO, FIELD, DUE, HELD = "자문번호", "분야", "보고기한", "자문일"
_CONTACT = "담당 기업지원과 02-000-0000"


class Texts(msgspec.Struct, frozen=True):
    """Subject and body of each mail."""

    matched_subject: Annotated[str, subject_field("전문가에게 부탁: 제목", NO, FIELD)] = (
        "심층자문 {자문번호}을 부탁드립니다"
    )
    matched_body: Annotated[str, body_field("전문가에게 부탁: 본문", NO, FIELD)] = (
        "{분야} 분야 심층자문({자문번호})을 부탁드립니다.\n"
        "로그인해 내용을 보시고, 이해관계가 없으면 서약한 뒤 일정을 정해 주세요."
    )
    report_subject: Annotated[str, subject_field("결과보고 알림: 제목", NO, FIELD)] = (
        "심층자문 {자문번호} 결과보고를 부탁드립니다"
    )
    report_body: Annotated[str, body_field("결과보고 알림: 본문", NO, FIELD, DUE)] = (
        "심층자문 {자문번호}의 보고 기한 {보고기한}입니다."
    )
    late_body: Annotated[str, body_field("결과보고 알림: 기한이 지났을 때", NO, FIELD, DUE)] = (
        "심층자문 {자문번호}의 보고 기한 {보고기한}이 지났습니다."
    )
    rating_subject: Annotated[str, subject_field("기업에 평가 부탁: 제목", NO, FIELD)] = (
        "심층자문을 평가해 주세요"
    )
    rating_body: Annotated[str, body_field("기업에 평가 부탁: 본문", NO, FIELD, HELD)] = (
        "{자문일} {분야} 분야 심층자문({자문번호})은 어떠셨습니까?\n"
        "아래 주소에서 한 번 평가하실 수 있습니다. 30일 동안 열립니다."
    )


_KNOWN = dict.fromkeys(Texts.__struct_fields__, (NO, FIELD)) | {
    "report_body": (NO, FIELD, DUE),
    "late_body": (NO, FIELD, DUE),
    "rating_body": (NO, FIELD, HELD),
}


async def texts_of(ctx: Ctx) -> Texts:
    """Return the city's texts."""
    return await settings_of(ctx, PREFIX, Texts)


async def check(_: Ctx, texts: Texts) -> Mapping[str, str]:
    """Name the first unknown placeholder of each text."""
    return unknown_names(texts, _KNOWN)


async def samples(ctx: Ctx, texts: Texts) -> Sequence[Sample]:
    """Return each mail as it would be read, with made-up values."""
    day = "2026. 11. 19.(목)"
    values = {NO: "AD-2026-0012", FIELD: "노무", DUE: day, HELD: day}
    desk, link = "http://…/office/experts/desk", "http://…/experts/rate/…"

    def mail(subject: str, *parts: str) -> str:
        return sample_mail(ctx, subject, parts, values, _CONTACT)

    return (
        Sample("전문가에게 부탁", mail(texts.matched_subject, texts.matched_body, desk)),
        Sample("결과보고 알림", mail(texts.report_subject, texts.report_body, desk)),
        Sample("기한이 지났을 때", mail(texts.report_subject, texts.late_body, desk)),
        Sample("기업에 평가 부탁", mail(texts.rating_subject, texts.rating_body, link)),
    )


TEXTS_GROUP = SettingsGroup(
    "experts-texts",
    "전문가 자문 알림 글",
    Texts,
    PREFIX,
    lead="전문가와 기업이 받는 메일의 글입니다. 주소와 담당부서 전화는 언제나 붙습니다.",
    order=331,
    check=check,
    preview=samples,
)
