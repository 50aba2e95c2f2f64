"""Behind closed doors: what a new city still needs, the act of opening it, and the first link."""

import itertools
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.deploy.cities import Added, Cities, CityFile
from sinmungo.deploy.first_admin import FirstAdmin
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.host.types import Check, Finding
from sinmungo.jobs.worker import Worker
from sinmungo.opening import service
from sinmungo.opening.mail_test import TESTED_AT
from sinmungo.people import invitations, officers
from sinmungo.people.invitations import VALID, UnusableLinkError
from sinmungo.testing.database import DEPARTMENTS
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

_numbers = itertools.count(1)
PASSWORD = "gaon-haneul-2026"
PATH = "/admin/opening"


async def new_city(
    runtime: Runtime,
    *,
    departments: bool = True,
    opened: bool = False,
    plugins: tuple[str, ...] = (),
) -> Added:
    slug = f"opening{next(_numbers)}"
    file = CityFile(
        slug=slug,
        name="새시",
        service_name="기업SOS",
        hosts=(f"{slug}.localhost",),
        plugins=plugins,
        tables={"people": {"departments": DEPARTMENTS if departments else []}},
    )
    return await Cities(runtime).add(file, admin=FirstAdmin("chief", "정다올"), opened=opened)


@pytest.fixture
async def added(runtime: Runtime) -> Added:
    return await new_city(runtime)


@pytest.fixture
def door(runtime: Runtime, app: Any, added: Added) -> Web:
    return Web(app, added.city.hosts[0], People(runtime, added.city))


def path_of(link: str) -> str:
    return httpx.URL(link).path


