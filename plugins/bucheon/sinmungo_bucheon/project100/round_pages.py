"""The rounds: opened with figures of their own, closed as a whole."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Form,
    Gather,
    InvalidError,
    Req,
    clean,
    date_ko,
    needs,
    parse_date,
    read_form,
    see_other,
)
from sinmungo_bucheon.project100 import leaving, rounds
from sinmungo_bucheon.project100.cadence import CYCLES
from sinmungo_bucheon.project100.look import HOME, show
from sinmungo_bucheon.project100.permissions import MANAGE, READ


class RoundController(Controller):
    """`/office/bucheon/project100/rounds`."""

    path = "/rounds"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List the rounds, with the form for the next."""
        usual = await rounds.defaults(ctx)
        form = Form(
            capacity=str(usual.project100_capacity),
            min_employees=str(usual.project100_min_employees),
        )
        return await _show(request, ctx, form)

    @post("/", opt=needs(MANAGE))
    async def open(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Open a round."""
        form = await read_form(request)
        try:
            round_id = await _open(ctx, form)
        except InvalidError as error:
            return await _show(request, ctx, form, status=422, errors=error.errors)
        return see_other(f"{HOME}?round={round_id}", "회차를 열었습니다.")

    @post("/cycle", opt=needs(MANAGE))
    async def set_cycle(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Change how often the companies have to be contacted."""
        form = await read_form(request)
        months = form.number("months") or 0
        await rounds.set_cycle(ctx, months)
        said = f"연락 주기를 {CYCLES[months]}에 한 번으로 정했습니다."
        return see_other(f"{HOME}/rounds", said)

    @post("/{round_id:uuid}/close", opt=needs(MANAGE))
    async def close(self, request: Req, ctx: CtxDep, round_id: FromPath[UUID]) -> Response[Any]:
        """Close a round with everyone in it."""
        form = await read_form(request)
        ended = await leaving.close_round(ctx, round_id, form.number("row_version") or 0)
        return see_other(f"{HOME}/rounds", f"회차를 마감하고 {ended}개사를 끝냈습니다.")


async def _open(ctx: Ctx, form: Form) -> UUID:
    gather = Gather()
    gather.need("selected_on", form["selected_on"], "선정일을 적어 주세요.")
    typed = form["selected_on"]
    day = gather.take("selected_on", parse_date, typed, None) if typed else None
    numbers: dict[str, int] = {}
    for key in ("capacity", "min_employees"):
        try:
            numbers[key] = form.number(key) or 0
        except InvalidError as error:
            gather.errors |= error.errors
    gather.need("name", form["name"], "회차 이름을 적어 주세요.")
    if day is None or gather.errors:
        raise InvalidError(gather.errors)
    return await rounds.open_round(ctx, name=clean(form["name"]), selected_on=day, **numbers)


async def _show(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    found = [(of, await rounds.seats_of(ctx, of)) for of in await rounds.list_rounds(ctx)]
    try:
        echo = date_ko(parse_date(form["selected_on"])) if form["selected_on"] else ""
    except ValueError:
        echo = ""
    return show(
        request,
        ctx,
        "rounds",
        here="rounds",
        status=status,
        rounds=found,
        echo=echo,
        form=form,
        errors=errors or {},
        cycles=list(CYCLES.items()),
        months=await rounds.cycle(ctx),
    )
