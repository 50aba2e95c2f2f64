"""Cities for a storm, and the two ways to them: the application itself, or a server's port."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from sinmungo.app import Runtime
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.testing.database import DEPARTMENTS
from sinmungo.testing.people import Officer, People
from sinmungo_tenants import Tenant

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Town:
    """A city with one who works there and one who administers it; its slug is its mark."""

    city: Tenant
    officer: Officer
    admin: Officer

    @property
    def mark(self) -> str:
        """What every text of the city carries."""
        return self.city.slug

    @property
    def host(self) -> str:
        """Where it is served."""
        return self.city.hosts[0]


class Way(Protocol):
    """Makes clients; `address` is where the client seems to sit (127.x.y.z)."""

    def client(self, town: Town, address: str, **headers: str) -> httpx.AsyncClient:
        """Return a client of one city that keeps its cookies."""


class Within:
    """The application in this process."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def client(self, town: Town, address: str, **headers: str) -> httpx.AsyncClient:
        """Return a client without a socket."""
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False, client=(address, 1))
        base = f"http://{town.host}"
        return httpx.AsyncClient(
            transport=transport, base_url=base, headers=headers, trust_env=False
        )


class Wire:
    """A server on a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    def client(self, town: Town, address: str, **headers: str) -> httpx.AsyncClient:
        """Return a client that comes from an address of its own."""
        transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
        return httpx.AsyncClient(
            transport=transport,
            base_url=f"http://127.0.0.1:{self._port}",
            headers={**headers, "host": town.host},
            timeout=_PATIENCE,
            trust_env=False,
        )


async def make_towns(runtime: Runtime, many: int, first: int = 1) -> list[Town]:
    """Add cities `gale01` … and give each its two officers."""
    files = [_file(f"gale{n:02d}") for n in range(first, first + many)]
    await Cities(runtime).apply(files)
    return [await _town(runtime, runtime.registry.by_slug(f.slug)) for f in files]


def _file(mark: str) -> CityFile:
    return CityFile(
        slug=mark,
        name=f"{mark}시",
        service_name="기업SOS",
        hosts=(f"{mark}.localhost",),
        settings={"cases.number_prefix": mark.upper()},
        tables={"people": {"departments": DEPARTMENTS}},
    )


async def _town(runtime: Runtime, city: Tenant) -> Town:
    people = People(runtime, city)
    officer = await people.officer("INTAKE_OFFICER", "TEAM_LEADER", name=f"{city.slug}철수")
    admin = await people.officer("TENANT_ADMIN", name=f"{city.slug}영희")
    return Town(city, officer, admin)
