"""What belongs to no slice: the city's front door, the platform's, health, files, OpenAPI."""

from pathlib import Path

import msgspec
from litestar import Controller, Response, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import File, Redirect

from sinmungo.cases.service import contact
from sinmungo.openapi import schema_for
from sinmungo.people.pages import HOME, first_page
from sinmungo.platform_desk.readiness import reasons
from sinmungo.web.access import public
from sinmungo.web.guide import INDEX, picture, plugin_folder, plugin_pages, read_page
from sinmungo.web.look import city_look, fill
from sinmungo.web.render import page
from sinmungo.web.scope import scope_of
from sinmungo.web.statics import STATIC_DIR
from sinmungo.web.types import Req

_YEAR = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


class HomeController(Controller):
    """`/`: the companies' portal of a city, or the list of cities on the platform's host."""

    @get("/", opt=public(), include_in_schema=False)
    async def home(self, request: Req) -> Response[str]:
        """Show the front door."""
        scope = scope_of(request.scope)
        if scope.city is not None:
            ctx = await scope.ctx()
            look = await city_look(ctx)
            return page(
                request,
                "portal/home.html",
                contact=await contact(ctx),
                lead=fill(look.portal.lead, scope.city),
            )
        runtime = request.app.state.runtime
        return page(
            request, "platform/home.html", cities=runtime.registry.all(), port=_port(request)
        )

    @get(["/office", "/admin"], opt=public(before_opening=True), include_in_schema=False)
    async def office(self, request: Req) -> Redirect:
        """Lead to the first page of the office or admin."""
        scope = scope_of(request.scope)
        if request.url.path == "/admin":
            return Redirect("/admin/people", status_code=303)
        if scope.city is None:
            return Redirect(HOME, status_code=303)
        host = request.app.state.runtime.host
        home = first_page(host, scope.city, await scope.identity())
        return Redirect(home, status_code=303)


def _port(request: Req) -> str:
    host = request.headers.get("host", "")
    return ":" + host.rsplit(":", 1)[1] if ":" in host else ""


class HealthController(Controller):
    """For load balancers: alive, and ready to serve."""

    path = "/health"

    @get("/live", opt=public(before_opening=True), include_in_schema=False)
    async def live(self) -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @get("/ready", opt=public(before_opening=True), include_in_schema=False)
    async def ready(self, request: Req) -> Response[dict[str, object]]:
        """Say that cities can be served, or 503 and why not: database, schema, registry, key."""
        found = await reasons(request.app.state.runtime)
        body: dict[str, object] = {"status": "unavailable" if found else "ok"}
        if found:
            body["reasons"] = found
        return Response(body, status_code=503 if found else 200)


class StaticController(Controller):
    """Vendored files, cached for a year under a name that changes with their content."""

    @get("/static/{path:path}", opt=public(before_opening=True), include_in_schema=False)
    async def static(self, path: FromPath[str], v: FromQuery[str] = "") -> File:
        """Send one file of the static folder; a versioned address never changes."""
        file = (STATIC_DIR / path.lstrip("/")).resolve()
        if not file.is_relative_to(STATIC_DIR) or not file.is_file():
            raise NotFoundException
        return File(
            file,
            media_type=_TYPES.get(file.suffix, "application/octet-stream"),
            content_disposition_type="inline",
            headers={"cache-control": _YEAR if v else _HOUR},
        )


class HelpController(Controller):
    """The guide for officers and companies."""

    path = "/help"

    @get(["/", "/{name:str}"], opt=public(before_opening=True), include_in_schema=False)
    async def guide(self, request: Req, name: FromPath[str] = INDEX) -> Response[str]:
        """Show a page of the guide; its first page also names those of the city's plugins."""
        found = read_page(name)
        if found is None:
            raise NotFoundException
        city = scope_of(request.scope).city
        host, listed = request.app.state.runtime.host, name == INDEX and city is not None
        active = [p for p in host.plugins if host.is_active(city, p)] if listed and city else []
        return page(request, "help/page.html", guide=found, plugins=plugin_pages(host, active))

    @get("/{plugin:str}/{name:str}", opt=public(before_opening=True), include_in_schema=False)
    async def plugin_guide(
        self, request: Req, plugin: FromPath[str], name: FromPath[str]
    ) -> Response[str]:
        """Show a page of a plugin's guide, in a city where the plugin is on."""
        found = read_page(name, plugin, _guide_of(request, plugin))
        if found is None:
            raise NotFoundException
        return page(request, "help/page.html", guide=found, plugins=[])

    @get("/img/{name:str}", opt=public(before_opening=True), include_in_schema=False)
    async def image(self, name: FromPath[str]) -> File:
        """Send a picture of the guide."""
        return _picture(picture(name))

    @get("/{plugin:str}/img/{name:str}", opt=public(before_opening=True), include_in_schema=False)
    async def plugin_image(self, request: Req, plugin: FromPath[str], name: FromPath[str]) -> File:
        """Send a picture of a plugin's guide."""
        return _picture(picture(name, _guide_of(request, plugin)))


def _guide_of(request: Req, plugin: str) -> Path:
    """Return the folder of a plugin's guide; NotFoundException where the plugin is not on."""
    host, city = request.app.state.runtime.host, scope_of(request.scope).city
    home: Path | None = plugin_folder(host, plugin)
    if home is None or city is None or not host.is_active(city, plugin):
        raise NotFoundException
    return home


def _picture(file: Path | None) -> File:
    if file is None:
        raise NotFoundException
    return File(
        file,
        media_type=_TYPES[file.suffix],
        content_disposition_type="inline",
        headers={"cache-control": _HOUR},
    )


class OpenApiController(Controller):
    """The API's description as it is in this city: without what is switched off."""

    @get("/api/v1/openapi.json", opt=public(before_opening=True), include_in_schema=False)
    async def schema(self, request: Req) -> Response[bytes]:
        """Return the OpenAPI 3.1 document."""
        city = scope_of(request.scope).city
        if city is None:
            raise NotFoundException
        document = schema_for(request.app, request.app.state.runtime.host, city)
        return Response(msgspec.json.encode(document), media_type=MediaType.JSON)
