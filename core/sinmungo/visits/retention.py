"""What of a visit goes and when: first whom one met, years later what was written of it."""

from sqlalchemy import Date, case, cast, exists, func, or_

from sinmungo.forms.destroying import drop_sealed_answers, drop_text_answers
from sinmungo.host.destroying import GONE, blank, chosen, holds
from sinmungo.host.types import RetentionRule
from sinmungo.visits.extra import KIND
from sinmungo.visits.models import visit_items, visit_people, visit_team, visits

SUBJECT = "visit"
_PLANNED_ON = cast(func.timezone("Asia/Seoul", visits.c.planned_at), Date)
_ENDED = case(
    (visits.c.state == "DONE", visits.c.visited_on), (visits.c.state == "CANCELLED", _PLANNED_ON)
)
_LABEL = func.coalesce(visits.c.visit_no, func.concat("취소한 방문 ", _PLANNED_ON))
_TEXTS = ("note", "next_plan", "guided", "cancel_reason")

RETENTION = (
    RetentionRule(
        code="visits.person",
        title="방문에서 만난 사람",
        what="만난 사람과 함께 간 기관 사람의 이름·직위, 개인정보로 받은 추가 답변",
        subject=SUBJECT,
        years=5,
        least=1,
        source="개인정보 보호법 제21조. 방문과 처리 결과는 남습니다.",
        table=visits,
        ended=_ENDED,
        label=_LABEL,
        held=or_(
            exists().where(visit_people.c.visit_id == visits.c.id, holds(visit_people, "name")),
            exists().where(visit_team.c.visit_id == visits.c.id, holds(visit_team, "name")),
        ),
        erase=(
            blank(visit_people, "name", where=chosen(visit_people.c.visit_id), empty=("title",)),
            blank(
                visit_team,
                "name",
                where=chosen(visit_team.c.visit_id) & holds(visit_team, "name"),
                empty=("title",),
            ),
            drop_sealed_answers(KIND),
        ),
    ),
    RetentionRule(
        code="visits.text",
        title="방문일지의 글",
        what="일지, 다음 계획, 안내한 내용, 현장 애로의 글",
        subject=SUBJECT,
        years=10,
        least=3,
        source="공공기록물법의 보존기간(1·3·5·10·30년)에서 고릅니다.",
        table=visits,
        ended=_ENDED,
        label=_LABEL,
        held=or_(
            *(visits.c[name] != GONE for name in _TEXTS),
            exists().where(visit_items.c.visit_id == visits.c.id, visit_items.c.content != GONE),
        ),
        erase=(
            blank(visit_items, where=chosen(visit_items.c.visit_id), texts=("content",)),
            drop_text_answers(KIND),
            blank(visits, texts=_TEXTS),
        ),
    ),
)
