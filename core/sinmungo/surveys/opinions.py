"""What companies wrote, for those who lead: month and words, never a unit, a case or a score."""

from datetime import date

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.surveys import queries as q
from sinmungo.surveys.questions import least_answers

LIMIT = 500
_FIRST_YEAR = 2000


class Opinions(msgspec.Struct):
    """A year's answers (how many) and its opinions; none are told of `hidden` ones, too few."""

    year: int
    answers: int
    least: int
    hidden: bool
    items: list[q.Opinion]


async def opinions(ctx: Ctx, year: int) -> Opinions:
    """Return what was written in a year, at most 500, the newest month first.

    Within a month they come in no order of time. Raises InvalidError for a year out of reach.
    """
    if not _FIRST_YEAR <= year <= clock.today().year:
        raise InvalidError({"year": "지난 연도나 올해를 골라 주세요."})
    days = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
    count, least = await ctx.db.one(q.COUNT, **days), await least_answers(ctx)
    hidden = 0 < count < least
    items = [] if hidden else await ctx.db.all(q.OPINIONS, **days, limit=LIMIT)
    return Opinions(year, count, least, hidden, items)
