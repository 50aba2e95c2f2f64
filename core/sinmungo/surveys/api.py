"""The same for programs: an answer by its link, and what was written."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromQuery, JSONBody

from sinmungo import clock
from sinmungo.surveys import service
from sinmungo.surveys.permissions import READ
from sinmungo.web.access import needs, public
from sinmungo.web.types import CtxDep


class AnswerIn(msgspec.Struct):
    """The code of a link, 1 to 5 for each item that the city asks, and free text."""

    code: str
    speed: int | None = None
    kindness: int | None = None
    result: int | None = None
    comment: str = ""


class Thanks(msgspec.Struct):
    """An answer was taken."""

    answered: bool


class SurveyApi(Controller):
    """`/api/v1/surveys`."""

    tags = ("surveys",)

    @post("/answers", opt=public(), status_code=201)
    async def answer(self, ctx: CtxDep, data: JSONBody[AnswerIn]) -> Response[Thanks]:
        """Answer a survey by its link; the link works once."""
        scores = {"speed": data.speed, "kindness": data.kindness, "result": data.result}
        await service.answer(ctx, data.code, scores, data.comment)
        return Response(Thanks(answered=True), status_code=201)

    @get("/opinions", opt=needs(READ))
    async def opinions(self, ctx: CtxDep, year: FromQuery[int | None] = None) -> service.Opinions:
        """Return what companies wrote in a year; none while there are too few answers."""
        return await service.opinions(ctx, year or clock.today().year)
