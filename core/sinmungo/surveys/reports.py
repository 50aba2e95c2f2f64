"""How many were asked and answered, and the score out of 100; what one answer says is never shown.

The score is weighted (domain.md N20: 96.49 was a score, not a share of people): all points given,
by all that could have been given.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column

from sinmungo.cases.models import cases
from sinmungo.cases.reports import category_labels, unit_labels
from sinmungo.companies.models import companies
from sinmungo.people.models import org_units
from sinmungo.reporting.terms import Dataset, Dimension, Measure, RowColumn
from sinmungo.surveys.models import survey_answers, survey_requests
from sinmungo.surveys.questions import BEST, CODES, least_answers

_r, _a = survey_requests.c, survey_answers.c
_ITEMS = {code: survey_answers.c[code.lower()] for code in CODES}


def _possible(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((column.is_not(None), literal_column(str(BEST))))


def _sum(parts: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    total: ColumnElement[Any] = literal_column("0")
    for part in parts:
        total = total + func.coalesce(part, literal_column("0"))
    return total


_ALL = (_sum(list(_ITEMS.values())), _sum([_possible(c) for c in _ITEMS.values()]))


def _dimensions(table: Any) -> tuple[Dimension, ...]:
    return (
        Dimension("unit", "부서별", table.unit_id, unit_labels, "부서 미지정"),
        Dimension("category", "분야별", table.category, category_labels, "분야 없음"),
    )


REQUESTS = Dataset(
    slug="surveys",
    title="만족도 조사 회수",
    unit="건",
    source=survey_requests.outerjoin(cases, cases.c.id == _r.case_id)
    .outerjoin(companies, companies.c.id == cases.c.company_id)
    .outerjoin(org_units, org_units.c.id == _r.unit_id),
    id=_r.case_id,
    at=_r.asked_at,
    dimensions=_dimensions(_r),
    measures=(
        Measure("asked", "발송"),
        Measure("answered", "회수", _r.answered.is_(True), closed=True),
        Measure("silent", "미회수", _r.answered.is_(False), closed=True),
        Measure("rate", "회수율", share=("answered", "asked"), closed=True),
    ),
    columns=(
        RowColumn("보낸 날", _r.asked_at),
        RowColumn("접수번호", cases.c.case_no),
        RowColumn("업체", companies.c.name),
        RowColumn("부서", org_units.c.name),
        RowColumn("분야", _r.category, category_labels),
    ),
    href="/office/cases/{id}",
    chart=("answered", "silent"),
    footnotes=(
        "보낸 날이 든 기간에 셉니다. 회수는 그 가운데 오늘까지 답이 온 것입니다.",
        "누가 답했는지 드러나지 않도록 회수와 미회수의 목록은 열지 않습니다.",
    ),
)
SCORES = Dataset(
    slug="satisfaction",
    title="만족도 점수",
    unit="건",
    source=survey_answers,
    id=_a.id,
    at=_a.answered_on,
    dimensions=_dimensions(_a),
    measures=(
        Measure("answers", "응답", closed=True),
        Measure("score", "만족도", score=_ALL, closed=True),
        *(
            Measure(code.lower(), CODES[code], score=(column, _possible(column)), closed=True)
            for code, column in _ITEMS.items()
        ),
    ),
    columns=(RowColumn("답한 날", _a.answered_on),),
    chart=("score",),
    footnotes=(
        "답한 날이 든 기간에 셉니다.",
        "점수 = 받은 점수의 합 ÷ 받을 수 있던 점수의 합 × 100, 소수 둘째 자리에서 반올림.",
        "매우 만족(5점)이 100, 매우 불만족(1점)이 20입니다. 만족한 사람의 비율이 아닙니다.",
        "누가 무엇이라고 답했는지 드러나지 않도록 목록은 열지 않습니다.",
    ),
    least=least_answers,
)
REPORTS: tuple[Dataset, ...] = (REQUESTS, SCORES)
