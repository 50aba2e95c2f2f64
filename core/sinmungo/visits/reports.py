"""What is counted about visits: 회, 개사 and 건, each a dataset of its own so that none can mix.

A company belongs to one line by association: the one it joined first of those it was in that day.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, literal_column, or_, select

from sinmungo.agencies.models import agencies
from sinmungo.cases.models import cases
from sinmungo.cases.reports import category_labels, unit_labels
from sinmungo.companies.models import companies, company_memberships
from sinmungo.host.context import Ctx
from sinmungo.people.models import org_units
from sinmungo.reporting.terms import Dataset, Dimension, Label, Measure, RowColumn
from sinmungo.visits.labels import KIND, OUTCOME
from sinmungo.visits.models import visit_items, visits
from sinmungo_tenants import read

_m = company_memberships.c


def _association() -> ColumnElement[Any]:
    """The association that the company had joined first of those it was in on the day."""
    return (
        select(_m.agency_id)
        .where(
            _m.company_id == visits.c.company_id,
            _m.valid_from <= visits.c.visited_on,
            or_(_m.valid_to.is_(None), _m.valid_to > visits.c.visited_on),
        )
        .order_by(_m.valid_from, _m.agency_id)
        .limit(literal_column("1"))
        .correlate(visits)
        .scalar_subquery()
    )


def _with_items() -> ColumnElement[bool]:
    return select(visit_items.c.id).where(visit_items.c.visit_id == visits.c.id).exists()


_done = (
    select(visits, _association().label("association_id"), _with_items().label("with_items"))
    .where(visits.c.state == literal_column("'DONE'"))
    .subquery("done_visits")
)
_v, _i = _done.c, visit_items.c
_ASSOCIATIONS = read(
    select(
        cast(agencies.c.id, Text).label("code"),
        agencies.c.name.label("title"),
        literal_column("false").label("always"),
    )
    .where(agencies.c.kind == "ASSOCIATION")
    .order_by(agencies.c.name_key, agencies.c.id),
    Label,
)
_BY_JOINING = "조합·협회별에서는 한 업체를 먼저 가입한 한 곳에만 셉니다."


async def association_labels(ctx: Ctx) -> Sequence[Label]:
    """Return the associations; only those with rows have a line."""
    return await ctx.db.all(_ASSOCIATIONS)


async def kind_labels(ctx: Ctx) -> Sequence[Label]:
    """Return the kinds of visits; only those with rows have a line."""
    del ctx
    return [Label(code, title) for code, title in KIND.items()]


def _dimensions() -> tuple[Dimension, ...]:
    return (
        Dimension("kind", "구분별", _v.kind, kind_labels, "구분 없음"),
        Dimension("unit", "부서별", _v.unit_id, unit_labels, "부서 미지정"),
        Dimension("association", "조합·협회별", _v.association_id, association_labels, "가입 없음"),
    )


_COMPANY = companies.c.name
VISITS = Dataset(
    slug="visits",
    title="현장방문 실적",
    unit="회",
    source=_done.outerjoin(companies, companies.c.id == _v.company_id).outerjoin(
        org_units, org_units.c.id == _v.unit_id
    ),
    id=_v.id,
    at=_v.visited_on,
    dimensions=_dimensions(),
    measures=(
        Measure("visits", "방문"),
        Measure("with_items", "애로 발굴 방문", _v.with_items),
        Measure("rate", "발굴 방문율", share=("with_items", "visits")),
    ),
    columns=(
        RowColumn("방문번호", _v.visit_no),
        RowColumn("방문일", _v.visited_on),
        RowColumn("구분", _v.kind, KIND),
        RowColumn("업체", _COMPANY),
        RowColumn("부서", org_units.c.name),
        RowColumn("장소", _v.place),
    ),
    href="/office/visits/{id}",
    chart=("visits",),
    footnotes=("애로가 없던 방문도 1회로 셉니다.", _BY_JOINING),
)
COMPANIES = Dataset(
    slug="visited-companies",
    title="방문 업체",
    unit="개사",
    source=_done.outerjoin(companies, companies.c.id == _v.company_id).outerjoin(
        org_units, org_units.c.id == _v.unit_id
    ),
    id=_v.id,
    at=_v.visited_on,
    distinct=_v.company_id,
    dimensions=_dimensions(),
    measures=(
        Measure("companies", "방문 업체"),
        Measure("with_items", "애로 발굴 업체", _v.with_items),
    ),
    columns=(
        RowColumn("업체", _COMPANY),
        RowColumn("마지막 방문", _v.visited_on),
        RowColumn("방문번호", _v.visit_no),
        RowColumn("구분", _v.kind, KIND),
        RowColumn("부서", org_units.c.name),
    ),
    href="/office/visits/{id}",
    footnotes=(_BY_JOINING,),
)
CASES = Dataset(
    slug="visit-cases",
    title="방문 발굴 애로",
    unit="건",
    source=visit_items.outerjoin(_done, _v.id == _i.visit_id)
    .outerjoin(cases, cases.c.id == _i.case_id)
    .outerjoin(companies, companies.c.id == _v.company_id)
    .outerjoin(org_units, org_units.c.id == _v.unit_id),
    id=_i.case_id,
    at=_v.visited_on,
    dimensions=(
        *_dimensions(),
        Dimension("category", "분야별", _i.category, category_labels, "분야 없음"),
    ),
    measures=(
        Measure("found", "발굴"),
        Measure("on_site", "현장해결", _i.outcome == "ON_SITE"),
        Measure("handled", "즉시처리", _i.outcome == "HANDLED"),
        Measure("notified", "부서통보", _i.outcome == "NOTIFIED"),
        Measure("proposed", "상급건의", _i.outcome == "PROPOSED"),
        Measure("unclassed", "미분류", _i.outcome == "UNCLASSED"),
        Measure("rate", "현장해결률", share=("on_site", "found")),
    ),
    columns=(
        RowColumn("접수번호", cases.c.case_no),
        RowColumn("방문일", _v.visited_on),
        RowColumn("방문번호", _v.visit_no),
        RowColumn("업체", _COMPANY),
        RowColumn("분야", _i.category, category_labels),
        RowColumn("요지", cases.c.summary),
        RowColumn("처리 구분", _i.outcome, OUTCOME),
    ),
    href="/office/cases/{id}",
    chart=("on_site", "handled", "notified", "proposed", "unclassed"),
    footnotes=(
        "발굴 = 현장해결 + 즉시처리 + 부서통보 + 상급건의 + 미분류. 처리 구분은 오늘 현재입니다.",
        _BY_JOINING,
    ),
)
REPORTS: tuple[Dataset, ...] = (VISITS, COMPANIES, CASES)
