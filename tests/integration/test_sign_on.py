"""Signing in through the city's own service, against a real OpenID provider (Node, loopback)."""

import base64
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from sinmungo.host.city_settings import set_setting
from sinmungo.host.models import settings, settings_history
from sinmungo.people.oidc import EXPIRED, UNKNOWN
from sinmungo.people.oidc_provider import Providers
from sinmungo.people.oidc_setting import SETTING, oidc_setting
from sinmungo.settings.service import view
from sinmungo.testing.database import new_city
from sinmungo.testing.demo import free_port
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

PLACE = Path(".venv/oidc")
SECRET = "a secret of the test"
ADMIN, SET = "/admin/people/sign-on", "/api/v1/settings/sign-on"
FORM = "/admin/settings/sign-on"
START, BACK = "/office/people/oidc/start", "/office/people/oidc/return"
HOSTS = ("signon-a.localhost", "signon-b.localhost")
STORED = read(select(settings.c.value), Any)  # type: ignore[arg-type]
PAST = read(select(settings_history.c.new), Any)  # type: ignore[arg-type]
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
async def doors(app, runtime, issuer: str) -> AsyncIterator[list[Web]]:
    """Return two cities whose admins switched the service on."""
    before, works_with = runtime.providers, runtime.work.settings
    allowed = (urlsplit(issuer).netloc,)
    runtime.providers = Providers(allowed)
    runtime.work.settings = msgspec.structs.replace(works_with, oidc_hosts=allowed)
    cities = [
        await new_city(runtime, host.removesuffix(".localhost"), (), {}, kept=True)
        for host in HOSTS
    ]
    made = [Web(app, city.hosts[0], People(runtime, city)) for city in cities]
    for web in made:
        answer = await change(web, **switched_on(issuer))
        assert answer.status_code == 200, answer.text
    yield made
    for web in made:
        await web.close()
    runtime.providers, runtime.work.settings = before, works_with


def switched_on(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "client_id": "city",
        "secret": SECRET,
        "claim": "preferred_username",
        "label": "시청 통합 로그인",
        "active": True,
    }


async def change(web: Web, **values: Any) -> httpx.Response:
    api = web.api(await web.people.officer("TENANT_ADMIN"))
    tag = (await api.get(SET)).headers["etag"]
    return await api.put(SET, json={"values": values}, headers={"if-match": tag})


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


async def test_an_officer_comes_in_and_goes_where_he_wanted(doors: list[Web]):
    web = doors[0]
    assert "시청 통합 로그인" in (await web.anyone().get("/office/people/sign-in")).text
    officer = await officer_of(web)
    browser, answer, _ = await signed_on(web, officer.login, "/office/companies")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/office/companies"
    assert (await browser.get("/office/cases")).status_code == 200


async def test_a_name_the_city_does_not_know_stays_outside(doors: list[Web]):
    web = doors[0]
    browser, answer, _ = await signed_on(web, "stranger")
    assert answer.status_code == 409
    assert UNKNOWN in answer.text
    assert (await browser.get("/office/cases")).status_code != 200


async def test_an_answer_serves_once_and_only_its_own_browser(doors: list[Web]):
    web = doors[0]
    officer = await officer_of(web)
    _, answer, back = await signed_on(web, officer.login)
    assert answer.status_code == 303
    other = web.anyone()
    local = urlsplit(back)
    refused = await other.get(f"{local.path}?{local.query}")
    assert refused.status_code == 409
    assert EXPIRED in refused.text


