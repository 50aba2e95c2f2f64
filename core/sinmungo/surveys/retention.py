"""What companies wrote goes after some years; scores stay, and no count changes."""

from sqlalchemy import and_, func

from sinmungo.host.destroying import GONE, blank
from sinmungo.host.types import RetentionRule
from sinmungo.surveys.models import survey_answers

_a = survey_answers.c
RETENTION = (
    RetentionRule(
        code="surveys.opinion",
        title="만족도 조사 의견",
        what="기업이 자유롭게 적은 의견. 점수는 남습니다.",
        subject="survey",
        years=3,
        least=1,
        source="공공기록물법의 보존기간(1·3·5·10·30년)에서 고릅니다.",
        table=survey_answers,
        ended=_a.answered_on,
        label=func.concat("만족도 의견 ", func.to_char(_a.answered_on, "YYYY. FMMM.")),
        held=and_(_a.comment.is_not(None), _a.comment != GONE),
        erase=(blank(survey_answers, texts=("comment",)),),
    ),
)
