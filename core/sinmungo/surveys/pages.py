"""The company's page behind a link: no account, one answer; and what was written, for the heads."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.cases.message_texts import fill
from sinmungo.cases.service import contact
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.surveys import service
from sinmungo.surveys.permissions import READ
from sinmungo.surveys.questions import CODES, SCORES
from sinmungo.web.access import heavy, needs, public
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page
from sinmungo.web.sheets import Column, download_list
from sinmungo.web.types import CtxDep, Req

FIELDS = tuple(code.lower() for code in CODES)
_YEARS = 3
_COLUMNS = (Column("월", 8, "number"), Column("적은 말", 90))


class SurveyPages(Controller):
    """`/surveys/{code}`."""

    @get("/{code:str}", opt=public())
    async def show(self, request: Req, ctx: CtxDep, code: FromPath[str]) -> Response[str]:
        """Ask, or say that the link works no more. Looking uses nothing up."""
        return await _ask(request, ctx, code, Form())

    @post("/{code:str}", opt=public(), status_code=200)
    async def answer(self, request: Req, ctx: CtxDep, code: FromPath[str]) -> Response[Any]:
        """Take the answer and say thanks."""
        form = await read_form(request)
        try:
            scores = {field: form.number(field) for field in FIELDS}
            async with ctx.db.savepoint():
                survey = await service.answer(ctx, code, scores, form["comment"])
        except InvalidError as error:
            return await _ask(request, ctx, code, form, error.errors)
        except MissingError:
            return await _ask(request, ctx, code, form)
        return page(
            request,
            "surveys/thanks.html",
            thanks=fill(ctx, survey.thanks, {}),
            contact=await contact(ctx),
        )


class OpinionPages(Controller):
    """`/office/surveys`."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what was written in a year."""
        this = clock.today().year
        found = await service.opinions(ctx, query_form(request).number("year") or this)
        months: dict[int, list[str]] = {}
        for item in found.items:
            months.setdefault(item.month, []).append(item.text)
        years = [
            {"title": f"{y}년", "href": f"/office/surveys?year={y}", "current": y == found.year}
            for y in range(this, this - _YEARS, -1)
        ]
        return page(request, "surveys/opinions.html", found=found, months=months, years=years)

    @get("/file/{kind:str}", opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out the same opinions; none of a year with too few answers."""
        year = query_form(request).number("year") or clock.today().year
        found = await service.opinions(ctx, year)
        cells = [(item.month, item.text) for item in found.items]
        title = f"{found.year}년 만족도 의견"
        return download_list("만족도의견", title, _COLUMNS, cells, kind, "건")


async def _ask(
    request: Req, ctx: Ctx, code: str, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    desk = await contact(ctx)
    try:
        asked = await service.by_code(ctx, code)
    except MissingError as error:
        return page(
            request,
            "surveys/over.html",
            status=error.status,
            message=error.message,
            contact=desk,
        )
    return page(
        request,
        "surveys/ask.html",
        status=422 if errors else 200,
        asked=asked,
        items=service.asked_items(await service.survey_of(ctx)),
        code=code,
        scores=list(SCORES.items()),
        form=form,
        errors=errors or {},
        contact=desk,
    )
