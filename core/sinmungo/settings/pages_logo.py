"""The logo's own page: choose a picture, see it, take it away; and the picture for everyone."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromQuery

from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.settings import logo, service
from sinmungo.settings.permissions import MANAGE
from sinmungo.web.access import needs, public
from sinmungo.web.look import CITY, city_look
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HERE = "/admin/settings/city/logo"
_YEAR = "public, max-age=31536000, immutable"
_MINUTES = "public, max-age=300"
_BODY = logo.MAX_BYTES * 4


class LogoPages(Controller):
    """`/admin/settings/city/logo`."""

    @get("/city/logo", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the logo and the form."""
        return await _page(request, ctx, {})

    @post("/city/logo", opt=needs(MANAGE), request_max_body_size=_BODY)
    async def put(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Take a picture; an earlier one stays in the history and can come back."""
        file = (await request.form()).get("file")
        try:
            content = await _content(file)
            await _set(request, ctx, await logo.keep(ctx, content))
        except InvalidError as error:
            return await _page(request, ctx, error.errors)
        return see_other(HERE, "로고를 바꾸었습니다.")

    @post("/city/logo/drop", opt=needs(MANAGE))
    async def drop(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show no logo any more."""
        await _set(request, ctx, "")
        return see_other(HERE, "로고를 뺐습니다. 바뀐 기록에서 되돌릴 수 있습니다.")


class LogoController(Controller):
    """`/logo`: the picture in the head of every page."""

    @get("/logo", opt=public(), include_in_schema=False)
    async def picture(self, ctx: CtxDep, v: FromQuery[str] = "") -> Response[bytes]:
        """Send the city's logo; an address with its id never changes."""
        found = await logo.read_logo(ctx, v or (await city_look(ctx)).city.logo)
        return Response(
            found.content,
            media_type=found.media_type,
            headers={
                "cache-control": _YEAR if v else _MINUTES,
                "content-disposition": "inline",
            },
        )


async def set_logo(request: Req, ctx: Ctx, value: str, version: int) -> int:
    """Make a kept picture (or none) the logo and return the group's new version."""
    return await service.save(ctx, request.app.state.runtime, CITY, {"logo": value}, version)


async def _set(request: Req, ctx: Ctx, value: str) -> None:
    await set_logo(request, ctx, value, (await service.view(ctx, CITY)).version)


async def _content(file: object) -> bytes:
    if not isinstance(file, UploadFile) or not file.filename:
        return b""
    content = await file.read()
    await file.close()
    return content


async def _page(request: Req, ctx: Ctx, errors: dict[str, str]) -> Response[str]:
    now = await service.view(ctx, CITY)
    return page(
        request,
        "settings/logo.html",
        status=422 if errors else 200,
        logo=now.values["logo"],
        errors=errors,
        max_kb=logo.MAX_BYTES // 1024,
    )
