"""Who sends a request is found out with one short statement, and rights follow at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host.types import Identity
from sinmungo.people.models import api_tokens, sessions
from sinmungo.people.writes import FORGET_PRINCIPAL
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

pytestmark = pytest.mark.usefixtures("quick_hashing")
SEEN = read(
    select(sessions.c.seen_at).where(sessions.c.officer_id == bindparam("id")),
    type(clock.now()),
)
USED = read(
    select(api_tokens.c.used_at).where(api_tokens.c.officer_id == bindparam("id")),
    type(clock.now()),
)


def request(runtime: Runtime, officer: Officer, *, api: bool) -> dict[str, Any]:
    header = (
        (b"authorization", f"Bearer {officer.token}".encode())
        if api
        else (b"cookie", f"{runtime.identifier.cookie}={officer.session}".encode())
    )
    return {"path": "/api/v1/x" if api else "/office/x", "headers": [header]}


async def identify(
    runtime: Runtime, city: Tenant, officer: Officer, *, api: bool
) -> tuple[Identity, int]:
    async with runtime.work.open(city) as ctx:
        before = ctx.db.statements
        me = await runtime.identifier(ctx, request(runtime, officer, api=api))
        return me, ctx.db.statements - before


async def test_the_hot_path_is_one_statement(runtime: Runtime, city: Tenant, people: People):
    officer = await people.officer("LEAD_OFFICER", "TEAM_LEADER", name="이영희", title="팀장")
    for api in (False, True):
        with clock.frozen(clock.now()):
            await identify(runtime, city, officer, api=api)
            me, statements = await identify(runtime, city, officer, api=api)
        assert statements == 1
        assert (me.officer_id, me.name, me.post) == (officer.id, "이영희", "팀장")
        assert me.roles == {"LEAD_OFFICER", "TEAM_LEADER"}


async def test_use_is_written_once_a_minute(runtime: Runtime, city: Tenant, people: People):
    officer, start = await people.officer("LEAD_OFFICER"), clock.now()
    for api, query in ((False, SEEN), (True, USED)):
        seen = []
        for seconds in (0, 30, 59, 61, 100, 125):
            with clock.frozen(start + timedelta(seconds=seconds)):
                await identify(runtime, city, officer, api=api)
            async with runtime.work.open(city) as ctx:
                seen.append(await ctx.db.first(query, id=officer.id))
        assert seen[0] == seen[1] == seen[2]
        assert seen[2] < seen[3]
        assert seen[3] == seen[4]
        assert seen[4] < seen[5]


async def test_a_request_under_way_cannot_bring_old_rights_back(
    runtime: Runtime, city: Tenant, people: People
):
    """Rights change between reading the officer and keeping what was added up."""
    officer = await people.officer("LEAD_OFFICER")
    async with runtime.work.open(city) as slow:
        real_run = slow.db.run

        class Late:
            def __init__(self, inner: Any) -> None:
                self.inner = inner

            def __getattr__(self, name: str) -> Any:
                return getattr(self.inner, name)

            async def run(self, statement: Any, **params: Any) -> int:
                if "principal" in params:
                    async with runtime.work.open(city) as other:
                        await other.db.run(FORGET_PRINCIPAL, b_id=officer.id)
                return await real_run(statement, **params)

        slow.db = Late(slow.db)  # type: ignore[assignment]
        await runtime.identifier(slow, request(runtime, officer, api=True))
    _, statements = await identify(runtime, city, officer, api=True)
    assert statements > 1


async def test_a_temporary_password_opens_nothing_but_its_change(web: Web, people: People):
    given, chosen = "temp-orary-pass", "now-my-own-42"
    officer = await people.officer("LEAD_OFFICER", password=given, must_change=True)
    browser = web.browser(officer)
    for path in ("/office/people/me", "/office/cases"):
        answer = await browser.get(path)
        assert answer.headers["location"] == "/office/people/me/password"
    refused = await web.api(officer).get("/api/v1/people/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_needed")
    form = {"old_password": given, "password": chosen, "again": chosen}
    await browser.get("/office/people/me/password")
    for broken, field in (
        ({"old_password": "wrong"}, "old_password"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": given, "again": given}, "password"),
        ({"password": f"x{officer.login}-1"}, "password"),
        ({"password": "aaaaaaaaaaaaaa"}, "password"),
        ({"again": "another-one-42"}, "again"),
    ):
        answer = await browser.post("/office/people/me/password", form | broken)
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text
    done = await browser.post("/office/people/me/password", form)
    assert done.headers["location"] == "/office/cases"
    assert (await browser.get("/office/people/me")).status_code == 200
    assert (await web.browser(officer).get("/office/people/me")).status_code == 303
    assert (await web.api(officer).get("/api/v1/people/me")).status_code == 200


async def test_guessing_the_own_password_locks_too(web: Web, people: People):
    officer = await people.officer("LEAD_OFFICER", password="correct-horse-42")
    browser = web.browser(officer)
    await browser.get("/office/people/me/password")
    form = {"password": "now-my-own-42", "again": "now-my-own-42"}
    for _ in range(5):
        await browser.post("/office/people/me/password", form | {"old_password": "wrong"})
    right = form | {"old_password": "correct-horse-42"}
    assert (await browser.post("/office/people/me/password", right)).status_code == 422


async def test_own_tokens_are_told_once_and_revoked_at_once(web: Web, people: People):
    officer = await people.officer("LEAD_OFFICER")
    browser = web.browser(officer)
    await browser.get("/office/people/me")
    made = await browser.post("/office/people/me/tokens", {"label": "통계 연계", "days": "30"})
    token = next(
        w for w in made.text.replace("<", " ").replace(">", " ").split() if w[:4] == "smg_"
    )
    assert made.headers["cache-control"] == "no-store"
    page = (await browser.get("/office/people/me")).text
    assert "통계 연계" in page
    assert token not in page
    client = web.api()
    client.headers["authorization"] = f"Bearer {token}"
    assert (await client.get("/api/v1/people/me")).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert (await client.get("/api/v1/people/me")).status_code == 401
    listed = (await web.api(officer).get("/api/v1/people/me/tokens")).json()["items"]
    mine = next(t for t in listed if t["label"] == "통계 연계")
    assert mine["used_at"] is not None
    stranger = web.browser(await people.officer("LEAD_OFFICER"))
    await stranger.get("/office/people/me")
    theft = await stranger.post(f"/office/people/me/tokens/{mine['id']}/revoke")
    assert theft.status_code == 404
    assert (await browser.post(f"/office/people/me/tokens/{mine['id']}/revoke")).status_code == 303
    assert (await client.get("/api/v1/people/me")).status_code == 401


async def test_signing_out_everywhere(web: Web, people: People, runtime, city):
    officer = await people.officer("LEAD_OFFICER")
    async with runtime.work.open(city) as ctx:
        second = await runtime.identifier.open_session(ctx, officer.id)
    browser = web.browser(officer)
    assert "로그인한 기기 2대" in (await browser.get("/office/people/me")).text
    await browser.post("/office/people/me/sign-out-everywhere")
    for secret in (officer.session, second):
        other = web.anyone()
        other.client.cookies.set(runtime.identifier.cookie, secret, domain=web.host)
        assert (await other.get("/office/people/me")).status_code == 303
