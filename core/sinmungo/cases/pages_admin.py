"""The year's days off as a list: each change is shown with what it moves before it is saved.

Whole lists, the history and what brings a day back are the settings group `cases-holidays`.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.cases import service, settings_holidays
from sinmungo.cases.calendar import holiday_lines
from sinmungo.cases.permissions import SETTINGS
from sinmungo.cases.types import Moved
from sinmungo.deadlines.calendar import national_holidays
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.host.types import Sample
from sinmungo.text import dates
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOLIDAYS = "/admin/cases/holidays"
_SATURDAY = 5
_CHANGED = "미리 본 뒤에 바뀐 것이 있어 다시 보여 드립니다. 확인하고 저장해 주세요."


class Day(msgspec.Struct):
    """A line of the calendar: `change` is ADDED, REMOVED, or empty for a national day off."""

    day: date
    name: str
    change: str

    @property
    def may_work(self) -> bool:
        """Whether making it a working day would change anything still to come."""
        return self.day.weekday() < _SATURDAY and self.day >= clock.today()


class Change(msgspec.Struct, frozen=True):
    """One day's change: where it is posted, what is said before and after it, and how it is done.

    `line` is the row that the day will have, None for none of its own.
    """

    path: str
    asked: str
    done: str
    day: date
    line: dict[str, Any] | None
    act: Callable[[Ctx], Awaitable[Moved]]


class Seen(msgspec.Struct, frozen=True):
    """A change with what it would move; `mark` tells whether that is still what was shown."""

    path: str
    asked: str
    samples: list[Sample]
    mark: str


class HolidayController(Controller):
    """`/admin/cases/holidays`."""

    @get("/holidays", opt=needs(SETTINGS))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the days off of this year and the next."""
        return await _holidays(request, ctx, Form())

    @post("/holidays", opt=needs(SETTINGS), status_code=200)
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show what a further day off would move, or make it one."""
        form = await read_form(request)
        try:
            day, name = _new_day(form)
        except InvalidError as error:
            return await _holidays(request, ctx, form, error.errors)
        return await _act(request, ctx, form, _adding(day, name))

    @post("/holidays/{day:date}/work", opt=needs(SETTINGS), status_code=200)
    async def work(self, request: Req, ctx: CtxDep, day: FromPath[date]) -> Response[Any]:
        """Show what working on a national day off would move, or make it a working day."""
        form = await read_form(request)
        refused = settings_holidays.why_not(day, "REMOVED")
        if refused:
            return await _holidays(request, ctx, form, {"day": refused})
        return await _act(request, ctx, form, _working(day))

    @post("/holidays/{day:date}/undo", opt=needs(SETTINGS), status_code=200)
    async def undo(self, request: Req, ctx: CtxDep, day: FromPath[date]) -> Response[Any]:
        """Show what following the national calendar again would move, or do so."""
        form = await read_form(request)
        if day.isoformat() not in {line["day"] for line in await holiday_lines(ctx)}:
            raise MissingError
        return await _act(request, ctx, form, _undoing(day))


def _new_day(form: Form) -> tuple[date, str]:
    """Return day and name as typed. Raises InvalidError."""
    gather, name = Gather(), form["name"].strip()
    gather.need("day", form["day"], "날짜를 적어 주세요.")
    day = gather.take("day", dates.parse_date, form["day"], clock.today()) if form["day"] else None
    most = settings_holidays.MAX_NAME
    gather.need("name", 0 < len(name) <= most, f"이름을 {most}자까지로 적어 주세요.")
    gather.done()
    return day or clock.today(), name


def _adding(day: date, name: str) -> Change:
    told = f"{dates.date_ko(day)} {name}"
    return Change(
        HOLIDAYS,
        f"{told}: 휴일로 정합니다",
        f"{told}: 휴일로 정했습니다.",
        day,
        {"day": day.isoformat(), "kind": "ADDED", "name": name},
        lambda ctx: service.change_holiday(ctx, day, "ADDED", name),
    )


def _working(day: date) -> Change:
    name = national_holidays(day.year)[day][: settings_holidays.MAX_NAME]
    told = f"{dates.date_ko(day)} {name}"
    return Change(
        f"{HOLIDAYS}/{day}/work",
        f"{told}: 근무일로 정합니다",
        f"{told}: 근무일로 정했습니다.",
        day,
        {"day": day.isoformat(), "kind": "REMOVED", "name": name},
        lambda ctx: service.change_holiday(ctx, day, "REMOVED", name),
    )


def _undoing(day: date) -> Change:
    told = dates.date_ko(day)
    return Change(
        f"{HOLIDAYS}/{day}/undo",
        f"{told}: 법정 달력대로 되돌립니다",
        f"{told}: 되돌렸습니다.",
        day,
        None,
        lambda ctx: service.drop_holiday(ctx, day),
    )


async def _act(request: Req, ctx: Ctx, form: Form, change: Change) -> Response[Any]:
    """Save what was shown, or show it: at first, and again when it has become another."""
    seen = await _previewed(ctx, change)
    if form["_act"] != "save":
        return await _holidays(request, ctx, form, seen=seen)
    if form["_seen"] != seen.mark:
        return await _holidays(request, ctx, form, seen=seen, problem=_CHANGED)
    moved = (await change.act(ctx)).cases
    told = f"{moved}건의 처리기한이 바뀌었습니다." if moved else "처리기한이 바뀐 건은 없습니다."
    return see_other(HOLIDAYS, f"{change.done} 진행 중인 건 가운데 {told}")


async def _previewed(ctx: Ctx, change: Change) -> Seen:
    rows = [line for line in await holiday_lines(ctx) if line["day"] != change.day.isoformat()]
    rows += [change.line] if change.line else []
    new = msgspec.convert({"holidays": rows}, settings_holidays.Holidays)
    samples = list(await settings_holidays.samples(ctx, new))
    shown = msgspec.json.encode([change.path, rows, samples], order="sorted")
    return Seen(change.path, change.asked, samples, hashlib.sha256(shown).hexdigest()[:20])


async def _holidays(
    request: Req,
    ctx: Ctx,
    form: Form,
    errors: dict[str, str] | None = None,
    *,
    seen: Seen | None = None,
    problem: str = "",
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
        seen=seen,
        problem=problem,
    )


def _days(year: int, known: dict[date, Day]) -> list[Day]:
    national = [Day(d, name, "") for d, name in national_holidays(year).items() if d not in known]
    own = [d for d in known.values() if d.day.year == year]
    return sorted([*own, *national], key=lambda d: d.day)
