"""Taking an answer: the link is used up, and what was said is kept apart from it."""

from collections.abc import Mapping
from uuid import uuid4

from sinmungo import clock
from sinmungo.cases.text import body
from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.surveys import queries as q
from sinmungo.surveys.asking import digest
from sinmungo.surveys.events import SUBJECT, SurveyAnswered
from sinmungo.surveys.questions import SCORES, Survey, asked_items, survey_of
from sinmungo.web.forms import Gather

_OVER = "이미 답하셨거나 기한이 지난 주소입니다."
_CHOOSE = "‘{}’ 다섯 가지 가운데 골라 주세요."


async def by_code(ctx: Ctx, code: str) -> q.Asked:
    """Return what a link asks about; MissingError when it was used, is over, or never was."""
    found = await ctx.db.first(q.BY_CODE, code_hash=digest(code), now=clock.now())
    if found is None:
        raise MissingError(_OVER)
    return found


async def answer(ctx: Ctx, code: str, scores: Mapping[str, int | None], comment: str) -> Survey:
    """Keep one answer; `scores` are 1 to 5 by field (`speed`, `kindness`, `result`).

    Items that the city does not ask are left out. Returns the survey, for its thanks. Raises
    MissingError like `by_code`, InvalidError by field.
    """
    asked, survey = await by_code(ctx, code), await survey_of(ctx)
    given, gather = {}, Gather()
    for item in asked_items(survey):
        given[item.field] = score = scores.get(item.field)
        gather.need(item.field, score in SCORES, _CHOOSE.format(item.question))
    told = gather.take("comment", body, comment, "")
    gather.done()
    if not await ctx.db.run(q.USE, b_hash=digest(code)):
        raise MissingError(_OVER)
    kept = dict.fromkeys(("speed", "kindness", "result"), None) | given
    await ctx.db.run(
        q.ADD_ANSWER,
        id=uuid4(),
        answered_on=clock.today(),
        unit_id=asked.unit_id,
        category=asked.category,
        comment=told or None,
        **kept,
    )
    await emit(ctx, SurveyAnswered(), subject_kind=SUBJECT, subject_id=clock.uuid7(), seq=1)
    return survey
