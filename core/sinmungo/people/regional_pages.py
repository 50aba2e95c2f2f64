"""The admin's page of regional teams: who may look, until when, and who let them."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.errors import SinmungoError
from sinmungo.host.context import Ctx
from sinmungo.people import regional
from sinmungo.people.admin_pages import faults, parsed
from sinmungo.people.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

PATH = "/admin/people/regional"
STATES = {"NOW": "열람 중", "COMING": "시작 전", "OVER": "기간 지남", "ENDED": "끝냄"}
TONES = {"NOW": "success", "COMING": "info"}
_NEEDED = {
    "agency": "기관 이름을 적어 주세요.",
    "until": "마지막 날을 적어 주세요.",
}
_NEW = {"login": "아이디를 적어 주세요.", "name": "이름을 적어 주세요."}


class RegionalController(Controller):
    """`/admin/people/regional`."""

    path = "/regional"

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show every grant and the form for another."""
        return await _page(request, ctx, Form())

    @post("/", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show what a grant brings, or grant; a new account's password is told once."""
        form = await read_form(request)
        try:
            if form["_act"] == "preview":
                return await _page(request, ctx, form, seen=await regional.preview(ctx, _new(form)))
            _, password = await regional.add(ctx, _new(form))
        except SinmungoError as error:
            return await _page(request, ctx, form, error)
        if not password:
            return see_other(PATH, "열람을 허용했습니다.")
        return page(
            request,
            "people/secret.html",
            title="임시 비밀번호",
            lead="지금 한 번만 보입니다. 지역팀 직원에게 직접 알려 주세요.",
            secret=password,
            how="처음 로그인하면 새 비밀번호로 바꾸게 됩니다.",
            back=PATH,
        )

    @post("/{grant_id:uuid}/end", opt=needs(MANAGE))
    async def end(self, request: Req, ctx: CtxDep, grant_id: FromPath[UUID]) -> Response[Any]:
        """End a grant at once."""
        form, identifier = await read_form(request), request.app.state.runtime.identifier
        try:
            await regional.end(ctx, identifier, grant_id, form.number("row_version") or 0)
        except SinmungoError as error:
            return await _page(request, ctx, Form(), error)
        return see_other(PATH, "열람을 끝냈습니다. 바로 로그아웃되고 다시 들어올 수 없습니다.")


def _new(form: Form) -> regional.NewGrant:
    again = form.uuid("officer_id")
    needed = _NEEDED if again else {**_NEW, **_NEEDED}
    days = parsed(form, "valid_from", "until", needed=needed)
    return regional.NewGrant(
        agency=form["agency"],
        valid_from=days["valid_from"] or clock.today(),
        until=days["until"],
        officer_id=again,
        login=form["login"],
        name=form["name"],
        email=form.optional("email"),
    )


async def _page(
    request: Req,
    ctx: Ctx,
    form: Form,
    error: SinmungoError | None = None,
    seen: regional.Preview | None = None,
) -> Response[str]:
    grants = await regional.list_grants(ctx)
    standing = {g.officer_id for g in grants if g.state in TONES}
    again = {g.officer_id: f"{g.name} ({g.login})" for g in grants if g.officer_id not in standing}
    return page(
        request,
        "people/regional.html",
        form=form,
        seen=seen,
        grants=grants,
        again=[(str(officer_id), name) for officer_id, name in again.items()],
        teams=[team.name for team in await regional.teams(ctx)],
        states=STATES,
        tones=TONES,
        **faults(error),
    )
