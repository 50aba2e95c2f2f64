"""One-time links: the page behind one, which needs no sign-in, and how an admin makes one."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import InvalidError
from sinmungo.people import invitations
from sinmungo.people.pages import first_page, session_cookie
from sinmungo.people.permissions import MANAGE
from sinmungo.web.access import needs, public
from sinmungo.web.forms import read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

OPENING = "/admin/opening"
_NO_STORE = {"cache-control": "no-store"}


class InvitationController(Controller):
    """`/office/people/invitation/{token}`: choose the first password."""

    path = "/invitation"

    @get("/{token:str}", opt=public(before_opening=True))
    async def form(self, request: Req, ctx: CtxDep, token: FromPath[str]) -> Response[str]:
        """Ask for the first password, or say that the link cannot be used."""
        return await _page(request, ctx, token)

    @post("/{token:str}", opt=public(before_opening=True))
    async def accept(self, request: Req, ctx: CtxDep, token: FromPath[str]) -> Response[Any]:
        """Set the password and go on to where the work begins."""
        form, identifier = await read_form(request), request.app.state.runtime.identifier
        try:
            secret = await invitations.accept(
                ctx, identifier, token, new=form["password"], again=form["again"]
            )
        except InvalidError as error:
            return await _page(request, ctx, token, error.errors)
        except invitations.UnusableLinkError as error:
            return _unusable(request, error)
        me = await identifier.who(ctx, secret)
        home = OPENING if "TENANT_ADMIN" in me.roles else first_page(ctx.host, ctx.city, me)
        response = see_other(home, "비밀번호를 정했습니다. 다음부터 아이디로 로그인하세요.")
        response.set_cookie(session_cookie(request, secret))
        return response


class InviteController(Controller):
    """`/admin/people/officers/{id}/invite`: a link instead of a password that is read out."""

    path = "/officers"

    @post("/{officer_id:uuid}/invite", opt=needs(MANAGE), status_code=200)
    async def invite(self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[str]:
        """Make a link and show it once."""
        link = invitations.link(ctx, await invitations.invite(ctx, officer_id))
        response: Response[str] = page(
            request,
            "people/secret.html",
            title="일회용 링크",
            lead="지금 한 번만 보입니다. 본인에게만 전해 주세요.",
            secret=link,
            how="이 링크로 들어와 비밀번호를 스스로 정합니다. 한 번만, 72시간 안에 쓸 수 있습니다.",
            back=f"/admin/people/officers/{officer_id}",
        )
        response.headers.update(_NO_STORE)
        return response


class InviteOut(msgspec.Struct):
    """A one-time link, told in this answer only."""

    officer_id: UUID
    link: str
    expires_at: datetime


class InviteApi(Controller):
    """`/api/v1/people/officers/{id}/invite`."""

    path = "/officers"
    tags = ("people",)

    @post("/{officer_id:uuid}/invite", opt=needs(MANAGE), status_code=201)
    async def invite(self, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[InviteOut]:
        """Make a one-time link by which the officer chooses a password; former links end."""
        token = await invitations.invite(ctx, officer_id)
        found = await invitations.look(ctx, token)
        made = InviteOut(officer_id, invitations.link(ctx, token), found.expires_at)
        return Response(made, status_code=201, headers=_NO_STORE)


async def _page(
    request: Req, ctx: CtxDep, token: str, errors: dict[str, str] | None = None
) -> Response[str]:
    try:
        found = await invitations.look(ctx, token)
    except invitations.UnusableLinkError as error:
        return _unusable(request, error)
    response: Response[str] = page(
        request,
        "people/invitation.html",
        status=422 if errors else 200,
        login=found.login,
        until=found.expires_at,
        token=token,
        errors=errors or {},
    )
    response.headers.update(_NO_STORE)
    return response


def _unusable(request: Req, error: invitations.UnusableLinkError) -> Response[str]:
    return page(request, "people/invitation_over.html", status=error.status, message=error.message)
