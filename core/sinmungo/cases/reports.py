"""기업애로 처리현황 (domain.md 5): cases of a registration cohort and what became of them.

A case counts by its 접수 in the period and by its state now. Every case is open, or finished with
exactly one of the outcomes, so 접수 = 처리중 + the outcomes, in every line.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from sinmungo.agencies.models import KINDS, agencies
from sinmungo.cases.labels import DISPOSITION, OPEN, OUTCOME, PROPOSAL_STATE, STATUS
from sinmungo.cases.models import cases, categories, channels, proposals
from sinmungo.companies.models import companies
from sinmungo.host.context import Ctx
from sinmungo.people.models import org_units
from sinmungo.reporting.terms import Dataset, Dimension, Label, Measure, RowColumn, Switch
from sinmungo_tenants import Read, read

REFUSALS_ARE_DONE = Switch(
    key="reporting.refusals_are_done",
    default=True,
    on="불수용·장기검토도 처리완료에 넣습니다.",
    off="불수용·장기검토는 처리완료에 넣지 않습니다.",
)


def _one_of(column: ColumnElement[Any], *values: str) -> ColumnElement[bool]:
    return or_(*(column == value for value in values))


_parent = org_units.alias("parent_units")
_OPEN = _one_of(cases.c.status, *OPEN)
_RESULT = func.coalesce(cases.c.disposition, literal_column("''", Text))
_ACCEPTED = ("ACCEPTED", "ACCEPTED_ON_SITE")
_REFUSED = ("NOT_ACCEPTED", "LONG_TERM_REVIEW")
_GONE = ("TRANSFERRED", "WITHDRAWN")
_NAMED = (
    *_ACCEPTED,
    "PARTIALLY_ACCEPTED",
    *_REFUSED,
    "SYSTEM_CHANGE_PROPOSED",
    "INFO_PROVIDED",
    *_GONE,
)


def _finished(*dispositions: str) -> ColumnElement[bool]:
    return and_(not_(_OPEN), _one_of(_RESULT, *dispositions))


_OTHER = and_(not_(_OPEN), not_(_one_of(_RESULT, *_NAMED)))
_DONE = and_(
    not_(_OPEN),
    not_(_one_of(_RESULT, *_GONE)),
    or_(REFUSALS_ARE_DONE.condition, not_(_one_of(_RESULT, *_REFUSED))),
)


def _words(table: Table) -> Read[Label]:
    columns = (table.c.code, table.c.label.label("title"), table.c.active.label("always"))
    return read(select(*columns).order_by(table.c.position, table.c.code), Label)


def _unit_name() -> ColumnElement[str]:
    """A team is named after its department too: two departments may both have a 운영팀."""
    with_parent = func.concat_ws(literal_column("' '", Text), _parent.c.name, org_units.c.name)
    return case((org_units.c.kind == "TEAM", with_parent), else_=org_units.c.name)


_CATEGORIES = _words(categories)
_CHANNELS = _words(channels)
_ALL_UNITS: Any = (
    select(
        cast(org_units.c.id, Text).label("code"),
        _unit_name().label("title"),
        literal_column("false").label("always"),
    )
    .select_from(org_units.outerjoin(_parent, _parent.c.id == org_units.c.parent_id))
    .order_by(_unit_name(), org_units.c.valid_from, org_units.c.id)
)
_UNITS = read(_ALL_UNITS, Label)


async def category_labels(ctx: Ctx) -> Sequence[Label]:
    """Return the city's categories; those in use have a line even with no case."""
    return await ctx.db.all(_CATEGORIES)


async def channel_labels(ctx: Ctx) -> Sequence[Label]:
    """Return the city's channels; only those with cases have a line."""
    return [Label(x.code, x.title) for x in await ctx.db.all(_CHANNELS)]


async def unit_labels(ctx: Ctx) -> Sequence[Label]:
    """Return every unit that ever was, by the name it had; only those with cases have a line."""
    return await ctx.db.all(_UNITS)


