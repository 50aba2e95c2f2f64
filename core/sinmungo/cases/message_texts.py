"""What companies read in mails about their cases: the house's words, or the city's own.

Head line and contact are always put around them, because every message names unit, officer and
phone (domain.md 2.4). A text may hold names in braces, which become that case's values.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample

PREFIX = "cases.texts"
NUMBER, DUE, RESULT, CITY, SERVICE = "접수번호", "처리예정일", "결과", "기관", "서비스"
_NAMED = re.compile(r"\{([^{}]*)\}")
_EVERYWHERE = (CITY, SERVICE)
_MAX_SUBJECT, _MAX_BODY = 60, 600


def subject_field(title: str, *words: str) -> msgspec.Meta:
    """Describe a setting that is one line of a mail and may hold these names in braces."""
    return about(title, _may_hold(words), min_length=1, max_length=_MAX_SUBJECT)


def body_field(title: str, *words: str) -> msgspec.Meta:
    """Describe a setting that is several lines of a mail and may hold these names in braces."""
    return about(title, _may_hold(words), long=True, min_length=1, max_length=_MAX_BODY)


def _may_hold(words: Sequence[str]) -> str:
    return "쓸 수 있는 자리표시: " + ", ".join(f"{{{w}}}" for w in (*words, *_EVERYWHERE))


class Texts(msgspec.Struct, frozen=True):
    """Subject and body of each mail."""

    registered_subject: Annotated[str, subject_field("접수 알림: 제목")] = "접수되었습니다"
    registered_line: Annotated[str, subject_field("접수 알림: 건마다 한 줄", NUMBER, DUE)] = (
        "접수번호 {접수번호}으로 접수되었습니다. 처리예정일 {처리예정일}"
    )
    registered_end: Annotated[str, body_field("접수 알림: 맺음")] = (
        "더 궁금하신 점은 아래 담당자에게 전화해 주세요."
    )
    answered_subject: Annotated[str, subject_field("답변 알림: 제목", RESULT)] = (
        "처리결과({결과})를 알려드립니다"
    )
    answered_body: Annotated[str, body_field("답변 알림: 본문", NUMBER, RESULT)] = (
        "접수번호 {접수번호}의 처리결과({결과})를 알려드립니다.\n"
        "자세한 내용은 신청 조회 화면이나 아래 담당자에게서 확인하실 수 있습니다."
    )
    answered_end: Annotated[str, body_field("답변 알림: 맺음")] = (
        "더 궁금하신 점은 아래 담당자에게 전화해 주세요."
    )
    refused_end: Annotated[str, body_field("답변 알림: 불수용·일부수용일 때의 불복 안내")] = (
        "결과에 이의가 있으시면 통지를 받은 날부터 60일 안에 이의신청을 하실 수 있습니다."
    )
    proposal_subject: Annotated[str, subject_field("건의 회신 알림: 제목")] = (
        "건의한 내용에 회신이 왔습니다"
    )
    proposal_body: Annotated[str, body_field("건의 회신 알림: 본문", NUMBER)] = (
        "접수번호 {접수번호}과 관련해 건의한 내용에 해당 기관이 회신하였습니다.\n"
        "자세한 내용은 신청 조회 화면이나 아래 담당자에게서 확인하실 수 있습니다.\n"
        "더 궁금하신 점은 아래 담당자에게 전화해 주세요."
    )


KNOWN: dict[str, tuple[str, ...]] = {
    "registered_line": (NUMBER, DUE),
    "answered_subject": (RESULT,),
    "answered_body": (NUMBER, RESULT),
    "proposal_body": (NUMBER,),
}


async def texts_of(ctx: Ctx) -> Texts:
    """Return the city's texts."""
    return await settings_of(ctx, PREFIX, Texts)


def fill(ctx: Ctx, text: str, values: Mapping[str, str]) -> str:
    """Return a text with its names replaced; one that is not known stays as it is."""
    known = {CITY: ctx.city.name, SERVICE: ctx.city.service_name, **values}
    return _NAMED.sub(lambda found: known.get(found[1].strip(), found[0]), text)


def unknown_names(texts: Any, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return what to say of each field whose text holds a name that nothing is put in for.

    `known` are the names that each field may hold beside the city's own.
    """
    errors = {}
    for field, words in known.items():
        may = (*words, *_EVERYWHERE)
        unknown = [w for w in _NAMED.findall(getattr(texts, field)) if w.strip() not in may]
        if unknown:
            allowed = ", ".join(f"{{{w}}}" for w in may)
            errors[field] = f"쓸 수 없는 자리표시입니다: {{{unknown[0]}}}. 쓸 수 있는 것: {allowed}"
    return errors


async def check(_: Ctx, texts: Texts) -> Mapping[str, str]:
    """Name the first unknown placeholder of each text; the remedy must stay a remedy."""
    errors = unknown_names(texts, {name: KNOWN.get(name, ()) for name in Texts.__struct_fields__})
    if "refused_end" not in errors and "이의" not in texts.refused_end:
        errors["refused_end"] = "불수용할 때는 이의신청 방법을 알려야 합니다(민원처리법 제27조)."
    if "registered_line" not in errors and f"{{{NUMBER}}}" not in texts.registered_line:
        errors["registered_line"] = f"{{{NUMBER}}}는 꼭 있어야 합니다."
    return errors


def sample_mail(
    ctx: Ctx,
    subject: str,
    parts: Sequence[str],
    values: Mapping[str, str],
    contact: str = "담당 기업지원과 홍길동 주무관 02-000-0000",
) -> str:
    """Return a whole mail as it would be read, with a made-up officer."""
    head = f"[{ctx.city.name} {ctx.city.service_name}]"
    lines = [f"{head} {subject}", "", head, *parts, "", contact]
    return fill(ctx, "\n".join(lines), values)


async def samples(ctx: Ctx, texts: Texts) -> Sequence[Sample]:
    """Return each mail as a company would read it, with made-up values."""
    values = {NUMBER: "SOS-2026-000123", DUE: "2026. 11. 19.(목)", RESULT: "일부수용"}

    def mail(subject: str, *parts: str) -> str:
        return sample_mail(ctx, subject, parts, values)

    return (
        Sample(
            "접수 알림",
            mail(texts.registered_subject, texts.registered_line, "", texts.registered_end),
        ),
        Sample("답변 알림", mail(texts.answered_subject, texts.answered_body, texts.refused_end)),
        Sample("건의 회신 알림", mail(texts.proposal_subject, texts.proposal_body)),
    )
