"""What of an expert goes after the last term, and what was asked and reported, years later."""

from sqlalchemy import Date, case, cast, delete, func, or_

from sinmungo.experts.models import advice_ratings, advice_requests, expert_tax, experts
from sinmungo.host.destroying import GONE, blank, chosen, holds
from sinmungo.host.types import RetentionRule
from sinmungo_tenants import write

_r = advice_requests.c
RETENTION = (
    RetentionRule(
        code="experts.person",
        title="임기가 끝난 전문가",
        what="이름, 연락처, 메일, 은행 계좌와 예금주",
        subject="expert",
        years=5,
        least=5,
        source="국세기본법 제85조의3(장부와 증빙 5년). 자문 실적과 지급액은 남습니다.",
        table=experts,
        ended=experts.c.term_to,
        label=func.concat(experts.c.affiliation, " 위촉 ", experts.c.term_from),
        held=holds(experts, "name", "phone", "email"),
        erase=(
            write(delete(expert_tax).where(chosen(expert_tax.c.expert_id))),
            blank(experts, "name", "phone", "email"),
        ),
    ),
    RetentionRule(
        code="experts.text",
        title="심층자문의 글",
        what="물은 것, 결과보고, 평가의 글",
        subject="advice",
        years=10,
        least=5,
        source="공공기록물법의 보존기간(1·3·5·10·30년)에서 고릅니다.",
        table=advice_requests,
        ended=case(
            (_r.state == "CANCELLED", cast(func.timezone("Asia/Seoul", _r.requested_at), Date)),
            (_r.state == "PAID", _r.held_on),
        ),
        label=_r.no,
        held=or_(_r.question != GONE, _r.report != GONE),
        erase=(
            blank(advice_ratings, where=chosen(advice_ratings.c.request_id), texts=("comment",)),
            blank(advice_requests, texts=("question", "report", "cancel_reason")),
        ),
    ),
)
