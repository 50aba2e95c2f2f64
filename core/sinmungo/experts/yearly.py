"""A year in figures: who serves, sessions, hours, fees, by field and by rating.

A session counts in the year in which it took place; fees are those approved by now.
"""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Date, bindparam, func, literal_column, or_, select

from sinmungo import clock
from sinmungo.experts import pool, words
from sinmungo.experts.models import advice_ratings, advice_requests
from sinmungo.host.context import Ctx
from sinmungo_tenants import read

_r = advice_requests.c


class FieldFigures(msgspec.Struct, kw_only=True):
    """One field: experts who serve (인원), sessions (회), companies (개사), minutes, won."""

    code: str
    label: str
    experts: int
    sessions: int
    companies: int
    minutes: int
    fees: int


class Yearly(msgspec.Struct, kw_only=True):
    """A year; `experts` counts persons, so it is less than the sum over fields."""

    year: int
    as_of: date
    experts: int
    sessions: int
    companies: int
    minutes: int
    fees: int
    waiting: int
    unrated: int
    ratings: dict[int, int]
    fields: list[FieldFigures]

    @property
    def rating(self) -> float | None:
        """The average rating, None when nobody rated."""
        rated = sum(self.ratings.values())
        if not rated:
            return None
        return sum(score * n for score, n in self.ratings.items()) / rated


class _Session(msgspec.Struct):
    field: str
    company_id: UUID
    minutes: int
    fee: int
    score: int | None


_YEAR_FROM = bindparam("year_from", type_=Date())
_YEAR_TO = bindparam("year_to", type_=Date())
_SESSIONS = read(
    select(
        _r.field,
        _r.company_id,
        _r.minutes,
        func.coalesce(_r.fee, literal_column("0")).label("fee"),
        advice_ratings.c.score,
    )
    .outerjoin(advice_ratings, advice_ratings.c.request_id == _r.id)
    .where(_r.held_on >= _YEAR_FROM, _r.held_on < _YEAR_TO),
    _Session,
)
_WAITING = read(
    select(func.count()).where(
        or_(_r.state == "REQUESTED", _r.state == "MATCHED", _r.state == "PLEDGED")
    ),
    int,
)


async def yearly(ctx: Ctx, year: int) -> Yearly:
    """Return the figures of a year as they stand now."""
    as_of = min(clock.today(), date(year, 12, 31))
    sessions = await ctx.db.all(_SESSIONS, year_from=date(year, 1, 1), year_to=date(year + 1, 1, 1))
    scores = [s.score for s in sessions if s.score is not None]
    return Yearly(
        year=year,
        as_of=as_of,
        experts=(await pool.counts(ctx, as_of))["SERVING"],
        sessions=len(sessions),
        companies=len({s.company_id for s in sessions}),
        minutes=sum(s.minutes for s in sessions),
        fees=sum(s.fee for s in sessions),
        waiting=await ctx.db.one(_WAITING),
        unrated=len(sessions) - len(scores),
        ratings={score: scores.count(score) for score in words.SCORE},
        fields=[
            _of_field(row.code, row.label, row.experts, sessions)
            for row in await pool.list_fields(ctx, as_of)
        ],
    )


def _of_field(code: str, label: str, experts: int, sessions: list[_Session]) -> FieldFigures:
    own = [s for s in sessions if s.field == code]
    return FieldFigures(
        code=code,
        label=label,
        experts=experts,
        sessions=len(own),
        companies=len({s.company_id for s in own}),
        minutes=sum(s.minutes for s in own),
        fees=sum(s.fee for s in own),
    )