async def come_in(door: Web, added: Added) -> Browser:
    """Use the first link, as the administrator does."""
    browser = door.anyone()
    page = await browser.get(path_of(added.link))
    assert (page.status_code, "chief" in page.text) == (200, True)
    answer = await browser.post(path_of(added.link), {"password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, PATH)
    return browser


async def test_the_first_link_lets_the_admin_in_once(door: Web, added: Added):
    browser = await come_in(door, added)
    assert "준비 중" in (await browser.get(PATH)).text
    again = await door.anyone().get(path_of(added.link))
    assert (again.status_code, "쓸 수 없는 링크" in again.text) == (410, True)
    stranger = door.anyone()
    await stranger.get("/office/people/sign-in")
    tried = await stranger.post(
        path_of(added.link), {"password": "another-word-1", "again": "another-word-1"}
    )
    assert tried.status_code == 410
    signed = await stranger.post(
        "/office/people/sign-in", {"login": "chief", "password": PASSWORD, "next": ""}
    )
    assert signed.status_code == 303


async def test_an_admin_without_a_department_comes_in_too(runtime: Runtime, app: Any):
    added = await new_city(runtime, departments=False)
    door = Web(app, added.city.hosts[0], People(runtime, added.city))
    browser = await come_in(door, added)
    for path in (PATH, "/admin/people", "/office/people/me"):
        assert (await browser.get(path)).status_code == 200, path


async def test_a_bad_password_uses_nothing_up(door: Web, added: Added):
    browser = door.anyone()
    await browser.get(path_of(added.link))
    for given in (
        {"password": "short", "again": "short"},
        {"password": "chief-chief-1", "again": "chief-chief-1"},
        {"password": PASSWORD, "again": "something-else-2"},
    ):
        answer = await browser.post(path_of(added.link), given)
        assert answer.status_code == 422
    await come_in(door, added)


@pytest.mark.usefixtures("quick_hashing")
async def test_a_link_ends_after_three_days(runtime: Runtime, added: Added, monkeypatch):
    token = path_of(added.link).rsplit("/", 1)[1]
    now = clock.now()
    async with runtime.work.open(added.city) as ctx:
        monkeypatch.setattr(clock, "now", lambda: now + VALID - timedelta(minutes=1))
        assert (await invitations.look(ctx, token)).login == "chief"
        monkeypatch.setattr(clock, "now", lambda: now + VALID + timedelta(minutes=1))
        with pytest.raises(UnusableLinkError):
            await invitations.accept(ctx, runtime.identifier, token, new=PASSWORD, again=PASSWORD)


@pytest.mark.usefixtures("quick_hashing")
async def test_a_newer_link_takes_the_older_back_and_a_stopped_account_has_none(
    runtime: Runtime, added: Added
):
    first = path_of(added.link).rsplit("/", 1)[1]
    people = People(runtime, added.city)
    other = await people.officer("TENANT_ADMIN")
    async with runtime.work.open(added.city) as ctx:
        found = await invitations.look(ctx, first)
        second = await invitations.invite(ctx, found.officer_id)
        with pytest.raises(UnusableLinkError):
            await invitations.look(ctx, first)
        await officers.disable(ctx, runtime.identifier, found.officer_id, found.row_version)
        with pytest.raises(UnusableLinkError):
            await invitations.look(ctx, second)
        with pytest.raises(Exception, match="사용을 멈춘"):
            await invitations.invite(ctx, found.officer_id)
    assert other.id != found.officer_id


async def test_an_admin_makes_links_for_others(runtime: Runtime, door: Web, added: Added):
    boss = await door.people.officer("TENANT_ADMIN")
    new = await door.people.officer("INTAKE_OFFICER")
    path = f"/officers/{new.id}/invite"
    browser = door.browser(boss)
    assert "일회용 링크 만들기" in (await browser.get(f"/admin/people/officers/{new.id}")).text
    shown = await browser.post(f"/admin/people{path}")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    token = re.search(r"/office/people/invitation/([\w-]+)", shown.text)
    assert token is not None
    answer = await door.api(boss).post(f"/api/v1/people{path}")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    async with runtime.work.open(added.city) as ctx:
        second = path_of(answer.json()["link"]).rsplit("/", 1)[1]
        assert (await invitations.look(ctx, second)).officer_id == new.id
        with pytest.raises(UnusableLinkError):
            await invitations.look(ctx, token[1])
    assert (await door.api(new).post(f"/api/v1/people{path}")).status_code == 403


async def test_a_link_of_another_city_opens_nothing(runtime: Runtime, app: Any, added: Added):
    other = await new_city(runtime)
    door = Web(app, other.city.hosts[0], People(runtime, other.city))
    answer = await door.anyone().get(path_of(added.link))
    assert answer.status_code == 410


PUBLIC = ("/", "/cases/file", "/cases/follow")


async def test_companies_stay_outside_until_the_admin_opens(
    runtime: Runtime, door: Web, added: Added
):
    stranger = door.anyone()
    for path in PUBLIC:
        answer = await stranger.get(path)
        assert (answer.status_code, "준비 중" in answer.text) == (503, True), path
    filing = {"company_name": "가람정밀", "content": "도로가 파손되었습니다."}
    answer = await door.api().post("/api/v1/cases/submissions", json=filing)
    assert (answer.status_code, answer.json()["code"]) == (503, "not_open")
    for path in ("/office/people/sign-in", "/help/index", "/static/app.css"):
        assert (await stranger.get(path)).status_code == 200, path

    browser = await come_in(door, added)
    assert (await browser.get("/cases/file")).status_code == 200  # the officer may look
    refused = await browser.post(f"{PATH}/open")
    assert refused.status_code == 409
    assert "접수담당" in refused.text
    assert (await stranger.get("/")).status_code == 503

    await furnish(runtime, added.city)
    await browser.get(PATH)
    opened = await browser.post(f"{PATH}/open")
    assert opened.status_code == 303
    for path in PUBLIC:
        assert (await stranger.get(path)).status_code == 200, path
    twice = await browser.post(f"{PATH}/open")
    assert (twice.status_code, "이미 개통" in twice.text) == (409, True)


async def furnish(runtime: Runtime, city: Tenant) -> None:
    people = People(runtime, city)
    await people.officer("INTAKE_OFFICER", "LEAD_OFFICER")
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "cases.number_prefix", "NW")


async def states(runtime: Runtime, city: Tenant) -> dict[str, str]:
    async with runtime.work.open(city) as ctx:
        return {i.code: i.state for i in (await service.overview(ctx)).items}


async def test_each_line_follows_what_it_looks_at(runtime: Runtime, door: Web):
    bare = (await new_city(runtime, departments=False)).city
    found = await states(runtime, bare)
    missing = {code for code, state in found.items() if state == "TODO"}
    assert missing == {
        "people.departments",
        "people.admin",
        "people.intake",
        "people.lead",
        "cases.prefix",
        "cases.contact",
    }
    city = door.people.city
    await furnish(runtime, city)
    await door.people.officer("TENANT_ADMIN", "TEAM_LEADER", password=PASSWORD)
    found = await states(runtime, city)
    assert [code for code, state in found.items() if state == "TODO"] == []
    assert found["people.passwords"] == "LOOK"


async def test_each_line_leads_to_a_screen_that_opens(runtime: Runtime, app: Any):
    city = (await new_city(runtime, plugins=("bookings", "experts"))).city
    door = Web(app, city.hosts[0], People(runtime, city))
    boss = await door.people.officer("TENANT_ADMIN")
    found = (await door.api(boss).get("/api/v1/opening")).json()["items"]
    told = {item["code"]: item["state"] for item in found}
    assert (told["companies.places"], told["experts.serving"]) == ("LOOK", "LOOK")
    assert (told["bookings.rooms"], told["bookings.rota"]) == ("TODO", "LOOK")
    browser = door.browser(boss)
    for href in sorted({item["href"] for item in found}):
        answer = await browser.client.get(href, follow_redirects=True)
        assert answer.status_code == 200, href


async def test_the_api_says_and_does_the_same(runtime: Runtime, door: Web, added: Added):
    boss = await door.people.officer("TENANT_ADMIN", password=PASSWORD)
    api = door.api(boss)
    first = (await api.get("/api/v1/opening")).json()
    assert (first["open"], first["ready"], first["opened_at"]) == (False, False, "")
    refused = await api.post("/api/v1/opening/open")
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    await furnish(runtime, added.city)
    answer = await api.post("/api/v1/opening/open")
    assert answer.status_code == 200
    assert (answer.json()["open"], bool(answer.json()["opened_at"])) == (True, True)
    intake = await door.people.officer("INTAKE_OFFICER")
    assert (await door.api(intake).get("/api/v1/opening")).status_code == 403


async def test_cities_of_files_and_of_before_are_open(runtime: Runtime, web: Web, city: Tenant):
    async with runtime.work.open(city) as ctx:
        found = await service.overview(ctx)
    assert (found.open, found.opened_at) == (True, "")
    assert (await web.anyone().get("/")).status_code == 200


async def test_a_check_that_fails_hides_no_other(runtime: Runtime, added: Added):
    async def broken(ctx: Any) -> Finding:
        await ctx.db._connection.execute("SELECT 1/0")
        raise AssertionError

    async def odd(ctx: Any) -> Any:
        del ctx
        return "fine"

    more = (
        Check("x.broken", "고장", "까닭", "/admin", broken),
        Check("x.odd", "이상", "까닭", "/admin", odd),
    )
    loaded = next(s for s in runtime.host.slices if s.slice.slug == "opening")
    checks = (*loaded.slice.checks, *more)
    object.__setattr__(loaded.slice, "checks", checks)
    try:
        found = await states(runtime, added.city)
    finally:
        object.__setattr__(loaded.slice, "checks", checks[: -len(more)])
    assert (found["x.broken"], found["x.odd"]) == ("LOOK", "LOOK")
    assert found["people.departments"] == "DONE"


def mails(folder: Path) -> set[Path]:
    return set(folder.rglob("*.eml"))


async def test_a_mail_to_oneself_proves_that_mails_leave(
    runtime: Runtime, door: Web, added: Added, data_folder: Path
):
    nobody = await door.people.officer("TENANT_ADMIN")
    assert (await door.api(nobody).post("/api/v1/opening/mail")).status_code == 409
    boss = await door.people.officer("TENANT_ADMIN", email="boss@example.go.kr")
    before = mails(data_folder)
    assert (await door.api(boss).post("/api/v1/opening/mail")).status_code == 202
    await Worker(runtime.work, runtime.registry).drain(added.city)
    sent = [f.read_text("utf-8") for f in mails(data_folder) - before]
    assert [("boss@example.go.kr" in text) for text in sent] == [True]
    async with runtime.work.open(added.city) as ctx:
        assert (await get_settings(ctx, {TESTED_AT: ""}))[TESTED_AT]
