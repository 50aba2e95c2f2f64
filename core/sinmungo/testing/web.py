"""HTTP access to a city in tests: the whole application, by host, without a socket."""

import re
from typing import Any

import httpx

from sinmungo.testing.people import Officer, People

_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


class Browser:
    """A client that keeps cookies and posts forms with the CSRF token of the last page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._token = ""

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page and remember its CSRF token."""
        response = await self.client.get(path, **options)
        found = _TOKEN.search(response.text)
        self._token = found[1] if found else self._token
        return response

    async def post(self, path: str, data: dict[str, Any] | None = None) -> httpx.Response:
        """Post a form; opens the sign-in page first if there is no token yet."""
        if not self._token:
            await self.get("/office/people/sign-in")
        form = {**(data or {}), "_csrf_token": self._token}
        response = await self.client.post(path, data=form)
        found = _TOKEN.search(response.text)
        self._token = found[1] if found else self._token
        return response


class Web:
    """Clients of one city."""

    def __init__(self, app: Any, host: str, people: People) -> None:
        self._app = app
        self.host = host
        self.people = people
        self._clients: list[httpx.AsyncClient] = []

    def _client(self, **options: Any) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app, raise_app_exceptions=False),
            base_url=f"http://{self.host}",
            **options,
        )
        self._clients.append(client)
        return client

    def anyone(self) -> Browser:
        """Return a browser that is not signed in."""
        return Browser(self._client())

    def browser(self, officer: Officer) -> Browser:
        """Return a browser signed in as an officer."""
        client = self._client()
        cookie = self.people.runtime.identifier.cookie
        client.cookies.set(cookie, officer.session, domain=self.host)
        return Browser(client)

    def api(self, officer: Officer | None = None) -> httpx.AsyncClient:
        """Return an API client with an officer's token, or without one."""
        headers = {"authorization": f"Bearer {officer.token}"} if officer else {}
        return self._client(headers=headers)

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients:
            await client.aclose()
