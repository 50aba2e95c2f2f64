"""What the access log takes for the client's address, through the whole application."""

from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from sinmungo.app import Runtime, create_app
from sinmungo.host.models import access_log
from sinmungo.testing.people import People
from sinmungo_tenants import Tenant, read

pytestmark = pytest.mark.usefixtures("quick_hashing")
ADDRESSES = read(select(access_log.c.address).order_by(access_log.c.id), str)
PASSWORD = "correct-horse-42"
SIGN_IN = "/office/people/sign-in"
LIE, CLIENT, PROXY = "198.51.100.66", "203.0.113.7", "10.1.2.3"


async def sign_in(app: Any, host: str, login: str, peer: str, forwarded: str) -> int:
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": "https"}
    base = f"http://{host}"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        page = await client.get(SIGN_IN)
        token = page.text.partition('name="_csrf_token" value="')[2].partition('"')[0]
        form = {"login": login, "password": PASSWORD, "_csrf_token": token}
        return (await client.post(SIGN_IN, data=form)).status_code


async def test_a_known_proxy_is_believed_and_nobody_else(
    runtime: Runtime, app: Any, city: Tenant, people: People
):
    officer = await people.officer("LEAD_OFFICER", password=PASSWORD)
    settings = msgspec.structs.replace(runtime.settings, trusted_proxies=("10.0.0.0/8",))
    async with Runtime(settings, runtime.host).running() as behind:
        trusting, host = create_app(behind), city.hosts[0]
        assert await sign_in(trusting, host, officer.login, PROXY, f"{LIE}, {CLIENT}") == 303
        assert await sign_in(trusting, host, officer.login, CLIENT, LIE) == 303
    assert await sign_in(app, host, officer.login, PROXY, CLIENT) == 303
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(ADDRESSES) == [CLIENT, CLIENT, PROXY]
