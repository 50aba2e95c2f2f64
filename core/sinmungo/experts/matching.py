"""Gathers what is known of the experts for one request; `rules.assess` says what it means (A2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import (
    Date,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from sinmungo import clock
from sinmungo.companies.models import companies
from sinmungo.errors import MissingError
from sinmungo.experts import advice_queries as aq
from sinmungo.experts import queries as q
from sinmungo.experts import rules
from sinmungo.experts.models import (
    advice_declines,
    advice_fields,
    advice_ratings,
    expert_fields,
    expert_ties,
    experts,
)
from sinmungo.host.context import Ctx
from sinmungo.text.normalise import company_key
from sinmungo_tenants import read

DEFAULT_YEARS = 2


class _Company(msgspec.Struct):
    name: str
    name_key: str
    address: str


class _Row(msgspec.Struct):
    id: UUID
    name_mask: str
    affiliation: str
    title: str | None
    fields: list[str]
    regions: list[str]
    capacity: int
    state: str
    load: int
    rating: float | None
    ratings: int
    under_review: bool
    spent: int
    declined: str | None
    row_version: int


class _TieRow(msgspec.Struct):
    expert_id: UUID
    kind: str
    valid_from: date
    valid_to: date | None


class _Label(msgspec.Struct):
    code: str
    label: str
    active: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert for one request, and what speaks for and against."""

    id: UUID
    name_mask: str
    affiliation: str
    title: str | None
    assessment: rules.Assessment


_COMPANY = read(
    select(
        companies.c.name,
        companies.c.name_key,
        func.concat_ws(
            literal_column("' '", Text()),
            companies.c.address,
            companies.c.dong,
            companies.c.complex,
        ).label("address"),
    ).where(companies.c.id == bindparam("id")),
    _Company,
)
_LABELS = read(
    select(advice_fields.c.code, advice_fields.c.label, advice_fields.c.active).order_by(
        advice_fields.c.position, advice_fields.c.code
    ),
    _Label,
)
_r, _e = aq.r, experts.c
_FROM = bindparam("month_from", type_=Date())
_TO = bindparam("month_to", type_=Date())
_YEAR_FROM = bindparam("year_from", type_=Date())
_YEAR_TO = bindparam("year_to", type_=Date())
_REQUEST = bindparam("request_id", type_=Uuid())
_EXPERT = bindparam("expert_id", type_=Uuid())
_FIELD = bindparam("field", type_=Text())
_load = (
    select(func.count())
    .where(
        _r.expert_id == _e.id,
        _r.id != _REQUEST,
        or_(
            _r.state == "MATCHED",
            _r.state == "PLEDGED",
            and_(_r.held_on >= _FROM, _r.held_on < _TO),
        ),
    )
    .scalar_subquery()
)
_spent = (
    select(func.coalesce(func.sum(_r.fee), literal_column("0")))
    .where(
        _r.expert_id == _e.id,
        _r.state == "PAID",
        _r.held_on >= _YEAR_FROM,
        _r.held_on < _YEAR_TO,
    )
    .scalar_subquery()
)
_declined = (
    select(advice_declines.c.reason)
    .where(advice_declines.c.request_id == _REQUEST, advice_declines.c.expert_id == _e.id)
    .scalar_subquery()
)
_rated = (
    select(
        _r.expert_id,
        func.avg(advice_ratings.c.score).label("rating"),
        func.count().label("ratings"),
    )
    .join(advice_ratings, advice_ratings.c.request_id == _r.id)
    .group_by(_r.expert_id)
    .subquery("rated")
)
_FACTS = read(
    select(
        _e.id,
        _e.name_mask,
        _e.affiliation,
        _e.title,
        q.fields_of(advice_fields.c.code),
        _e.regions,
        _e.capacity,
        q.STATE_NOW.label("state"),
        _load.label("load"),
        _rated.c.rating,
        func.coalesce(_rated.c.ratings, literal_column("0")).label("ratings"),
        q.UNDER_REVIEW.label("under_review"),
        _spent.label("spent"),
        _declined.label("declined"),
        _e.row_version,
    )
    .outerjoin(_rated, _rated.c.expert_id == _e.id)
    .where(
        or_(_EXPERT.is_(None), _e.id == _EXPERT),
        or_(
            _FIELD.is_(None),
            exists().where(expert_fields.c.expert_id == _e.id, expert_fields.c.field == _FIELD),
        ),
    ),
    _Row,
)
_t = expert_ties.c
_TIES = read(
    select(_t.expert_id, _t.kind, _t.valid_from, _t.valid_to).where(
        or_(
            _t.company_id == bindparam("company_id", type_=Uuid()),
            _t.business_key == bindparam("key", type_=Text()),
        )
    ),
    _TieRow,
)