CASES = Dataset(
    slug="cases",
    title="기업애로 처리현황",
    unit="건",
    source=cases.outerjoin(companies, companies.c.id == cases.c.company_id)
    .outerjoin(org_units, org_units.c.id == cases.c.lead_unit_id)
    .outerjoin(_parent, _parent.c.id == org_units.c.parent_id),
    id=cases.c.id,
    at=cases.c.registered_at,
    dimensions=(
        Dimension("category", "분야별", cases.c.category, category_labels, "분야 없음"),
        Dimension("channel", "접수경로별", cases.c.channel, channel_labels, "경로 없음"),
        Dimension("department", "부서별", cases.c.lead_unit_id, unit_labels, "부서 미지정"),
    ),
    measures=(
        Measure("received", "접수"),
        Measure("done", "처리완료", _DONE),
        Measure("open", "처리중", _OPEN),
        Measure("accepted", "수용", _finished(*_ACCEPTED)),
        Measure("partly", "일부수용", _finished("PARTIALLY_ACCEPTED")),
        Measure("refused", "불수용", _finished("NOT_ACCEPTED")),
        Measure("long_term", "장기검토", _finished("LONG_TERM_REVIEW")),
        Measure("proposed", "제도개선", _finished("SYSTEM_CHANGE_PROPOSED")),
        Measure("informed", "안내", _finished("INFO_PROVIDED")),
        Measure("other", "기조치 등", _OTHER),
        Measure("gone", "이송·취하", _finished(*_GONE)),
        Measure("rate", "처리율", share=("done", "received")),
        Measure("days", "평균 처리일", _DONE, days=(cases.c.registered_at, cases.c.answered_at)),
    ),
    columns=(
        RowColumn("접수번호", cases.c.case_no),
        RowColumn("접수일", cases.c.registered_at),
        RowColumn("업체", companies.c.name),
        RowColumn("분야", cases.c.category, category_labels),
        RowColumn("요지", cases.c.summary),
        RowColumn("주관부서", _unit_name()),
        RowColumn("상태", cases.c.status, STATUS),
        RowColumn("처리결과", cases.c.disposition, DISPOSITION),
        RowColumn("답변일", cases.c.answered_at),
    ),
    href="/office/cases/{id}",
    chart=("done", "open"),
    footnotes=(
        "수용에는 현장수용을 넣고, 이송·취하는 접수에 넣되 처리완료에는 넣지 않습니다.",
        "평균 처리일 = 처리완료 건의 접수부터 답변까지 걸린 날의 합 ÷ 건수",
    ),
    switches=(REFUSALS_ARE_DONE,),
)

_AGENCIES = read(
    select(
        cast(agencies.c.id, Text).label("code"),
        agencies.c.name.label("title"),
        literal_column("false", Boolean).label("always"),
    ).order_by(agencies.c.name_key, agencies.c.id),
    Label,
)


async def agency_labels(ctx: Ctx) -> Sequence[Label]:
    """Return every agency that ever was; only those that something was proposed to have a line."""
    return await ctx.db.all(_AGENCIES)


_WAITING = proposals.c.state == "OPEN"


def _outcome(code: str) -> ColumnElement[bool]:
    return func.coalesce(proposals.c.outcome, literal_column("''", Text)) == code


PROPOSALS = Dataset(
    slug="proposals",
    title="상급·중앙 건의 현황",
    unit="건",
    source=proposals.outerjoin(cases, cases.c.id == proposals.c.case_id)
    .outerjoin(companies, companies.c.id == cases.c.company_id)
    .outerjoin(agencies, agencies.c.id == proposals.c.agency_id),
    id=proposals.c.id,
    at=proposals.c.proposed_on,
    dimensions=(
        Dimension("agency", "기관별", proposals.c.agency_id, agency_labels, "기관 없음"),
        Dimension("agency_kind", "기관 종류별", agencies.c.kind, KINDS, "종류 없음"),
        Dimension("category", "분야별", cases.c.category, category_labels, "분야 없음"),
        Dimension("channel", "접수경로별", cases.c.channel, channel_labels, "경로 없음"),
    ),
    measures=(
        Measure("proposed", "건의"),
        Measure("replied", "회신", proposals.c.replied_on.is_not(None)),
        Measure("waiting", "회신 대기", _WAITING),
        *(Measure(code.lower(), title, _outcome(code)) for code, title in OUTCOME.items()),
        Measure("rate", "회신율", share=("replied", "proposed")),
        Measure(
            "days",
            "평균 회신일",
            proposals.c.replied_on.is_not(None),
            days=(proposals.c.proposed_on, proposals.c.replied_on),
        ),
    ),
    columns=(
        RowColumn("건의일", proposals.c.proposed_on),
        RowColumn("기관", agencies.c.name),
        RowColumn("건의 내용", proposals.c.gist),
        RowColumn("업체", companies.c.name),
        RowColumn("접수번호", cases.c.case_no),
        RowColumn("상태", proposals.c.state, PROPOSAL_STATE),
        RowColumn("회신일", proposals.c.replied_on),
        RowColumn("결과", proposals.c.outcome, OUTCOME),
    ),
    href="/office/cases/proposals/{id}",
    chart=("replied", "waiting"),
    footnotes=(
        "한 애로를 여러 기관에 건의하면 기관마다 1건으로 셉니다.",
        "회신 없이 종결한 건의는 회신과 회신 대기 어느 쪽에도 넣지 않습니다.",
    ),
)

REPORTS: tuple[Dataset, ...] = (CASES, PROPOSALS)
