"""Settings: every group by its form and its API, with preview, history, restore and two at once."""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from sinmungo.app import Runtime
from sinmungo.host.city_settings import get_settings, set_setting, settings_of
from sinmungo.host.models import events, settings
from sinmungo.host.setting_fields import fields_of
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo.visits.types import VisitSettings
from sinmungo_tenants import Tenant, read

ROOT = "/admin/settings"
API = "/api/v1/settings"
_EVENTS = read(select(events.c.payload).where(events.c.kind == "settings.changed"), dict)
_ROWS = read(select(settings.c.key).order_by(settings.c.key), str)


@pytest.fixture
async def admin(people: People) -> Officer:
    return await people.officer("TENANT_ADMIN", name="정다올")


@pytest.fixture
def desk(web: Web, admin: Officer) -> Browser:
    return web.browser(admin)


@pytest.fixture
def api(web: Web, admin: Officer) -> httpx.AsyncClient:
    return web.api(admin)


def fields(html: str) -> dict[str, str]:
    """Return what the page's main form would send, unchecked boxes aside."""
    form = html[html.index('name="_version"') :]
    found = dict(re.findall(r'name="(_version|_seen)" value="([^"]*)"', html))
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        box = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and value and (not box or " checked" in tag):
            found[name[1]] = value[1]
    selects = re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL)
    for name, inner in selects:
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    return found | dict(areas)


async def saved(desk: Browser, slug: str, **changed: str) -> httpx.Response:
    """Change a group as a person does: open, type, preview, save."""
    page = await desk.get(f"{ROOT}/{slug}")
    assert page.status_code == 200, page.text
    typed = {**fields(page.text), **changed}
    shown = await desk.post(f"{ROOT}/{slug}", {**typed, "_act": "preview"})
    assert shown.status_code == 200, shown.text
    assert "이렇게 바뀝니다" in shown.text
    mark = fields(shown.text)["_seen"]
    return await desk.post(f"{ROOT}/{slug}", {**typed, "_act": "save", "_seen": mark})