async def field_labels(ctx: Ctx, *, all_: bool = False) -> dict[str, str]:
    """Return the labels of the fields in use (or of all), in the city's order."""
    return {row.code: row.label for row in await ctx.db.all(_LABELS) if all_ or row.active}


async def candidates(ctx: Ctx, request: aq.Brief, *, any_field: bool = False) -> list[Candidate]:
    """Return the experts of the asked field (or all) that serve or would, the best first.

    Those that may not be asked come last, with the reasons.
    """
    field = None if any_field else request.field
    rows = await _assessed(ctx, request, None, field)
    shown = [c for c in rows if not _gone(c)]
    return sorted(
        shown, key=lambda c: (c.assessment.excluded, -c.assessment.score, c.affiliation, c.id)
    )


def _gone(found: Candidate) -> bool:
    """Whether a term is over or not begun: no candidate, and no news either."""
    return any(reason.code == "TERM" for reason in found.assessment.reasons)


async def candidate(ctx: Ctx, request: aq.Brief, expert_id: UUID) -> Candidate:
    """Return one expert for a request; MissingError when there is none."""
    found = await _assessed(ctx, request, expert_id, None)
    if not found:
        raise MissingError
    return found[0]


async def expert_version(ctx: Ctx, expert_id: UUID) -> int:
    """Return the row version of an expert."""
    found = await ctx.db.one(q.EXPERT, id=expert_id, today=clock.today())
    return found.row_version


async def _assessed(
    ctx: Ctx, request: aq.Brief, expert_id: UUID | None, field: str | None
) -> list[Candidate]:
    day = _day_of(request)
    company = await ctx.db.one(_COMPANY, id=request.company_id)
    labels = await field_labels(ctx, all_=True)
    rule = await ctx.db.first(aq.RULE_ON, on=day)
    asked = rules.Question(
        field=request.field,
        field_label=labels.get(request.field, request.field),
        address=company.address,
        company_key=company.name_key,
        day=day,
        conflict_years=rule.conflict_years if rule else DEFAULT_YEARS,
    )
    ties = await _ties(ctx, request.company_id, company.name_key)
    rows = await ctx.db.all(
        _FACTS,
        request_id=request.id,
        expert_id=expert_id,
        field=field,
        today=day,
        month_from=day.replace(day=1),
        month_to=_next_month(day),
        year_from=date(day.year, 1, 1),
        year_to=date(day.year + 1, 1, 1),
    )
    cap = rule.expert_cap if rule else None
    return [_candidate(row, ties.get(row.id, []), asked, cap) for row in rows]


def _candidate(
    row: _Row, ties: list[rules.Tie], asked: rules.Question, cap: int | None
) -> Candidate:
    facts = rules.Facts(
        state=row.state,
        fields=row.fields or [],
        firm_key=company_key(row.affiliation),
        regions=row.regions,
        capacity=row.capacity,
        load=row.load,
        rating=float(row.rating) if row.rating is not None else None,
        ratings=row.ratings,
        under_review=row.under_review,
        cap_left=None if cap is None else cap - row.spent,
        ties=ties,
        declined=row.declined,
    )
    return Candidate(row.id, row.name_mask, row.affiliation, row.title, rules.assess(facts, asked))


async def _ties(ctx: Ctx, company_id: UUID, key: str) -> dict[UUID, list[rules.Tie]]:
    found: dict[UUID, list[rules.Tie]] = {}
    for row in await ctx.db.all(_TIES, company_id=company_id, key=key):
        found.setdefault(row.expert_id, []).append(
            rules.Tie(row.kind, row.valid_from, row.valid_to)
        )
    return found


def _day_of(request: aq.Brief) -> date:
    """Return the day that counts: of the session, held or planned, else today."""
    if request.held_on is not None:
        return request.held_on
    planned = request.session_at
    return clock.to_seoul(planned).date() if planned else clock.today()


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
