"""Signing in through the city's own service, against a real OpenID provider (Node, loopback)."""

import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import bindparam, select

from sinmungo.host.models import settings
from sinmungo.people.oidc import EXPIRED, SETTING, UNKNOWN
from sinmungo.people.oidc_provider import Providers
from sinmungo.testing.database import new_city
from sinmungo.testing.demo import free_port
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

PLACE = Path(".venv/oidc")
SECRET = "a secret of the test"
ADMIN, START, BACK = (
    "/admin/people/sign-on",
    "/office/people/oidc/start",
    "/office/people/oidc/return",
)
HOSTS = ("signon-a.localhost", "signon-b.localhost")
STORED = read(select(settings.c.value).where(settings.c.key == bindparam("key")), dict)
pytestmark = pytest.mark.skipif(
    not (PLACE / "stamp").exists(), reason="requirements/node.sh has not been run"
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = ["node", "provider.mjs", str(port), *(f"http://{host}{BACK}" for host in HOSTS)]
    with subprocess.Popen(command, cwd=PLACE, stdout=subprocess.PIPE, env=dict(os.environ)) as node:
        assert node.stdout is not None
        assert node.stdout.readline() == b"ready\n"
        yield f"http://127.0.0.1:{port}"
        node.terminate()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cities(runtime, issuer: str) -> AsyncIterator[list[Tenant]]:
    before, runtime.providers = runtime.providers, Providers((urlsplit(issuer).netloc,))
    yield [await new_city(runtime, host.removesuffix(".localhost"), (), {}) for host in HOSTS]
    runtime.providers = before


@pytest_asyncio.fixture(loop_scope="session")
async def doors(app, runtime, cities: list[Tenant]) -> AsyncIterator[list[Web]]:
    made = [Web(app, city.hosts[0], People(runtime, city)) for city in cities]
    yield made
    for web in made:
        await web.close()


async def switch_on(web: Web, issuer: str, /, **other: str) -> Any:
    admin = web.browser(await web.people.officer("TENANT_ADMIN"))
    form = {
        "issuer": issuer,
        "client_id": "city",
        "client_secret": SECRET,
        "claim": "preferred_username",
        "label": "시청 통합 로그인",
        "active": "yes",
    }
    await admin.get(ADMIN)
    return await admin.post(ADMIN, form | other)


async def at_the_provider(address: str, name: str) -> str:
    """Sign in there as a person does, and return where the provider sends the browser."""
    async with httpx2.AsyncClient(follow_redirects=False) as person:
        answer = await person.get(address)
        for _ in range(12):
            if answer.is_redirect:
                target = str(answer.url.join(answer.headers["location"]))
                if BACK in target:
                    return target
                answer = await person.get(target)
                continue
            assert answer.status_code == 200, answer.text[:500]
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
            assert action
            assert prompt
            typed = {"prompt": prompt[1], "login": name, "password": "any"}
            answer = await person.post(str(answer.url.join(action[1])), data=typed)
    raise AssertionError("the provider never sent the browser back")


async def signed_on(web: Web, name: str, target: str = "") -> tuple[Any, Any, str]:
    """Return the browser, the answer of our return address, and that address."""
    browser = web.anyone()
    out = await browser.get(START + (f"?next={target}" if target else ""))
    assert out.status_code == 303
    back = await at_the_provider(out.headers["location"], name)
    local = urlsplit(back)
    return browser, await browser.get(f"{local.path}?{local.query}"), back


async def officer_of(web: Web) -> Officer:
    return await web.people.officer("LEAD_OFFICER")


async def test_an_officer_comes_in_and_goes_where_he_wanted(doors: list[Web], issuer: str):
    web = doors[0]
    assert (await switch_on(web, issuer)).status_code == 303
    assert "시청 통합 로그인" in (await web.anyone().get("/office/people/sign-in")).text
    officer = await officer_of(web)
    browser, answer, _ = await signed_on(web, officer.login, "/office/companies")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/office/companies"
    assert (await browser.get("/office/cases")).status_code == 200


async def test_a_name_the_city_does_not_know_stays_outside(doors: list[Web], issuer: str):
    web = doors[0]
    await switch_on(web, issuer)
    browser, answer, _ = await signed_on(web, "stranger")
    assert answer.status_code == 409
    assert UNKNOWN in answer.text
    assert (await browser.get("/office/cases")).status_code != 200


async def test_an_answer_serves_once_and_only_its_own_browser(doors: list[Web], issuer: str):
    web = doors[0]
    await switch_on(web, issuer)
    officer = await officer_of(web)
    _, answer, back = await signed_on(web, officer.login)
    assert answer.status_code == 303
    other = web.anyone()
    local = urlsplit(back)
    refused = await other.get(f"{local.path}?{local.query}")
    assert refused.status_code == 409
    assert EXPIRED in refused.text


async def test_an_answer_for_one_city_opens_no_other(doors: list[Web], issuer: str):
    first, second = doors
    for web in doors:
        await switch_on(web, issuer)
    officer = await officer_of(second)
    browser = first.anyone()
    out = await browser.get(START)
    back = urlsplit(await at_the_provider(out.headers["location"], officer.login))
    elsewhere = await second.anyone().get(f"{back.path}?{back.query}")
    assert elsewhere.status_code == 409
    asked = parse_qs(urlsplit(out.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://{HOSTS[0]}{BACK}"]


async def test_the_secret_is_sealed_and_never_shown(doors: list[Web], runtime, issuer: str):
    web = doors[1]
    await switch_on(web, issuer)
    admin = web.browser(await web.people.officer("TENANT_ADMIN"))
    assert SECRET not in (await admin.get(ADMIN)).text
    async with runtime.work.open(web.people.city) as ctx:
        stored = await ctx.db.one(STORED, key=SETTING)
    assert SECRET not in str(stored)
    again = await switch_on(web, issuer, client_secret="", label="새 이름")
    assert again.status_code == 303
    assert (await officer_of(web)).login
    assert "새 이름" in (await web.anyone().get("/office/people/sign-in")).text


@pytest.mark.parametrize(
    ("issuer_typed", "said"),
    [
        ("https://elsewhere.example", "허용하지 않은 주소"),
        ("ftp://127.0.0.1", "허용하지 않은 주소"),
        ("", "인증 서버 주소를 적어 주세요"),
    ],
)
async def test_a_wrong_address_is_told_at_its_field(
    doors: list[Web], issuer: str, issuer_typed: str, said: str
):
    answer = await switch_on(doors[0], issuer, issuer=issuer_typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "시청 통합 로그인" in answer.text


async def test_an_issuer_that_names_itself_otherwise_is_refused(doors: list[Web], issuer: str):
    answer = await switch_on(doors[0], issuer, issuer=f"{issuer}/")
    assert answer.status_code == 422
    assert "다른 발급자" in answer.text


async def test_without_it_there_is_no_way_in(doors: list[Web], issuer: str):
    web = doors[1]
    await switch_on(web, issuer, active="")
    assert START not in (await web.anyone().get("/office/people/sign-in")).text
    assert (await web.anyone().get(START)).status_code == 409