async def test_an_answer_for_one_city_opens_no_other(doors: list[Web]):
    first, second = doors
    officer = await officer_of(second)
    browser = first.anyone()
    out = await browser.get(START)
    back = urlsplit(await at_the_provider(out.headers["location"], officer.login))
    elsewhere = await second.anyone().get(f"{back.path}?{back.query}")
    assert elsewhere.status_code == 409
    asked = parse_qs(urlsplit(out.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://{HOSTS[0]}{BACK}"]


async def test_the_secret_is_sealed_and_never_shown(doors: list[Web], runtime):
    web = doors[1]
    admin = await web.people.officer("TENANT_ADMIN")
    desk, api = web.browser(admin), web.api(admin)
    shown = (await desk.get(ADMIN)).text
    assert f"http://{HOSTS[1]}:{runtime.settings.port}{BACK}" in shown
    assert f'href="{FORM}/history"' in shown
    for page in (ADMIN, FORM, f"{FORM}/history"):
        assert SECRET not in (await desk.get(page)).text
    assert SECRET not in (await api.get(SET)).text
    async with runtime.work.open(web.people.city) as ctx:
        kept = [await ctx.db.all(STORED), await ctx.db.all(PAST)]
        assert (await oidc_setting(ctx)).secret == SECRET
    assert SECRET not in msgspec.json.encode(kept).decode()


async def test_what_changes_for_officers_is_shown_remembered_and_taken_back(
    doors: list[Web], issuer: str
):
    web = doors[1]
    api = web.api(await web.people.officer("TENANT_ADMIN", name="정다올"))
    body = {"values": {"active": False, "label": "새 이름"}}
    seen = (await api.post(f"{SET}/preview", json=body)).json()
    assert {c["title"] for c in seen["changes"]} == {
        "통합 로그인을 씁니다",
        "로그인 화면의 단추 이름",
    }
    told = {s["title"]: s["text"] for s in seen["samples"]}
    assert told["로그인 화면"] == "아이디와 비밀번호 칸만 나옵니다."
    assert "비밀번호를 정하지 않은 직원" in told["직원"]
    mail = (await api.post(f"{SET}/preview", json={"values": {"claim": "email"}})).json()
    assert "아이디가 메일 주소인 직원은 0명입니다." in mail["samples"][1]["text"]
    # Off, there is no way in; a provider that is down keeps nobody from switching it off.
    assert (await change(web, **body["values"], issuer="https://gone.example")).status_code == 200
    assert START not in (await web.anyone().get("/office/people/sign-in")).text
    assert (await web.anyone().get(START)).status_code == 409
    past = (await api.get(f"{SET}/history")).json()["items"][0]
    tag = (await api.get(SET)).headers["etag"]
    headers = {"if-match": tag}
    back = await api.post(f"{SET}/restore", json={"change": past["id"]}, headers=headers)
    assert (back.status_code, back.json()["values"]["issuer"]) == (200, issuer)
    assert "시청 통합 로그인" in (await web.anyone().get("/office/people/sign-in")).text


async def test_who_may_not_manage_people_opens_no_other_way_in(doors: list[Web]):
    web = doors[0]
    rights = "/api/v1/people/rights"
    admin = web.api(await web.people.officer("TENANT_ADMIN"))
    now = await admin.get(rights)
    wanted = {"changes": [{"role": "AUDITOR", "permission": "settings.manage", "granted": True}]}
    given = await admin.put(rights, json=wanted, headers={"if-match": now.headers["etag"]})
    assert given.status_code == 200, given.text
    auditor = web.api(await web.people.officer("AUDITOR"))
    tag = (await auditor.get(SET)).headers["etag"]
    body = {"values": {"issuer": "https://mine.example"}}
    refused = await auditor.put(SET, json=body, headers={"if-match": tag})
    assert refused.status_code == 422
    assert "부서·직원을 관리하는 사람만" in refused.text


async def test_what_was_kept_as_one_row_still_counts(doors: list[Web], runtime, city: Tenant):
    del doors
    async with runtime.work.open(city) as ctx:
        sealed = ctx.cipher.seal_bytes(SECRET.encode(), context=SETTING.encode())
        former = {"issuer": "https://old.example", "client_id": "old", "claim": "email"}
        former |= {"secret": base64.b64encode(sealed).decode(), "label": "옛 단추", "active": False}
        await set_setting(ctx, SETTING, former)
        assert (await oidc_setting(ctx)).secret == SECRET
        await set_setting(ctx, f"{SETTING}.label", "새 단추")
        found, shown = await oidc_setting(ctx), (await view(ctx, "sign-on")).values
    assert (found.issuer, found.claim, found.label) == ("https://old.example", "email", "새 단추")
    assert (shown["issuer"], shown["secret"], shown["label"]) == (found.issuer, SECRET, "새 단추")


@pytest.mark.parametrize(
    ("issuer_typed", "said"),
    [
        ("https://elsewhere.example", "허용하지 않은 주소"),
        ("ftp://127.0.0.1", "허용하지 않은 주소"),
        ("", "인증 서버 주소를 적어 주세요"),
        ("{issuer}/", "다른 발급자"),
    ],
)
async def test_a_wrong_address_is_told_at_its_field(
    doors: list[Web], issuer: str, issuer_typed: str, said: str
):
    answer = await change(doors[0], issuer=issuer_typed.format(issuer=issuer))
    assert answer.status_code == 422
    assert said in answer.json()["errors"]["issuer"]
