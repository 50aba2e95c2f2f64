"""The survey as a city words it: its items, its mail, and how few answers are too few to tell."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from sinmungo.cases.message_texts import (
    NUMBER,
    body_field,
    fill,
    sample_mail,
    subject_field,
    unknown_names,
)
from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample, SettingsGroup

PREFIX = "surveys"
UNTIL = "응답기한"
SCORES: dict[int, str] = {5: "매우 만족", 4: "만족", 3: "보통", 2: "불만족", 1: "매우 불만족"}
BEST = max(SCORES)
CODES = {"SPEED": "신속성", "KINDNESS": "친절성", "RESULT": "처리 결과"}
_QUESTIONS = {
    "SPEED": "처리가 빨랐습니까?",
    "KINDNESS": "담당자가 친절했습니까?",
    "RESULT": "처리 결과에 만족하십니까?",
}
_FORM_ENDS = "하고 싶은 말씀 (선택)"


class Item(msgspec.Struct, frozen=True):
    """A question with five answers. Its code is a column of `survey_answers`, in small letters."""

    code: Annotated[str, about("코드", fixed=True)] = ""
    name: Annotated[str, about("항목", fixed=True)] = ""
    question: Annotated[str, about("묻는 말", min_length=2, max_length=60)] = "만족하십니까?"
    asked: Annotated[bool, about("묻습니다")] = True

    @property
    def field(self) -> str:
        """Name of the column and of the form's field."""
        return self.code.lower()


def _usual() -> list[Item]:
    return [Item(code, name, _QUESTIONS[code]) for code, name in CODES.items()]


class Survey(msgspec.Struct, frozen=True):
    """What is asked, of whom, for how long, and in which words."""

    on: Annotated[bool, about("답변한 뒤 조사 메일을 보냅니다")] = True
    items: Annotated[
        list[Item],
        about("항목", "끈 항목은 묻지 않습니다. 지난 응답은 그대로 보고에 남습니다.", fixed=True),
    ] = msgspec.field(default_factory=_usual)
    days: Annotated[
        int, about("응답 기간", "보낸 날부터 주소가 열려 있는 기간", unit="일", ge=3, le=60)
    ] = 14
    rest_days: Annotated[
        int,
        about(
            "다시 묻지 않는 기간",
            "이 기간에는 같은 업체에 또 보내지 않습니다. 0이면 건마다 보냅니다.",
            unit="일",
            ge=0,
            le=365,
        ),
    ] = 7
    least: Annotated[
        int,
        about(
            "점수를 보이는 최소 응답",
            "이보다 적으면 누가 답했는지 짐작할 수 있어 점수와 의견을 가립니다.",
            unit="건",
            ge=3,
            le=50,
        ),
    ] = 5
    subject: Annotated[str, subject_field("메일 제목")] = "처리 과정에 만족하셨습니까?"
    body: Annotated[str, body_field("메일 본문", NUMBER, UNTIL)] = (
        "접수번호 {접수번호}의 처리 과정에 만족하셨는지 여쭙니다. 1분이면 됩니다.\n"
        "답하신 내용은 누가 적었는지 담당자에게 알려지지 않습니다.\n"
        "아래 주소는 한 번 쓸 수 있고 {응답기한}까지 열립니다."
    )
    thanks: Annotated[str, body_field("답한 뒤에 보이는 글")] = (
        "보내 주신 의견은 더 나은 서비스를 만드는 데 쓰겠습니다."
    )


_KNOWN = {"subject": (), "body": (NUMBER, UNTIL), "thanks": ()}


async def survey_of(ctx: Ctx) -> Survey:
    """Return the city's survey."""
    return await settings_of(ctx, PREFIX, Survey)


async def least_answers(ctx: Ctx) -> int:
    """Return how many answers a score needs to be told."""
    return (await survey_of(ctx)).least


def asked_items(survey: Survey) -> list[Item]:
    """Return the items that are asked."""
    return [item for item in survey.items if item.asked]


async def check(_: Ctx, survey: Survey) -> Mapping[str, str]:
    """Refuse unknown placeholders, a survey that asks nothing, and other items than there are."""
    errors = unknown_names(survey, _KNOWN)
    if [item.code for item in survey.items] != list(CODES):
        errors["items"] = "항목은 더하거나 뺄 수 없습니다. 묻지 않으려면 끄세요."
    elif not asked_items(survey):
        errors["items"] = "항목을 하나는 물어야 합니다. 조사를 멈추려면 메일 보내기를 끄세요."
    return errors


async def samples(ctx: Ctx, survey: Survey) -> Sequence[Sample]:
    """Return the mail, and the form as the company sees it."""
    scale = "   ".join(f"( ) {word}" for word in SCORES.values())
    asked = [f"{item.question}\n{scale}" for item in asked_items(survey)]
    link = "http://…/surveys/…"
    values = {NUMBER: "SOS-2026-000123", UNTIL: "2026. 12. 3.(목)"}
    return (
        Sample("조사 메일", sample_mail(ctx, survey.subject, (survey.body, link), values)),
        Sample("기업이 보는 조사 화면", "\n\n".join([*asked, _FORM_ENDS])),
        Sample("답한 뒤", f"고맙습니다\n{fill(ctx, survey.thanks, {})}"),
    )


GROUP = SettingsGroup(
    PREFIX,
    "만족도 조사",
    Survey,
    PREFIX,
    lead="답변한 뒤 기업에 묻는 말, 조사 메일의 글, 점수를 가리는 기준입니다.",
    order=310,
    check=check,
    preview=samples,
)
