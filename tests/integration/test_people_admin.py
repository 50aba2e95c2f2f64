"""The admin's work with units and officers, through the doors; rights follow at once."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.people import service
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

pytestmark = pytest.mark.usefixtures("quick_hashing")
PAGE = "/admin/people"
API = "/api/v1/people"
ME = "/office/people/me"
SECRET = re.compile(r"<code>([^<]+)</code>")


@pytest.fixture
async def admin(people: People) -> Officer:
    return await people.officer("TENANT_ADMIN", name="이관리")


async def change(api, path: str, body: object = None, *, method: str = "POST", version: int = 0):
    """Change an officer or unit, under its present version unless one is given."""
    base = "/".join(path.split("/")[:6])
    tag = (await api.get(base)).headers["etag"] if not version else f'"{version}"'
    return await api.request(method, path, json=body, headers={"if-match": tag})


async def test_only_the_admin_manages_people(web: Web, people: People):
    officer = await people.officer("LEAD_OFFICER", "TEAM_LEADER", "INTAKE_OFFICER")
    browser, api = web.browser(officer), web.api(officer)
    for path in ("", "/units/new", "/officers/new", f"/officers/{officer.id}"):
        assert (await browser.get(PAGE + path)).status_code == 403
    assert (await api.get(f"{API}/officers/{officer.id}")).status_code == 403
    assert (await api.post(f"{API}/units", json={"name": "x", "kind": "TEAM"})).status_code == 403
    listed = (await api.get(f"{API}/officers")).json()["items"]
    assert [(o["name"], o["login"]) for o in listed] == [("김철수", None)]
    assert (await api.get(f"{API}/units")).status_code == 200


async def test_the_tree_shows_units_officers_roles_and_finds_them(web: Web, people: People, admin):
    await people.officer(
        "LEAD_OFFICER", unit="기업SOS팀", name="박도윤", title="팀장", is_head=True
    )
    browser = web.browser(admin)
    page = (await browser.get(PAGE)).text
    for part in (
        "기업지원과",
        "기업SOS팀",
        "도로과",
        "박도윤",
        "팀장",
        "부서장",
        "처리담당",
        "사용 중",
    ):
        assert part in page
    found = await browser.post(f"{PAGE}/search", {"q": "박도"})
    assert found.status_code == 200
    assert "박도윤" in found.text
    assert "이관리</a>" not in found.text
    assert "1명을 찾았습니다" in found.text


async def test_a_new_officer_signs_in_with_a_one_time_password(web: Web, people: People, admin):
    browser, unit_id = web.browser(admin), await people.unit()
    await browser.get(f"{PAGE}/officers/new")
    form = {"login": "New.Person", "name": "최지우", "unit_id": str(unit_id), "title": "주무관"}
    empty = await browser.post(f"{PAGE}/officers", form | {"name": "", "email": "x"})
    assert empty.status_code == 422
    assert 'value="New.Person"' in empty.text
    made = await browser.post(f"{PAGE}/officers", form | {"roles": "INTAKE_OFFICER"})
    assert made.headers["cache-control"] == "no-store"
    (password,) = SECRET.findall(made.text)
    assert not set("0O1lI") & set(password)
    again = await browser.post(f"{PAGE}/officers", form)
    assert again.status_code == 422
    assert "이미 쓰는 아이디입니다" in again.text
    person = web.anyone()
    await person.get("/office/people/sign-in")
    await person.post("/office/people/sign-in", {"login": "new.person", "password": password})
    assert (await person.get(ME)).headers["location"] == f"{ME}/password"


async def test_roles_given_and_taken_count_at_the_next_request(web: Web, people: People, admin):
    officer, api = await people.officer("LEAD_OFFICER"), web.api(admin)
    theirs, place = web.browser(officer), f"{API}/officers/{officer.id}"
    assert (await theirs.get(PAGE)).status_code == 403
    given = await change(api, f"{place}/roles", {"roles": ["TENANT_ADMIN"]}, method="PUT")
    assert given.json()["roles"] == ["TENANT_ADMIN"]
    assert (await theirs.get(PAGE)).status_code == 200
    await change(api, f"{place}/roles", {"roles": []}, method="PUT")
    assert (await theirs.get(PAGE)).status_code == 403
    log = (await api.get(place)).json()["grants"]
    assert [
        (g["role"], g["granted_by"] == str(admin.id), g["revoked_at"] is None) for g in log
    ] == [
        ("TENANT_ADMIN", True, False),
        ("LEAD_OFFICER", False, False),
    ]
    page = (await web.browser(admin).get(f"{PAGE}/officers/{officer.id}")).text
    assert "역할 부여 (관리자)" in page
    assert "이관리 주무관" in page
    unknown = await change(api, f"{place}/roles", {"roles": ["KING"]}, method="PUT")
    assert unknown.json()["errors"].keys() == {"roles"}


async def test_the_last_admin_stays(web: Web, people: People, admin):
    api, place = web.api(admin), f"{API}/officers/{admin.id}"
    for path, method in (("roles", "PUT"), ("disable", "POST")):
        body = {"roles": ["LEAD_OFFICER"]} if method == "PUT" else None
        refused = await change(api, f"{place}/{path}", body, method=method)
        assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    second = await people.officer("TENANT_ADMIN")
    done = await change(api, f"{API}/officers/{second.id}/disable")
    assert done.json()["state"] == "DISABLED"
    refused = await change(api, f"{place}/disable")
    assert refused.status_code == 409


async def test_disabling_puts_an_officer_out_at_once(web: Web, people: People, admin):
    officer, browser = await people.officer("LEAD_OFFICER"), web.browser(admin)
    theirs, their_api = web.browser(officer), web.api(officer)
    assert (await theirs.get(ME)).status_code == 200
    assert (await their_api.get(f"{API}/me")).status_code == 200
    page = f"{PAGE}/officers/{officer.id}"
    await browser.get(page)
    await browser.post(f"{page}/disable", {"row_version": "1"})
    assert (await theirs.get(ME)).status_code == 303
    assert (await their_api.get(f"{API}/me")).status_code == 401
    stale = await browser.post(f"{page}/enable", {"row_version": "1"})
    assert stale.status_code == 412
    await browser.post(f"{page}/enable", {"row_version": "2"})
    assert (await theirs.get(ME)).status_code == 303
    assert (await their_api.get(f"{API}/me")).status_code == 200


async def test_unlock_reset_and_sign_out(web: Web, people: People, admin):
    officer = await people.officer("LEAD_OFFICER", password="correct-horse-42")
    api, place, person = web.api(admin), f"{API}/officers/{officer.id}", web.anyone()
    await person.get("/office/people/sign-in")

    async def enter(password: str) -> int:
        form = {"login": officer.login, "password": password}
        return (await person.post("/office/people/sign-in", form)).status_code

    for _ in range(5):
        await enter("wrong")
    assert await enter("correct-horse-42") == 422
    assert (await api.get(place)).json()["locked"]
    await change(api, f"{place}/unlock")
    assert await enter("correct-horse-42") == 303
    assert (await person.get(ME)).status_code == 200
    await change(api, f"{place}/sign-out-everywhere")
    assert (await person.get(ME)).status_code == 303
    reset = await change(api, f"{place}/reset-password")
    assert await enter("correct-horse-42") == 422
    assert await enter(reset.json()["temporary_password"]) == 303
    assert (await person.get(ME)).headers["location"] == f"{ME}/password"


async def test_moving_to_another_unit_keeps_the_past(
    web: Web, people: People, admin, runtime: Runtime, city: Tenant
):
    officer, api = await people.officer("LEAD_OFFICER"), web.api(admin)
    road, place = await people.unit("도로과"), f"{API}/officers/{officer.id}"
    today, later = clock.today(), clock.today() + timedelta(days=10)
    body = {"unit_id": str(road), "title": "팀장", "valid_from": later.isoformat()}
    moved = (await change(api, f"{place}/move", body)).json()
    assert [(p["unit_name"], p["valid_from"], p["valid_to"]) for p in moved["posts"]] == [
        ("도로과", later.isoformat(), None),
        ("기업지원과", today.isoformat(), later.isoformat()),
    ]
    theirs = web.api(officer)
    assert (await theirs.get(f"{API}/me")).json()["unit_name"] == "기업지원과"
    with clock.frozen(clock.at(later, "00:00")):
        me = (await theirs.get(f"{API}/me")).json()
        assert (me["unit_name"], me["post"]) == ("도로과", "팀장")
    too_early = body | {"valid_from": (today - timedelta(days=1)).isoformat()}
    refused = await change(api, f"{place}/move", too_early)
    assert refused.json()["errors"].keys() == {"valid_from"}
    at_once = await change(api, f"{place}/move", {"unit_id": str(road), "title": "주무관"})
    assert [p["unit_name"] for p in at_once.json()["posts"]] == ["도로과"]
    assert (await theirs.get(f"{API}/me")).json()["unit_name"] == "도로과"
    async with runtime.work.open(city) as ctx:
        assert (await service.people_by_id(ctx, [officer.id]))[officer.id].post == "주무관"


async def test_changes_need_the_version_that_was_read(web: Web, people: People, admin):
    officer, api = await people.officer("LEAD_OFFICER"), web.api(admin)
    place = f"{API}/officers/{officer.id}"
    body = {"name": "김영희", "phone": "02-312-3456"}
    assert (await api.patch(place, json=body)).status_code == 428
    done = await change(api, place, body, method="PATCH", version=1)
    assert (done.json()["name"], done.headers["etag"]) == ("김영희", '"2"')
    stale = await change(api, place, body, method="PATCH", version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale.headers["content-type"].startswith("application/problem+json")
    wrong = await change(api, place, {"phone": "12", "email": "x"}, method="PATCH")
    assert wrong.status_code == 422
    missing = UUID(int=7)
    gone = await change(api, f"{API}/officers/{missing}", body, method="PATCH", version=1)
    assert gone.status_code == 404


async def test_officers_come_in_pages(web: Web, people: People, admin):
    for _ in range(4):
        await people.officer("LEAD_OFFICER")
    api, cursor, logins = web.api(admin), "", []
    for _ in range(3):
        page = (await api.get(f"{API}/officers?limit=2&cursor={cursor}")).json()
        logins += [o["login"] for o in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert len(logins) == len(set(logins)) == 5
    assert logins == sorted(logins)
    assert (await api.get(f"{API}/officers?cursor=rubbish")).status_code == 422


async def test_no_name_or_login_reaches_an_event(web: Web, people: People, admin, runtime, city):
    from sqlalchemy import select

    from sinmungo.host.models import events
    from sinmungo_tenants import read

    api, unit_id = web.api(admin), await people.unit()
    body = {"login": "hong", "name": "홍길동", "unit_id": str(unit_id), "title": "주무관"}
    made = await api.post(f"{API}/officers", json=body | {"email": "hong@example.com"})
    place = made.headers["location"]
    await change(api, place, {"name": "홍길순"}, method="PATCH")
    payloads = read(select(events.c.payload), dict)
    async with runtime.work.open(city) as ctx:
        text = str(await ctx.db.all(payloads))
    for value in ("홍길", "hong", made.json()["temporary_password"]):
        assert value not in text
