"""The composition root: settings, slices, doors and the web application come together here."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from sinmungo import config, metrics
from sinmungo.component import COMPONENT
from sinmungo.deadlines.calendar import preload_holidays
from sinmungo.faces import (
    HealthController,
    HelpController,
    HomeController,
    OpenApiController,
    StaticController,
)
from sinmungo.host.context import Ctx, Work
from sinmungo.host.failures import Failures
from sinmungo.host.host import Host
from sinmungo.host.keyring import Keyring
from sinmungo.host.loader import load
from sinmungo.host.mounting import controllers, mounted
from sinmungo.jobs.outbox import Waker
from sinmungo.logs import configure_logs
from sinmungo.people.identity import Identifier
from sinmungo.people.oidc_provider import Providers
from sinmungo.platform_desk.frame import TEMPLATES as DESK_TEMPLATES
from sinmungo.platform_desk.frame import find_operator
from sinmungo.platform_desk.pages import PAGES
from sinmungo.platform_desk.pages_sign_in import SignInPages
from sinmungo.sealed import DeploymentKey
from sinmungo.settings.pages_logo import LogoController
from sinmungo.slices import CORE_SLICES
from sinmungo.web.access import require_permission
from sinmungo.web.gate import Gate
from sinmungo.web.look import city_look
from sinmungo.web.problems import ProblemHandler
from sinmungo.web.proxies import Proxies
from sinmungo.web.quota import Quota
from sinmungo.web.render import Renderer
from sinmungo.web.scope import scope_of
from sinmungo_tenants import Deployment, Doors, Registry

HOLIDAY_YEARS = range(2024, 2029)
PARENT_SECONDS = 1.0
MAX_BODY = 10 * 1024 * 1024


class Runtime:
    """Everything a process needs to work on cities; web, worker and command line share it."""

    def __init__(self, settings: config.Settings, host: Host | None = None) -> None:
        self.settings = settings
        self.host = host or load(CORE_SLICES)
        self.deployment_key = DeploymentKey.load(settings.key_file)
        self.deployment = Deployment(settings.deployment)
        self.doors = Doors(
            self.deployment,
            settings.app_dsn,
            size=settings.pool_size,
            timeout=settings.statement_timeout,
            servers=settings.pools,
        )
        self.registry = Registry(self.doors, [COMPONENT], self.host.components())
        self.work = Work(
            self.doors,
            Keyring(self.deployment_key),
            self.host,
            Waker(self.doors),
            settings,
            Failures(self.doors, self.registry),
        )
        self.identifier = Identifier(settings)
        self.providers = Providers(settings.oidc_hosts)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Runtime"]:
        """Open the pool, read the registry, and close again at the end."""
        await self.doors.connect()
        try:
            await self.registry.refresh(force=True)
            yield self
        finally:
            await self.doors.close()

    def csrf_secret(self) -> str:
        """Return a secret that all processes of the deployment share."""
        return self.deployment_key.derive(b"csrf").hex()


async def leave_with_parent() -> None:
    """End this web worker when the server that started it was killed: nobody else would."""
    parent = os.environ.get(config.WEB_PID)
    while parent in {None, str(os.getppid())}:  # noqa: ASYNC110 - the kernel has no event for it
        await asyncio.sleep(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


async def provide_ctx(request: Request[Any, Any, Any]) -> Ctx:
    """Give a handler its unit of work, with the actor known; a page's layout knows the city."""
    ctx = await scope_of(request.scope).ctx()
    if not request.url.path.startswith("/api/"):
        await city_look(ctx)
    return ctx


def create_litestar(runtime: Runtime, renderer: Renderer) -> Litestar:
    """Return the Litestar application, without the gate around it."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        holidays = asyncio.create_task(asyncio.to_thread(preload_holidays, HOLIDAY_YEARS))
        async with runtime.running():
            background = [
                asyncio.create_task(runtime.registry.watch()),
                asyncio.create_task(leave_with_parent()),
            ]
            if metrics.wanted():
                sampling = metrics.sample(runtime.doors, runtime.registry)
                background.append(asyncio.create_task(sampling))
            try:
                yield
            finally:
                for task in background:
                    task.cancel()
                await asyncio.gather(holidays, *background, return_exceptions=True)

    # Browsers let nobody but this very host set a cookie of this prefix.
    prefix = "__Host-" if runtime.settings.cookie_secure else ""
    return Litestar(
        route_handlers=[
            HomeController,
            HealthController,
            HelpController,
            LogoController,
            OpenApiController,
            StaticController,
            *controllers(runtime.host.slices),
            *(mounted(page, "/platform") for page in (SignInPages, *PAGES)),
        ],
        dependencies={"ctx": Provide(provide_ctx)},
        guards=[require_permission],
        exception_handlers={Exception: ProblemHandler(renderer)},
        lifespan=[lifespan],
        state=State(
            {
                "renderer": renderer,
                "runtime": runtime,
                "quota": Quota(runtime.settings.pool_size),
                "find_operator": find_operator,
            }
        ),
        csrf_config=CSRFConfig(
            secret=runtime.csrf_secret(),
            cookie_name=f"{prefix}sinmungo_csrf",
            cookie_secure=runtime.settings.cookie_secure,
            cookie_httponly=True,
            exclude=["^/api/", "^/static/", "^/health/"],
        ),
        openapi_config=OpenAPIConfig(
            title="sinmungo",
            version="1",
            path="/openapi-unused",
            render_plugins=[],
            use_handler_docstrings=True,
        ),
        request_max_body_size=MAX_BODY,
        logging_config=None,
    )


def create_app(runtime: Runtime | None = None) -> Any:
    """Return the ASGI application that granian serves."""
    runtime = runtime or Runtime(config.load())
    configure_logs(runtime.settings.log_format)
    folders = [s.slice.templates for s in runtime.host.slices if s.slice.templates]
    folders.append(DESK_TEMPLATES)
    renderer = Renderer(runtime.host, folders)
    gate = Gate(
        create_litestar(runtime, renderer),
        work=runtime.work,
        registry=runtime.registry,
        identify=runtime.identifier,
        platform_hosts=runtime.settings.platform_hosts,
        plain_page=renderer.plain,
        proxies=Proxies(runtime.settings.trusted_proxies),
    )
    return metrics.Measured(gate) if metrics.wanted() else gate
