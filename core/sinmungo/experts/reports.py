"""심층자문 in the reporting engine's terms: one line is one session (회) that took place."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Text, cast, or_, select

from sinmungo.companies.models import companies
from sinmungo.experts import words
from sinmungo.experts.models import advice_fields, advice_ratings, advice_requests, experts
from sinmungo.experts.rules import LOW_SCORE
from sinmungo.host.context import Ctx
from sinmungo.people.models import org_units
from sinmungo.reporting.terms import Dataset, Dimension, Label, Measure, RowColumn
from sinmungo_tenants import read

_GOOD = 4
_r, _score = advice_requests.c, advice_ratings.c.score
_REPORTED = or_(_r.state == "REPORTED", _r.state == "PAID")
_SCORES: Mapping[str, str] = {str(k): f"{k}점 {text}" for k, text in words.SCORE.items()}
_FIELDS = read(
    select(
        advice_fields.c.code,
        advice_fields.c.label.label("title"),
        advice_fields.c.active.label("always"),
    ).order_by(advice_fields.c.position, advice_fields.c.code),
    Label,
)


async def field_titles(ctx: Ctx) -> Sequence[Label]:
    """Return the city's fields of advice; those in use have a line even with no session."""
    return await ctx.db.all(_FIELDS)


SESSIONS = Dataset(
    slug="advice",
    title="심층자문 실적",
    unit="회",
    source=advice_requests.outerjoin(companies, companies.c.id == _r.company_id)
    .outerjoin(experts, experts.c.id == _r.expert_id)
    .outerjoin(org_units, org_units.c.id == _r.unit_id)
    .outerjoin(advice_ratings, advice_ratings.c.request_id == _r.id),
    id=_r.id,
    at=_r.held_on,
    dimensions=(
        Dimension("field", "분야별", _r.field, field_titles, "분야 없음"),
        Dimension("mode", "방식별", _r.mode, words.MODE, "방식 없음"),
        Dimension("rating", "평가별", cast(_score, Text), _SCORES, "평가 없음"),
    ),
    measures=(
        Measure("sessions", "자문"),
        Measure("reported", "보고", _REPORTED),
        Measure("unreported", "보고 전", _r.state == "HELD"),
        Measure("paid", "지급", _r.state == "PAID"),
        Measure("good", "4점 이상", _score >= _GOOD),
        Measure("low", "2점 이하", _score <= LOW_SCORE),
        Measure("report_rate", "보고율", share=("reported", "sessions")),
    ),
    columns=(
        RowColumn("번호", _r.no),
        RowColumn("자문일", _r.held_on),
        RowColumn("업체", companies.c.name),
        RowColumn("분야", _r.field, field_titles),
        RowColumn("전문가 소속", experts.c.affiliation),
        RowColumn("요청부서", org_units.c.name),
        RowColumn("상태", _r.state, words.STATE),
    ),
    href="/office/experts/advice/{id}",
    chart=("reported", "unreported"),
    footnotes=("자문한 날이 든 기간에 셉니다. 요청만 하고 아직 하지 않은 자문은 세지 않습니다.",),
)

REPORTS: tuple[Dataset, ...] = (SESSIONS,)
