"""The operator's desk: who gets in, what it shows, and that it shows nothing of what is inside."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import psycopg
import pytest
from sqlalchemy import bindparam, delete, select, update

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.errors import MissingError, RefusedError
from sinmungo.host.models import hook_failures
from sinmungo.host.types import Quarantined
from sinmungo.platform_desk import figures, operators
from sinmungo.platform_desk.operators import Handed
from sinmungo.testing.desk import (
    PASSWORD,
    Door,
    give_up,
    lines,
    now_code,
)
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, insert_into, read, write
from sinmungo_tenants.control.figures import city_figures
from sinmungo_tenants.control.fleet import FLEET_LOCK, fleet_outcomes, fleet_runs
from sinmungo_tenants.control.operators import operator_log
from sinmungo_tenants.control.operators import operators as operator_table

_FAIL = insert_into(hook_failures)
PAGES = ("", "/plugins", "/fleet", "/archives", "/jobs", "/log", "/password")


@pytest.fixture
def door(app: Any) -> Door:
    return Door(app)


async def test_password_and_digits_open_the_desk(door: Door, kim: Handed, runtime: Runtime):
    assert (await door.get("/platform")).headers["location"] == "/platform/sign-in"
    answer = await door.enter(kim.login, PASSWORD, now_code(kim))
    assert (answer.status_code, answer.headers["location"]) == (303, "/platform")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "sinmungo_platform" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    for page in PAGES:
        assert (await door.get(f"/platform{page}")).status_code == 200, page
    assert await lines(runtime, kim.login) == [("SIGN_IN", "")]


@pytest.mark.parametrize("wrong", ["login", "password", "code", "no code", "old code"])
async def test_any_wrong_part_is_the_same_answer(door: Door, kim: Handed, wrong: str):
    code = now_code(kim)
    other = {
        "login": ("nobody", PASSWORD, code),
        "password": (kim.login, PASSWORD + "x", code),
        "code": (kim.login, PASSWORD, f"{(int(code) + 1) % 1_000_000:06}"),
        "no code": (kim.login, PASSWORD, ""),
        "old code": (kim.login, PASSWORD, now_code(kim, timedelta(minutes=-3))),
    }
    answer = await door.enter(*other[wrong])
    assert answer.status_code == 422
    assert "아이디, 비밀번호 또는 인증번호가 맞지 않습니다" in answer.text
    assert PASSWORD not in answer.text
    assert (await door.get("/platform")).status_code == 303


async def test_a_code_serves_once(app: Any, kim: Handed):
    code = now_code(kim)
    assert (await Door(app).enter(kim.login, PASSWORD, code)).status_code == 303
    assert (await Door(app).enter(kim.login, PASSWORD, code)).status_code == 422
    with clock.frozen(clock.now() + timedelta(seconds=60)):
        assert (await Door(app).enter(kim.login, PASSWORD, code)).status_code == 422
        assert (await Door(app).enter(kim.login, PASSWORD, now_code(kim))).status_code == 303


async def test_five_failures_lock_for_a_quarter_of_an_hour(app: Any, kim: Handed, runtime: Runtime):
    start = clock.now()
    with clock.frozen(start):
        for _ in range(5):
            await Door(app).enter(kim.login, "wrong", now_code(kim))
        assert (await Door(app).enter(kim.login, PASSWORD, now_code(kim))).status_code == 422
        (mine,) = [a for a in await operators.all_operators(runtime) if a.login == kim.login]
        assert (mine.state, mine.signed_in_at, mine.codes_left) == ("LOCKED", None, 8)
    assert [act for act, _ in await lines(runtime, kim.login)].count("LOCKED") == 1
    with clock.frozen(start + timedelta(minutes=16)):
        assert (await Door(app).enter(kim.login, PASSWORD, now_code(kim))).status_code == 303


async def test_a_recovery_code_stands_in_once(app: Any, kim: Handed):
    code = kim.codes[3]
    assert (await Door(app).enter(kim.login, PASSWORD, code)).status_code == 303
    assert (await Door(app).enter(kim.login, PASSWORD, code)).status_code == 422
    assert (await Door(app).enter(kim.login, PASSWORD, kim.codes[4].upper())).status_code == 303


async def test_a_wrong_recovery_code_counts_as_a_failure(app: Any, kim: Handed):
    for _ in range(5):
        await Door(app).enter(kim.login, PASSWORD, "0" * 20)
    assert (await Door(app).enter(kim.login, PASSWORD, now_code(kim))).status_code == 422


@pytest.mark.usefixtures("quick_hashing")
async def test_a_one_time_password_opens_nothing_but_its_change(door: Door, runtime: Runtime):
    new = await operators.add(runtime, f"new-{clock.uuid7().hex[-8:]}")
    await door.enter(new.login, new.password, now_code(new))
    assert (await door.get("/platform")).headers["location"] == "/platform/password"
    await door.get("/platform/password")
    form = {"old_password": new.password, "password": PASSWORD, "again": "other"}
    assert (await door.post("/platform/password", form)).status_code == 422
    answer = await door.post("/platform/password", {**form, "again": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/platform")
    assert (await door.get("/platform")).status_code == 200


async def test_sessions_end_idle_absolutely_and_by_hand(desk: Door, runtime: Runtime, kim: Handed):
    now = clock.now()
    with clock.frozen(now + timedelta(minutes=31)):
        assert (await desk.get("/platform")).status_code == 303
    with clock.frozen(now + timedelta(minutes=20)):
        assert (await desk.get("/platform")).status_code == 200
    await operators.set_disabled(runtime, kim.login, disabled=True)
    assert (await desk.get("/platform")).status_code == 303
    await operators.set_disabled(runtime, kim.login, disabled=False)
    assert (await desk.get("/platform")).status_code == 303


async def test_signing_out_ends_the_session(desk: Door):
    cookie = desk.client.cookies["sinmungo_platform"]
    await desk.get("/platform")
    assert (await desk.post("/platform/sign-out")).status_code == 303
    desk.client.cookies.set("sinmungo_platform", cookie, domain="localhost.local")
    assert (await desk.get("/platform")).status_code == 303


async def test_a_reset_ends_the_old_password_codes_and_sessions(
    desk: Door, app: Any, runtime: Runtime, kim: Handed
):
    with pytest.raises(MissingError, match="nobody-here"):
        await operators.reset(runtime, "nobody-here")
    made = await operators.reset(runtime, kim.login)
    assert (await desk.get("/platform")).status_code == 303
    assert (await Door(app).enter(kim.login, PASSWORD, now_code(kim))).status_code == 422
    assert (await Door(app).enter(kim.login, made.password, kim.codes[0])).status_code == 422
    assert (await Door(app).enter(kim.login, made.password, now_code(made))).status_code == 303


async def test_the_desk_is_on_the_platforms_host_only(desk: Door, web: Web, people: People):
    officer = await people.officer("TENANT_ADMIN")
    for page in ("", "/sign-in", *PAGES):
        assert (await web.browser(officer).get(f"/platform{page}")).status_code == 404, page
    there, cookie = web.anyone(), "sinmungo_platform"
    there.client.cookies.set(cookie, desk.client.cookies[cookie], domain=web.host)
    assert (await there.get("/platform")).status_code == 404
    for page in ("/office", "/admin", "/office/people/sign-in", "/office/cases", "/api/v1/cases"):
        assert (await desk.get(page)).status_code == 404, page


async def test_an_officers_session_opens_no_desk(door: Door, people: People):
    officer = await people.officer("TENANT_ADMIN")
    for name in ("sinmungo", "sinmungo_platform"):
        door.client.cookies.set(name, officer.session, domain="localhost.local")
    assert (await door.get("/platform")).status_code == 303


async def test_without_the_forms_token_nothing_is_done(desk: Door):
    assert (await desk.client.post("/platform/gather")).status_code == 403


async def test_the_secret_is_sealed_and_the_log_cannot_be_changed(runtime: Runtime, kim: Handed):
    sealed = read(
        select(operator_table.c.totp_sealed).where(operator_table.c.login == kim.login), bytes
    )
    async with runtime.doors.control_session() as db:
        assert kim.secret.encode() not in await db.one(sealed)
    for statement in (operator_log.delete(), operator_log.update().values(act="NOTHING")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with runtime.doors.control_session() as db:
                await db.run(write(statement))


async def test_a_login_is_taken_once_and_must_be_plain(runtime: Runtime, kim: Handed):
    with pytest.raises(RefusedError):
        await operators.add(runtime, kim.login.upper())


async def test_figures_are_gathered_city_by_city(
    desk: Door, runtime: Runtime, city: Tenant, drain: Callable[[], Awaitable[int]]
):
    await drain()
    await give_up(runtime, city, "test.job")
    async with runtime.work.open(city) as ctx:
        await ctx.db.run(
            _FAIL,
            id=clock.uuid7(),
            plugin="some",
            hook="on_event",
            error="ValueError",
            happened_at=clock.now(),
        )
    answer = await desk.post("/platform/gather")
    assert answer.status_code == 303
    page = (await desk.get("/platform")).text
    row = next(r for r in page.split("<tr>") if city.slug in r)
    assert "포기한 작업 1건" in row
    assert "기능 오류 1회" in row
    assert re.search(r"\d+\.\d MB", row)
    assert city.hosts[0] in row
    assert re.search(r'data-label="서버"[^>]*><span>main<|data-label="서버"[^>]*>main<', row)
    jobs = (await desk.get("/platform/jobs")).text
    assert "test.job" in jobs
    assert "ValueError" in jobs
    assert "손님" not in page + jobs


async def test_a_city_that_cannot_be_asked_keeps_its_figures_and_shows_why(
    desk: Door, runtime: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    assert await figures.gather(runtime, city)

    def broken(_: Tenant, __: float | None = None) -> Any:
        raise ConnectionRefusedError

    async with runtime.doors.control_session() as db:
        before = (await figures.stored(db))[0][city.id]
    monkeypatch.setattr(runtime.doors, "tenant_session", broken)
    assert not await figures.gather(runtime, city)
    async with runtime.doors.control_session() as db:
        after = (await figures.stored(db))[0][city.id]
    assert after.problem == "ConnectionRefusedError"
    assert after.gathered_at == before.gathered_at
    assert after.officers == before.officers
    assert "현황을 못 모음: ConnectionRefusedError" in (await desk.get("/platform")).text
    forget = delete(city_figures).where(city_figures.c.tenant_id == city.id)
    async with runtime.doors.control_session() as db:
        await db.run(write(forget))
    assert not await figures.gather(runtime, city)
    page = (await desk.get(f"/platform?q={city.slug}")).text
    assert "0건" not in page.partition("<tbody>")[2]  # of what was never asked nothing is claimed
    assert "2000." not in page
    monkeypatch.undo()
    assert await figures.gather(runtime, city)


async def test_a_fleet_run_is_seen_live(desk: Door, runtime: Runtime, city: Tenant):
    run_id, now = clock.uuid7(), clock.now()
    async with runtime.doors.control_session() as db:
        await db.run(
            insert_into(fleet_runs),
            id=run_id,
            started_at=now,
            started_by="kim@desk",
            workers=2,
            state="RUNNING",
        )
        for component, state, error in (("core", "OK", None), ("some", "FAILED", "잠금을 기다림")):
            await db.run(
                insert_into(fleet_outcomes),
                run_id=run_id,
                tenant_id=city.id,
                component=component,
                slug=city.slug,
                from_revision="0001",
                to_revision="0002",
                state=state,
                error=error,
                is_canary=False,
            )
    assert str(run_id) in (await desk.get("/platform/fleet")).text
    live = f"/platform/fleet/{run_id}/live"
    with psycopg.connect(runtime.settings.migrator_dsn) as working:
        working.execute("SELECT pg_advisory_lock(%s)", (FLEET_LOCK,))
        assert f'hx-get="{live}"' in (await desk.get(f"/platform/fleet/{run_id}")).text
        part = (await desk.get(live)).text
    assert "<html" not in part
    assert "잠금을 기다림" in part
    assert "됨 1 · 실패 1" in part
    assert "판 올리기 실패 1" in (await desk.get("/platform")).text
    done = update(fleet_runs).where(fleet_runs.c.id == bindparam("b_id")).values(state="FAILED")
    async with runtime.doors.control_session() as db:
        await db.run(write(done), b_id=run_id)
    assert "hx-get" not in (await desk.get(live)).text
    assert (await desk.get(f"/platform/fleet/{clock.uuid7()}")).status_code == 404


async def test_plugins_by_city_and_what_is_in_quarantine(
    desk: Door, runtime: Runtime, make_city: Any, monkeypatch: pytest.MonkeyPatch
):
    slug = next(p.slug for p in runtime.host.plugins.values() if not p.built_in)
    on = await make_city(plugins=(slug,))
    off = await make_city()
    reason = "ModuleNotFoundError: No module named 'elsewhere'"
    monkeypatch.setattr(runtime.host, "quarantined", (Quarantined("damaged", reason),))
    page = (await desk.get("/platform/plugins")).text
    rows = {r: part for part in page.split("<tr>") for r in (on.slug, off.slug) if f">{r}<" in part}
    assert "켜짐" in rows[on.slug]
    assert "켜짐" not in rows[off.slug]
    assert "불러오지 않은 기능: damaged" in page
    assert reason.replace("'", "&#39;") in page
    tripped = msgspec.structs.replace(on, plugin_states={slug: "TRIPPED"}, plugins=frozenset())
    monkeypatch.setattr(runtime.registry, "all", lambda: [tripped, off])
    look = (await desk.get("/platform/plugins?show=look")).text
    assert (f">{on.slug}<" in look, f">{off.slug}<" in look) == (True, False)
    assert "차단된 기능 1개" in (await desk.get("/platform?show=look")).text


async def test_the_guide_of_the_desk_opens_from_it(desk: Door):
    assert 'href="/help/operator"' in (await desk.get("/platform/jobs")).text
    guide = await desk.get("/help/operator")
    assert (guide.status_code, "운영 화면" in guide.text) == (200, True)


async def test_the_platforms_front_page_lists_cities(door: Door, city: Tenant):
    assert f"http://{city.hosts[0]}" in (await door.get("/")).text
