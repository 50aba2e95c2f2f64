"""What a city's administrator sets beside the settings: its days off."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.cases import service
from sinmungo.cases.permissions import SETTINGS
from sinmungo.deadlines.calendar import national_holidays
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.text import dates
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOLIDAYS = "/admin/cases/holidays"
_SATURDAY = 5


class Day(msgspec.Struct):
    """A line of the calendar: `change` is ADDED, REMOVED, or empty for a national day off."""

    day: date
    name: str
    change: str

    @property
    def may_work(self) -> bool:
        """Whether making it a working day would change anything still to come."""
        return self.day.weekday() < _SATURDAY and self.day >= clock.today()


class HolidayController(Controller):
    """`/admin/cases/holidays`."""

    @get("/holidays", opt=needs(SETTINGS))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the days off of this year and the next."""
        return await _holidays(request, ctx, Form())

    @post("/holidays", opt=needs(SETTINGS))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Make a day a holiday and say how many open cases moved."""
        form = await read_form(request)
        gather = Gather()
        gather.need("day", form["day"], "날짜를 적어 주세요.")
        day = gather.take("day", dates.parse_date, form["day"], None) if form["day"] else None
        try:
            gather.done()
            moved = await service.change_holiday(ctx, day, "ADDED", form["name"])  # type: ignore[arg-type]
        except InvalidError as error:
            return await _holidays(request, ctx, form, {**gather.errors, **error.errors})
        return _moved(f"{form['name']}을(를) 휴일로 정했습니다.", moved.cases)

    @post("/holidays/{day:date}/work", opt=needs(SETTINGS))
    async def work(self, request: Req, ctx: CtxDep, day: FromPath[date]) -> Response[Any]:
        """Make a national day off a working day."""
        await read_form(request)
        name = national_holidays(day.year).get(day, "근무일")
        moved = await service.change_holiday(ctx, day, "REMOVED", name)
        return _moved(f"{dates.date_ko(day)}을 근무일로 정했습니다.", moved.cases)

    @post("/holidays/{day:date}/undo", opt=needs(SETTINGS))
    async def undo(self, request: Req, ctx: CtxDep, day: FromPath[date]) -> Response[Any]:
        """Follow the national calendar on a day again."""
        await read_form(request)
        moved = await service.drop_holiday(ctx, day)
        return _moved(f"{dates.date_ko(day)}을 되돌렸습니다.", moved.cases)


async def _holidays(
    request: Req, ctx: Ctx, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    year = clock.today().year
    changes = await service.list_holidays(ctx)
    known = {(day := date.fromisoformat(c.day)): Day(day, c.name, c.kind) for c in changes}
    years = {y: _days(y, known) for y in (year, year + 1)}
    return page(
        request,
        "cases/holidays.html",
        status=422 if errors else 200,
        years=years,
        form=form,
        errors=errors or {},
    )


def _days(year: int, known: dict[date, Day]) -> list[Day]:
    national = [Day(d, name, "") for d, name in national_holidays(year).items() if d not in known]
    own = [d for d in known.values() if d.day.year == year]
    return sorted([*own, *national], key=lambda d: d.day)


def _moved(said: str, cases: int) -> Response[Any]:
    moved = f"{cases}건의 처리기한이 바뀌었습니다." if cases else "처리기한이 바뀐 건은 없습니다."
    return see_other(HOLIDAYS, f"{said} 진행 중인 건 가운데 {moved}")
