"""The admin's page of one officer: data, post, roles, account, and what was done with them."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.errors import InvalidError, SinmungoError
from sinmungo.host.context import Ctx
from sinmungo.people import officers
from sinmungo.people.admin_pages import PATH, faults, parsed, unit_options
from sinmungo.people.events import EVENTS
from sinmungo.people.models import ROLES
from sinmungo.people.permissions import MANAGE, REGIONAL
from sinmungo.people.service import NewOfficer, people_by_id
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

type Act = Callable[[int], Awaitable[None]]
TITLES = {event.kind: event.title for event in EVENTS}
NEEDED = {
    "name": "이름을 적어 주세요.",
    "login": "아이디를 적어 주세요.",
    "unit_id": "부서를 골라 주세요.",
    "title": "직위를 적어 주세요.",
}
PLACE = f"{PATH}/officers"


class OfficersController(Controller):
    """`/admin/people/officers`."""

    path = "/officers"

    @get("/new", opt=needs(MANAGE))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form for a new officer."""
        form = Form({"unit_id": query_form(request)["unit"], "title": "주무관"})
        return await _new_page(request, ctx, form)

    @post("/", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Add an officer and tell the temporary password once."""
        form = await read_form(request)
        try:
            officer_id, password = await officers.add(ctx, _new_officer(form))
        except SinmungoError as error:
            return await _new_page(request, ctx, form, error)
        return _secret_page(request, officer_id, password)

    @get("/{officer_id:uuid}", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[str]:
        """Show one officer."""
        return await _page(request, ctx, officer_id)

    @post("/{officer_id:uuid}/edit", opt=needs(MANAGE))
    async def edit(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Change name, mail and telephone."""
        form = await read_form(request)

        async def act(version: int) -> None:
            changed = officers.OfficerEdit(
                name=form["name"], email=form.optional("email"), **parsed(form, "phone")
            )
            await officers.edit(ctx, officer_id, changed, version)

        return await _do(request, ctx, officer_id, form, act, "직원 정보를 고쳤습니다.")

    @post("/{officer_id:uuid}/move", opt=needs(MANAGE))
    async def move(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Give a new post from a day on."""
        form = await read_form(request)

        async def act(version: int) -> None:
            to = officers.Move(
                unit_id=_chosen_unit(form),
                title=form["title"],
                is_head=bool(form["is_head"]),
                **parsed(form, "valid_from"),
            )
            await officers.move(ctx, officer_id, to, version)

        return await _do(request, ctx, officer_id, form, act, "부서 이동을 저장했습니다.")

    @post("/{officer_id:uuid}/roles", opt=needs(MANAGE))
    async def roles(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Grant and revoke roles."""
        form = await read_form(request)

        async def act(version: int) -> None:
            await officers.set_roles(ctx, officer_id, _roles(form), version)

        return await _do(request, ctx, officer_id, form, act, "역할을 바꿨습니다.")

    @post("/{officer_id:uuid}/disable", opt=needs(MANAGE))
    async def disable(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Switch the account off, at once."""
        form, identifier = await read_form(request), request.app.state.runtime.identifier

        async def act(version: int) -> None:
            await officers.disable(ctx, identifier, officer_id, version)

        return await _do(request, ctx, officer_id, form, act, "계정 사용을 중지했습니다.")

    @post("/{officer_id:uuid}/enable", opt=needs(MANAGE))
    async def enable(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Switch the account on again."""
        form = await read_form(request)

        async def act(version: int) -> None:
            await officers.enable(ctx, officer_id, version)

        return await _do(request, ctx, officer_id, form, act, "계정을 다시 쓸 수 있게 했습니다.")

    @post("/{officer_id:uuid}/unlock", opt=needs(MANAGE))
    async def unlock(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Lift the lock after wrong passwords."""
        form = await read_form(request)

        async def act(version: int) -> None:
            await officers.unlock(ctx, officer_id, version)

        return await _do(request, ctx, officer_id, form, act, "잠금을 풀었습니다.")

    @post("/{officer_id:uuid}/sign-out-everywhere", opt=needs(MANAGE))
    async def sign_out(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]
    ) -> Response[Any]:
        """End every session of the officer."""
        form, identifier = await read_form(request), request.app.state.runtime.identifier

        async def act(version: int) -> None:
            await officers.sign_out_everywhere(ctx, identifier, officer_id, version)

        return await _do(request, ctx, officer_id, form, act, "모든 기기에서 로그아웃했습니다.")

    @post("/{officer_id:uuid}/reset-password", opt=needs(MANAGE))
    async def reset(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[Any]:
        """Tell a temporary password once."""
        form, identifier = await read_form(request), request.app.state.runtime.identifier
        version = form.number("row_version") or 0
        try:
            password = await officers.reset_password(ctx, identifier, officer_id, version)
        except SinmungoError as error:
            return await _page(request, ctx, officer_id, form, error)
        return _secret_page(request, officer_id, password)


def _new_officer(form: Form) -> NewOfficer:
    understood = parsed(form, "phone", "valid_from", needed=NEEDED)
    return NewOfficer(
        login=form["login"],
        name=form["name"],
        unit_id=_chosen_unit(form),
        title=form["title"],
        roles=_roles(form),
        is_head=bool(form["is_head"]),
        email=form.optional("email"),
        **understood,
    )


def _chosen_unit(form: Form) -> UUID:
    chosen = form.uuid("unit_id")
    if chosen is None:
        raise InvalidError({"unit_id": "부서를 골라 주세요."})
    return chosen


def _roles(form: Form) -> tuple[str, ...]:
    return tuple(r for r in form["roles"].split(",") if r)


async def _do(
    request: Req,
    ctx: Ctx,
    officer_id: UUID,
    form: Form,
    act: Act,
    notice: str,
) -> Response[Any]:
    try:
        await act(form.number("row_version") or 0)
    except SinmungoError as error:
        return await _page(request, ctx, officer_id, form, error)
    return see_other(f"{PLACE}/{officer_id}", notice)


def _secret_page(request: Req, officer_id: UUID, password: str) -> Response[str]:
    return page(
        request,
        "people/secret.html",
        title="임시 비밀번호",
        lead="지금 한 번만 보입니다. 본인에게 직접 알려 주세요.",
        secret=password,
        how="처음 로그인하면 새 비밀번호로 바꾸게 됩니다.",
        back=f"{PLACE}/{officer_id}",
    )


async def _new_page(
    request: Req, ctx: Ctx, form: Form, error: SinmungoError | None = None
) -> Response[str]:
    return page(
        request,
        "people/officer_new.html",
        form=form,
        chosen=_roles(form),
        units=await unit_options(ctx),
        roles=_choices([]),
        **faults(error),
    )


async def _page(
    request: Req,
    ctx: Ctx,
    officer_id: UUID,
    form: Form | None = None,
    error: SinmungoError | None = None,
) -> Response[str]:
    found = await officers.detail(ctx, officer_id)
    log = await officers.history(ctx, officer_id)
    actors = [e.actor_id for e in log]
    grantors = [who for g in found.grants for who in (g.granted_by, g.revoked_by)]
    typed = form or Form()
    if "unit_id" in typed:
        typed.setdefault("is_head", "")
    return page(
        request,
        "people/officer.html",
        officer=found,
        # Fields of the other forms on the page show what is stored.
        form=Form({**_stored(found), **typed}),
        chosen=_roles(typed) if "roles" in typed else found.roles,
        units=await unit_options(ctx),
        roles=ROLES,
        choices=_choices(found.roles),
        log=[(e, TITLES.get(e.kind, e.kind)) for e in log],
        people=await people_by_id(ctx, [*actors, *grantors]),
        today=clock.today(),
        **faults(error),
    )


def _choices(held: list[str]) -> list[tuple[str, str]]:
    """Return the roles that may be given here; a regional team's is given for some days only."""
    return [(code, title) for code, title in ROLES.items() if code != REGIONAL or code in held]


def _stored(found: officers.OfficerDetail) -> Form:
    post_ = found.post
    return Form(
        {
            "name": found.name,
            "email": found.email,
            "phone": found.phone or "",
            "unit_id": str(post_.unit_id) if post_ else "",
            "title": post_.title if post_ else "",
            "is_head": "1" if post_ and post_.is_head else "",
            "valid_from": "",
        }
    )
