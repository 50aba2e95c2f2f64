"""Signing in through the door: who gets a session, and what an attacker does not."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, select, update

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host.models import access_log
from sinmungo.people.identity import digest
from sinmungo.people.models import officers, sessions
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant, read, write

pytestmark = pytest.mark.usefixtures("quick_hashing")
PASSWORD = "correct-horse-42"
SIGN_IN = "/office/people/sign-in"
ME = "/office/people/me"
HASHES = read(select(sessions.c.id_hash), bytes)
ACTS = read(select(access_log.c.act).order_by(access_log.c.id), str)
ADDRESSES = read(select(access_log.c.address), str)
FAILURES = read(select(officers.c.failed_count).where(officers.c.id == bindparam("id")), int)
OFF = write(update(officers).where(officers.c.id == bindparam("b_id")).values(state="DISABLED"))


@pytest.fixture
def cookie(runtime: Runtime) -> str:
    return runtime.identifier.cookie


async def sign_in(browser: Browser, login: str, password: str = PASSWORD, **extra: str):
    await browser.get(SIGN_IN)
    return await browser.post(SIGN_IN, {"login": login, "password": password, **extra})


async def acts(runtime: Runtime, city: Tenant) -> list[str]:
    async with runtime.work.open(city) as ctx:
        return await ctx.db.all(ACTS)


async def test_a_good_password_opens_a_session(web: Web, people: People, runtime, city, cookie):
    officer = await people.officer("LEAD_OFFICER", password=PASSWORD)
    browser = web.anyone()
    answer = await sign_in(browser, officer.login.upper())
    assert answer.status_code == 303
    assert answer.headers["location"] == "/office/cases"
    assert (await browser.get(ME)).status_code == 200
    async with runtime.work.open(city) as ctx:
        stored = await ctx.db.all(HASHES)
        assert await ctx.db.all(ADDRESSES) == ["127.0.0.1"]
    secret = browser.client.cookies[cookie]
    assert digest(secret) in stored
    assert all(secret.encode() not in h for h in stored)
    assert await acts(runtime, city) == ["people.signed_in"]


async def test_the_cookie_is_closed_to_scripts_and_other_sites(web: Web, people: People, cookie):
    officer = await people.officer(password=PASSWORD)
    answer = await sign_in(web.anyone(), officer.login)
    header = next(h for h in answer.headers.get_list("set-cookie") if h.startswith(cookie))
    parts = {p.strip().lower() for p in header.split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert not any(p.startswith("domain") for p in parts)


async def test_an_id_brought_along_is_never_adopted(
    web: Web, people: People, runtime, city, cookie
):
    officer = await people.officer(password=PASSWORD)
    browser = web.anyone()
    browser.client.cookies.set(cookie, "chosen-by-an-attacker", domain=web.host)
    await sign_in(browser, officer.login)
    async with runtime.work.open(city) as ctx:
        assert digest("chosen-by-an-attacker") not in await ctx.db.all(HASHES)
    attacker = web.anyone()
    attacker.client.cookies.set(cookie, "chosen-by-an-attacker", domain=web.host)
    assert (await attacker.get(ME)).status_code == 303


async def test_signing_in_again_ends_the_old_session(web: Web, people: People, runtime, city):
    officer = await people.officer(password=PASSWORD)
    browser = web.browser(officer)
    await sign_in(browser, officer.login)
    async with runtime.work.open(city) as ctx:
        assert digest(officer.session) not in await ctx.db.all(HASHES)
    assert (await web.browser(officer).get(ME)).status_code == 303


async def test_signing_out_ends_the_session_itself(web: Web, people: People):
    officer = await people.officer("LEAD_OFFICER")
    browser = web.browser(officer)
    assert (await browser.get(ME)).status_code == 200
    assert (await browser.post("/office/people/sign-out")).status_code == 303
    assert (await web.browser(officer).get(ME)).status_code == 303


async def test_idle_and_absolute_limits(web: Web, people: People, runtime: Runtime):
    officer = await people.officer("LEAD_OFFICER")
    browser, start = web.browser(officer), clock.now()
    idle = timedelta(seconds=runtime.settings.session_idle)
    absolute = timedelta(seconds=runtime.settings.session_absolute)
    at = timedelta()
    while at < absolute - idle:
        at += idle - timedelta(minutes=2)
        with clock.frozen(start + at):
            assert (await browser.get(ME)).status_code == 200
    with clock.frozen(start + absolute + timedelta(seconds=1)):
        assert (await browser.get(ME)).status_code == 303
    other = await people.officer("LEAD_OFFICER")
    with clock.frozen(clock.now() + idle + timedelta(seconds=1)):
        assert (await web.browser(other).get(ME)).status_code == 303


async def test_five_failures_lock_for_ten_minutes(web: Web, people: People, runtime, city):
    officer = await people.officer("LEAD_OFFICER", password=PASSWORD)
    start, browser = clock.now(), web.anyone()
    with clock.frozen(start):
        for _ in range(5):
            assert (await sign_in(browser, officer.login, "wrong")).status_code == 422
        locked = await sign_in(browser, officer.login)
        assert locked.status_code == 422
    with clock.frozen(start + timedelta(minutes=9, seconds=59)):
        assert (await sign_in(browser, officer.login)).status_code == 422
    with clock.frozen(start + timedelta(minutes=10, seconds=1)):
        assert (await sign_in(browser, officer.login)).status_code == 303
    assert (await acts(runtime, city)).count("people.sign_in_failed") == 7


async def test_guessing_in_parallel_is_counted_one_by_one(web: Web, people: People, runtime, city):
    officer = await people.officer(password=PASSWORD)
    browsers = [web.anyone() for _ in range(4)]
    await asyncio.gather(*(sign_in(b, officer.login, "wrong") for b in browsers))
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(FAILURES, id=officer.id) == 4
    assert (await sign_in(web.anyone(), officer.login)).status_code == 303
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(FAILURES, id=officer.id) == 0


async def test_no_answer_tells_whether_a_login_exists(
    web: Web, people: People, runtime, city, monkeypatch
):
    known = await people.officer(password=PASSWORD)
    off = await people.officer(password=PASSWORD)
    bare = await people.officer()
    async with runtime.work.open(city) as ctx:
        await ctx.db.run(OFF, b_id=off.id)
    asked = []

    async def matches(plain: str, hashed: str | None) -> bool:
        asked.append(plain)
        return await real(plain, hashed)

    from sinmungo.people import sign_in as module

    real = module.matches
    monkeypatch.setattr(module, "matches", matches)
    texts = set()
    tries = [(known, "wrong-one"), (off, PASSWORD), (bare, ""), (None, PASSWORD)]
    for officer, password in tries:
        login = officer.login if officer else "nobody-here"
        answer = await sign_in(web.anyone(), login, password)
        assert answer.status_code == 422
        texts.add(
            answer.text.replace(login, "").split("</main>")[0].split("<form")[0].count("맞지")
        )
        assert "아이디 또는 비밀번호가 맞지 않습니다" in answer.text
        assert password not in answer.text or not password
    assert len(texts) == 1
    assert len(asked) == len(tries)


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/office/companies", "/office/companies"),
        ("/admin/people", "/admin/people"),
        ("https://evil.example", "/office/cases"),
        ("//evil.example", "/office/cases"),
        ("/office//evil.example", "/office/cases"),
        ("/officer", "/office/cases"),
        ("/office/\\evil", "/office/cases"),
        ("/office/a\tb", "/office/cases"),
        ("javascript:alert(1)", "/office/cases"),
        ("", "/office/cases"),
    ],
)
async def test_next_stays_inside(web: Web, people: People, target: str, leads_to: str):
    officer = await people.officer(password=PASSWORD)
    answer = await sign_in(web.anyone(), officer.login, next=target)
    assert answer.headers["location"] == leads_to


async def test_one_is_led_back_to_the_page_one_wanted(web: Web, people: People):
    officer = await people.officer("LEAD_OFFICER", password=PASSWORD)
    browser = web.anyone()
    asked = await browser.get(ME)
    assert asked.headers["location"] == f"{SIGN_IN}?next={ME}"
    page = await browser.get(asked.headers["location"])
    assert f'name="next" value="{ME}"' in page.text
    answer = await browser.post(SIGN_IN, {"login": officer.login, "password": PASSWORD, "next": ME})
    assert answer.headers["location"] == ME


async def test_a_post_without_token_is_refused_and_explained(web: Web, people: People):
    officer = await people.officer("LEAD_OFFICER")
    client = web.browser(officer).client
    for path in (SIGN_IN, "/office/people/sign-out", f"{ME}/tokens", "/admin/people/units"):
        answer = await client.post(path, data={"label": "x"})
        assert answer.status_code == 403
        assert "적으신 내용은 없어지지 않았습니다" in answer.text
    assert (await client.get(ME)).status_code == 200


async def test_tokens_work_on_the_api_only_and_cookies_on_pages_only(
    web: Web, people: People, cookie
):
    officer = await people.officer("LEAD_OFFICER")
    api, browser = web.api(officer), web.browser(officer)
    assert (await api.get("/api/v1/people/me")).status_code == 200
    assert (await api.get(ME)).status_code == 303
    assert (await browser.get("/api/v1/people/me")).status_code == 401
    assert (await browser.get(f"http://{web.host}//api/v1/people/me")).status_code == 401
    as_token = web.anyone().client
    as_token.headers["authorization"] = f"Bearer {officer.session}"
    assert (await as_token.get("/api/v1/people/me")).status_code == 401
    as_cookie = web.anyone()
    as_cookie.client.cookies.set(cookie, officer.token, domain=web.host)
    assert (await as_cookie.get(ME)).status_code == 303


async def test_another_citys_cookie_is_nobodys(web: Web, people: People, make_city, cookie):
    officer = await people.officer("LEAD_OFFICER")
    other = await make_city()
    client = web.browser(officer).client
    client.cookies.clear()
    headers = {"host": other.hosts[0], "cookie": f"{cookie}={officer.session}"}
    assert (await client.get(ME, headers=headers)).status_code == 303
    token = {"host": other.hosts[0], "authorization": f"Bearer {officer.token}"}
    assert (await client.get("/api/v1/people/me", headers=token)).status_code == 401
    home = {"cookie": f"{cookie}={officer.session}"}
    assert (await client.get(ME, headers=home)).status_code == 200
