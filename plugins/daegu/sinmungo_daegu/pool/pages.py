"""자문단 연간 실적: persons, sessions, hours and fees of a year, on the screen and as a file.

Persons (명), sessions (회) and companies (개사) stand side by side and are never added up together.
"""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo.sdk import (
    CtxDep,
    Req,
    Sheet,
    SheetColumn,
    clock,
    download,
    experts,
    file_kind,
    heavy,
    needs,
    page,
    query_form,
)
from sinmungo_daegu.pool.permissions import READ

HOME = "/office/daegu/pool"
FIRST_YEAR = 2015
NOT_RATED = "-"
"""How the report of sessions names the line of those without a rating."""
_MINUTES = 60
COLUMNS = (
    SheetColumn("분야", 16),
    SheetColumn("인원(명)", 10, "number"),
    SheetColumn("자문(회)", 10, "number"),
    SheetColumn("기업(개사)", 10, "number"),
    SheetColumn("시간", 10, "number"),
    SheetColumn("자문료(원)", 14, "money"),
)
FOOTNOTES = (
    "한 사람이 여러 분야를 맡을 수 있어, 인원의 합계는 분야별 인원을 더한 수보다 적을 수 있습니다.",
    "자문은 한 날의 연도에 세고, 자문료는 승인한 금액입니다.",
)


class FiguresPages(Controller):
    """`/office/daegu/pool`."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show a year's figures."""
        year = _year(query_form(request)["year"])
        figures = await experts.yearly(ctx, year)
        return page(
            request,
            "daegu/pool/yearly.html",
            pool=await experts.pool_name(ctx),
            f=figures,
            years=[(y, f"{y}년") for y in range(clock.today().year, FIRST_YEAR - 1, -1)],
            scores=_scores(figures),
            footnotes=FOOTNOTES,
        )

    @get("/{year:int}/{kind:str}", opt=heavy(needs(READ)))
    async def file(self, ctx: CtxDep, year: FromPath[int], kind: FromPath[str]) -> Response[bytes]:
        """Return a year's figures as a file."""
        figures = await experts.yearly(ctx, year)
        title = f"{await experts.pool_name(ctx)} {year}년 실적"
        sheet = Sheet(title, COLUMNS, rows(figures), figures.as_of, FOOTNOTES)
        return download(f"자문단실적-{year}", [sheet], file_kind(kind))


def rows(figures: experts.Yearly) -> list[list[Any]]:
    """Return the lines of the file, the total first as on the screen."""
    total = figures.experts, figures.sessions, figures.companies, figures.minutes, figures.fees
    lines = [("합계", *total)]
    lines += [
        (f.label, f.experts, f.sessions, f.companies, f.minutes, f.fees) for f in figures.fields
    ]
    return [[*line[:4], line[4] / _MINUTES, line[5]] for line in lines]


def _scores(figures: experts.Yearly) -> list[tuple[str, int, str]]:
    """Return the label, the count and the report's code of each rating."""
    best = sorted(figures.ratings.items(), reverse=True)
    named = [(f"{score}점", n, str(score)) for score, n in best]
    return [*named, ("평가 없음", figures.unrated, NOT_RATED)]


def _year(text: str) -> int:
    year = int(text) if text.isascii() and text.isdigit() else 0
    return year if FIRST_YEAR <= year <= clock.today().year else clock.today().year
