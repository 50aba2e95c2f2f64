"""The plugin tried out: a deployment of its own with two cities, thrown away afterwards.

One city has the plugin, with made-up records of core and of the plugin in it; the other has the
same, so that its ids can be tried in the first. Everything goes through the front doors.
"""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from sinmungo.app import Runtime, create_app
from sinmungo.author.faults import Faults
from sinmungo.author.findings import Sources
from sinmungo.author.problems import AuthorProblemError
from sinmungo.author.project import Project
from sinmungo.author.rows import ids_of
from sinmungo.demo.load import load as load_demo
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.host.host import Host, LoadedPlugin
from sinmungo.logs import configure_logs, only_to
from sinmungo.people.models import ROLES
from sinmungo.testing.database import DEPARTMENTS, test_runtime
from sinmungo.testing.people import Officer, People
from sinmungo.testing.sweep import Route, routes
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

GUEST = "EXPERT"
_NAMES: dict[str, Any] = {
    "name": "시험시",
    "service_name": "기업SOS",
    "settings": {"cases.number_prefix": "TS"},
}
_FEW = {"companies": {"companies": 12, "duplicates": 0}, "cases": {"cases": 12}}


@dataclass
class Trial:
    """What the steps of the trial share."""

    project: Project
    sources: Sources
    faults: Faults
    runtime: Runtime
    app: Any
    plugin: LoadedPlugin
    city: Tenant
    other: Tenant
    untouched: Tenant
    officer: Officer
    guest: Officer
    web: Web
    own: list[Route]
    ids: dict[str, list[str]] = field(default_factory=dict)
    foreign: dict[str, list[str]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)

    @property
    def slug(self) -> str:
        """The plugin's slug."""
        return self.plugin.slug

    @cached_property
    def client(self) -> httpx.AsyncClient:
        """A browser signed in as an officer with every role."""
        return self.web.browser(self.officer).client

    @cached_property
    def stranger(self) -> httpx.AsyncClient:
        """A browser that is not signed in."""
        return self.web.anyone().client

    @cached_property
    def api(self) -> httpx.AsyncClient:
        """A program with the same officer's token."""
        return self.web.api(self.officer)


@asynccontextmanager
async def trial(
    project: Project, sources: Sources, host: Host, dsn: str, data: Path
) -> AsyncIterator[Trial]:
    """Make the deployment and its cities; everything goes with the server afterwards."""
    faults = Faults(sources)
    configure_logs()
    only_to(faults.read)
    async with test_runtime(dsn, f"check_{os.getpid()}", data, host) as runtime:
        plugin = runtime.host.plugins[project.slug]
        city = await _city(runtime, "first", plugin)
        other = await _city(runtime, "second", plugin)
        await Cities(runtime).apply([CityFile(slug="third", **_NAMES)])
        people = People(runtime, city)
        app = create_app(runtime)
        only_to(faults.read)  # making the application sets the log up anew
        staff = tuple(role for role in ROLES if role != GUEST)
        web = Web(app, city.hosts[0], people)
        made = Trial(
            project=project,
            sources=sources,
            faults=faults,
            runtime=runtime,
            app=app,
            plugin=plugin,
            city=city,
            other=other,
            untouched=runtime.registry.by_slug("third"),
            officer=await people.officer(*staff),
            guest=await people.officer(GUEST, unit=None),
            web=web,
            own=own_routes(app, plugin),
        )
        made.ids = ids_of(dsn, city, plugin)
        made.foreign = ids_of(dsn, other, plugin)
        yield made
        await web.close()


async def _city(runtime: Runtime, slug: str, plugin: LoadedPlugin) -> Tenant:
    """Make a city with the plugin on and made-up records of core and of the plugin."""
    officers = [
        {"login": "one", "name": "나하나", "unit": "기업SOS팀", "title": "주무관"},
        {"login": "two", "name": "두보람", "unit": "기업육성팀", "title": "팀장"},
        {"login": "three", "name": "세온길", "unit": "도로과", "title": "주무관"},
    ]
    roles = (["INTAKE_OFFICER", "LEAD_OFFICER"], ["TEAM_LEADER", "LEAD_OFFICER"], ["LEAD_OFFICER"])
    named = [{**o, "roles": r} for o, r in zip(officers, roles, strict=True)]
    file = CityFile(
        slug=slug,
        hosts=(f"{slug}.localhost",),
        plugins=(plugin.slug,),
        **_NAMES,
        tables={
            "people": {"departments": DEPARTMENTS},
            "demo": {"people": {"officers": named}, **_FEW},
        },
    )
    await Cities(runtime).apply([file])
    if plugin.slug not in runtime.registry.by_slug(slug).plugins:
        raise AuthorProblemError(f"{plugin.slug} could not be switched on")
    await load_demo(runtime, [file], lambda _: None)
    return runtime.registry.by_slug(slug)


def own_routes(app: Any, plugin: LoadedPlugin) -> list[Route]:
    """Return the routes of the plugin alone."""
    first = {f"{face}/{plugin.slug}" for face in ("", "/office", "/admin", "/api/v1")}
    return [r for r in routes(app) if any(r.path == f or r.path.startswith(f"{f}/") for f in first)]


def filled(route: Route, ids: Mapping[str, list[str]], most: int = 3) -> Iterator[dict[str, str]]:
    """Yield values for a route's places: a few ids of every table, the likeliest tables first."""
    if not route.params:
        yield {}
        return
    hint = route.params[-1].name.removesuffix("_id")
    tables = sorted(ids, key=lambda name: (hint not in name, name))
    for table in tables:
        for found in ids[table][:most]:
            yield {p.name: found for p in route.params if p.kind is not int and p.kind is not str}
