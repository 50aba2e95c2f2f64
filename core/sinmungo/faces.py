"""What belongs to no slice: the city's front door, the platform's, health, files, OpenAPI."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File, Redirect

from sinmungo.openapi import schema_for
from sinmungo.web.access import public
from sinmungo.web.render import page
from sinmungo.web.scope import scope_of
from sinmungo.web.statics import STATIC_DIR

_YEAR = "public, max-age=31536000, immutable"


class HomeController(Controller):
    """`/`: the companies' portal of a city, or the list of cities on the platform's host."""

    @get("/", opt=public(), include_in_schema=False)
    async def home(self, request: Request[Any, Any, Any]) -> Response[str]:
        """Show the front door."""
        if scope_of(request.scope).city is not None:
            return page(request, "portal/home.html")
        runtime = request.app.state.runtime
        return page(request, "platform/home.html", cities=runtime.registry.all(), port=_port(request))

    @get(["/office", "/admin"], opt=public(), include_in_schema=False)
    async def office(self, request: Request[Any, Any, Any]) -> Redirect:
        """Lead to the first page of the office or admin."""
        target = "/admin/people" if request.url.path == "/admin" else "/office/cases"
        return Redirect(target, status_code=303)


def _port(request: Request[Any, Any, Any]) -> str:
    host = request.headers.get("host", "")
    return ":" + host.rsplit(":", 1)[1] if ":" in host else ""


class HealthController(Controller):
    """For load balancers: alive, and ready to serve."""

    path = "/health"

    @get("/live", opt=public(), include_in_schema=False)
    async def live(self) -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @get("/ready", opt=public(), include_in_schema=False)
    async def ready(self, request: Request[Any, Any, Any]) -> dict[str, str]:
        """Say that the database answers too."""
        await request.app.state.runtime.registry.refresh()
        return {"status": "ok"}


class StaticController(Controller):
    """Vendored files, cached for a year under a name that changes with their content."""

    @get("/static/{path:path}", opt=public(), include_in_schema=False)
    async def static(self, path: FromPath[str]) -> File:
        """Send one file of the static folder."""
        file = (STATIC_DIR / path.lstrip("/")).resolve()
        if not file.is_relative_to(STATIC_DIR) or not file.is_file():
            raise NotFoundException
        return File(file, content_disposition_type="inline", headers={"cache-control": _YEAR})


class OpenApiController(Controller):
    """The API's description as it is in this city: without what is switched off."""

    @get("/api/v1/openapi.json", opt=public(), include_in_schema=False)
    async def schema(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Return the OpenAPI 3.1 document."""
        city = scope_of(request.scope).city
        if city is None:
            raise NotFoundException
        document = schema_for(request.app, request.app.state.runtime.host, city)
        return Response(msgspec.json.encode(document), media_type=MediaType.JSON)