async def values(api: httpx.AsyncClient, slug: str) -> dict[str, Any]:
    answer = await api.get(f"{API}/{slug}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["values"])


async def put(api: httpx.AsyncClient, slug: str, **given: Any) -> httpx.Response:
    now = await api.get(f"{API}/{slug}")
    headers = {"if-match": now.headers["etag"]}
    return await api.put(f"{API}/{slug}", json={"values": given}, headers=headers)


async def test_every_group_opens_and_is_found_from_the_index(
    desk: Browser, web: Web, admin: Officer
):
    index = (await desk.get(ROOT)).text
    listed = (await web.api(admin).get(API)).json()["items"]
    assert {"city", "portal", "cases-channels", "hours", "visits"} <= {g["slug"] for g in listed}
    for group in listed:
        assert f'href="{ROOT}/{group["slug"]}"' in index
        page = await desk.get(f"{ROOT}/{group['slug']}")
        assert page.status_code == 200, page.text
        assert "바뀐 기록" in page.text
    main = index.partition("<main")[2]
    for elsewhere in ("/admin/people", "/admin/people/roles", "/admin/forms"):
        assert f'href="{elsewhere}"' in main
    # What belongs to a feature that is off is not there.
    assert "상담실 예약" not in index
    assert (await desk.get(f"{ROOT}/bookings")).status_code == 404
    for group, screen in (("sign-on", "people/sign-on"), ("cases-holidays", "cases/holidays")):
        assert f'href="/admin/{screen}"' in (await desk.get(f"{ROOT}/{group}")).text


async def test_a_change_is_previewed_saved_remembered_and_taken_back(
    desk: Browser, runtime: Runtime, city: Tenant
):
    answer = await saved(desk, "visits", repeat_days="14", number_prefix="GN")
    assert answer.status_code == 303
    async with runtime.work.open(city) as ctx:
        assert await settings_of(ctx, "visits", VisitSettings) == VisitSettings("GN", 14, 12)
        told = await ctx.db.all(_EVENTS)
    assert told == [{"group": "visits", "keys": ["visits.number_prefix", "visits.repeat_days"]}]
    past = (await desk.get(f"{ROOT}/visits/history")).text
    assert "정다올" in past
    assert "30일" in past
    assert "14일" in past
    change = re.search(r'name="change" value="([^"]+)"', past)
    assert change
    back = await desk.post(f"{ROOT}/visits/restore", {"change": change[1]})
    assert "이렇게 바뀝니다" in back.text
    typed = fields(back.text)
    assert typed["repeat_days"] == "30"
    assert (await desk.post(f"{ROOT}/visits", {**typed, "_act": "save"})).status_code == 303
    async with runtime.work.open(city) as ctx:
        assert await settings_of(ctx, "visits", VisitSettings) == VisitSettings()
    assert (await desk.get(f"{ROOT}/visits/history")).text.count('name="change"') == 2


async def test_nothing_is_saved_that_was_not_shown(desk: Browser, api: httpx.AsyncClient):
    typed = fields((await desk.get(f"{ROOT}/visits")).text)
    shown = await desk.post(f"{ROOT}/visits", {**typed, "repeat_days": "7", "_act": "preview"})
    mark = fields(shown.text)["_seen"]
    other = {**typed, "repeat_days": "8", "_act": "save", "_seen": mark}
    again = await desk.post(f"{ROOT}/visits", other)
    assert again.status_code == 200
    assert "다시 보여 드립니다" in again.text
    assert "8일" in again.text
    assert (await values(api, "visits"))["repeat_days"] == 30


WRONG = (
    ("repeat_days", "365일", "숫자로 적어 주세요"),
    ("repeat_days", "366", "0부터 365까지"),
    ("repeat_days", "", "숫자로 적어 주세요"),
    ("number_prefix", "gn", "영문 대문자"),
    ("number_prefix", "가나다라마바사아자차카", "영문 대문자"),
)


async def test_what_does_not_fit_is_told_at_its_field_and_stays(desk: Browser):
    now = fields((await desk.get(f"{ROOT}/visits")).text)
    for field, typed, told in WRONG:
        answer = await desk.post(f"{ROOT}/visits", {**now, field: typed, "_act": "preview"})
        assert (answer.status_code, told in answer.text) == (422, True), (field, typed)
        assert fields(answer.text)[field] == typed


async def test_who_comes_second_sees_both_and_loses_nothing(
    desk: Browser, web: Web, people: People
):
    typed = fields((await desk.get(f"{ROOT}/visits")).text)
    shown = await desk.post(f"{ROOT}/visits", {**typed, "target_months": "6", "_act": "preview"})
    mine = {**fields(shown.text), "_act": "save"}
    other = web.browser(await people.officer("TENANT_ADMIN", name="한소리"))
    assert (await saved(other, "visits", target_months="9")).status_code == 303
    answer = await desk.post(f"{ROOT}/visits", mine)
    assert answer.status_code == 412
    assert "다른 사람이 이 설정을 바꾸었습니다" in answer.text
    assert "9개월" in answer.text
    assert "6개월" in answer.text
    again = {**fields(answer.text), "_act": "save"}
    assert again["target_months"] == "6"
    assert (await desk.post(f"{ROOT}/visits", again)).status_code == 303


async def test_the_api_does_what_the_screen_does(api: httpx.AsyncClient):
    first = await api.get(f"{API}/visits")
    assert first.headers["etag"] == '"0"'
    described = {f["name"]: f for f in first.json()["fields"]}
    assert described["repeat_days"]["unit"] == "일"
    assert (described["repeat_days"]["low"], described["repeat_days"]["high"]) == (0, 365)
    body = {"values": {"repeat_days": 10}}
    assert (await api.put(f"{API}/visits", json=body)).status_code == 428
    seen = (await api.post(f"{API}/visits/preview", json=body)).json()
    assert [(c["old"], c["new"]) for c in seen["changes"]] == [("30일", "10일")]
    saved_one = await api.put(f"{API}/visits", json=body, headers={"if-match": '"0"'})
    assert saved_one.json()["values"]["repeat_days"] == 10
    stale = await api.put(f"{API}/visits", json=body, headers={"if-match": '"0"'})
    assert stale.status_code == 412
    wrong = await put(api, "visits", repeat_days="많이", nothing=1)
    assert wrong.status_code == 422
    assert wrong.json()["errors"].keys() == {"repeat_days", "nothing"}
    past = (await api.get(f"{API}/visits/history")).json()["items"]
    headers = {"if-match": saved_one.headers["etag"]}
    back = await api.post(f"{API}/visits/restore", json={"change": past[0]["id"]}, headers=headers)
    assert back.json()["values"]["repeat_days"] == 30
    assert len((await api.get(f"{API}/visits/history")).json()["items"]) == 2


async def test_only_the_admin_of_this_city_gets_in(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER", "TEAM_LEADER")
    assert (await web.browser(officer).get(ROOT)).status_code == 403
    assert (await web.api(officer).get(f"{API}/visits")).status_code == 403
    assert (await web.api().get(f"{API}/visits")).status_code == 401


async def test_another_citys_change_cannot_be_restored_here(
    api: httpx.AsyncClient, make_city: Any, runtime: Runtime
):
    other: Tenant = await make_city()
    async with runtime.work.open(other) as ctx:
        await set_setting(ctx, "visits.repeat_days", 3)
    theirs = People(runtime, other)
    web = Web(api._transport.app, other.hosts[0], theirs)  # type: ignore[attr-defined]
    there = web.api(await theirs.officer("TENANT_ADMIN"))
    change = (await there.get(f"{API}/visits/history")).json()["items"][0]["id"]
    await web.close()
    answer = await api.post(
        f"{API}/visits/restore", json={"change": change}, headers={"if-match": '"0"'}
    )
    assert answer.status_code == 404


async def test_an_older_screen_and_the_citys_file_are_in_the_history_too(
    runtime: Runtime, city: Tenant, api: httpx.AsyncClient
):
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "companies.dongs", ["내동"])
        await set_setting(ctx, "companies.dongs", ["내동"])
        await set_setting(ctx, "demo.loaded", value=True)
    items = (await api.get(f"{API}/companies/history")).json()["items"]
    assert [(i["who"], i["changes"][0]["new"]) for i in items] == [("시스템", "내동")]


async def test_unknown_and_unfit_values_do_no_harm(
    runtime: Runtime, city: Tenant, desk: Browser, api: httpx.AsyncClient
):
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "visits.from_an_older_version", "keep me")
        await set_setting(ctx, "visits.repeat_days", "삼십")
        await set_setting(ctx, "visits.target_months", 24)
        assert await settings_of(ctx, "visits", VisitSettings) == VisitSettings("V", 30, 24)
    page = (await desk.get(f"{ROOT}/visits")).text
    assert "기본값을 씁니다: 다시 방문할 때 알릴 기간" in page
    assert (await put(api, "visits", repeat_days=20)).status_code == 200
    assert (await api.get(f"{API}/visits")).json()["unfit"] == []
    async with runtime.work.open(city) as ctx:
        kept = await get_settings(ctx, {"visits.from_an_older_version": None})
    assert kept == {"visits.from_an_older_version": "keep me"}


async def test_every_field_of_every_group_speaks_korean(runtime: Runtime):
    for slug, loaded in runtime.host.setting_groups.items():
        for spec in fields_of(loaded.group.kind):
            for one in (spec, *spec.columns):
                assert re.search("[가-힣]", one.title), (slug, one.name)
                for _, label in one.options:
                    assert re.search("[가-힣]", label), (slug, one.name, label)
