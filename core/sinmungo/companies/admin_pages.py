"""What a city's administrator keeps about companies: the lists of places, the texts of consents."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.companies import consents
from sinmungo.companies.permissions import SETTINGS
from sinmungo.companies.places import places, set_places
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOME = "/admin/companies"


class PlacesPages(Controller):
    """`/admin/companies`: 동 and complexes, one name per line."""

    @get("/", opt=needs(SETTINGS))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show both lists."""
        found = await places(ctx)
        form = Form(dongs="\n".join(found.dongs), complexes="\n".join(found.complexes))
        return await _page(request, ctx, form, {})

    @post("/", opt=needs(SETTINGS))
    async def save(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Save both lists."""
        form = await read_form(request)
        try:
            found = await set_places(ctx, dongs=form["dongs"], complexes=form["complexes"])
        except InvalidError as error:
            return await _page(request, ctx, form, error.errors)
        counts = f"읍·면·동 {len(found.dongs)}곳, 산업단지 {len(found.complexes)}곳"
        return see_other(HOME, f"목록을 저장했습니다: {counts}.")

    @post("/consents/{purpose:str}", opt=needs(SETTINGS))
    async def set_text(self, request: Req, ctx: CtxDep, purpose: FromPath[str]) -> Response[Any]:
        """Make the next version of a consent's text."""
        form = await read_form(request)
        try:
            version = await consents.set_text(ctx, purpose, form)
        except InvalidError as error:
            return await _page(request, ctx, None, error.errors, purpose, form)
        return see_other(f"{HOME}#consents", f"동의 문구 {version}판을 씁니다.")


async def _page(
    request: Req,
    ctx: Ctx,
    form: Form | None,
    errors: Mapping[str, str],
    purpose: str = "",
    typed: Form | None = None,
) -> Response[str]:
    found = await places(ctx)
    stored = Form(dongs="\n".join(found.dongs), complexes="\n".join(found.complexes))
    texts = await consents.list_texts(ctx)
    return page(
        request,
        "companies/places.html",
        status=422 if errors else 200,
        form=form or stored,
        errors=errors,
        purposes=consents.PURPOSES,
        newest={p: next((t for t in texts if t.purpose == p), None) for p in consents.PURPOSES},
        at_fault=purpose,
        typed=typed or Form(),
    )
