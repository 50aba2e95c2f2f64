"""The register of experts, through its doors."""

from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, cast, select

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.experts import record, service, words
from sinmungo.experts.models import expert_tax, experts
from sinmungo_tenants import read

API = "/api/v1/experts"
HOME = "/office/experts"
EXPERT = {
    "name": "남궁가람",
    "phone": "010-1234-5678",
    "email": "garam@example.com",
    "affiliation": "노무법인 가람",
    "title": "공인노무사",
    "fields": ["LABOR", "LEGAL"],
    "term_from": "2026-01-01",
    "term_to": "2027-12-31",
}


@pytest.fixture(autouse=True)
def _a_working_day():
    from datetime import datetime

    with clock.frozen(datetime.fromisoformat("2026-11-02T10:00+09:00")) as now:
        yield now


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city):
    return await make_city(plugins=("experts",))


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people):
    return await people.officer("INTAKE_OFFICER", name="고은별")


@pytest.fixture
def api(web, desk):
    return web.api(desk)


async def add(api, **given):
    answer = await api.post(API, json={**EXPERT, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def stored(runtime, city, table):
    whole = read(select(cast(table.table_valued(), Text).label("row")), str)
    async with runtime.work.open(city) as ctx:
        return (await ctx.db.all(whole))[0]


async def test_added_listed_masked_and_opened(api):
    made = await add(api, regions=["성서동", "월암동"])
    assert made["fields"] == ["LEGAL", "LABOR"]  # in the city's order
    assert made["capacity"] == 4
    line = (await api.get(API)).json()["items"][0]
    assert (line["name_mask"], line["phone_mask"]) == ("남**람", "010-****-5678")
    assert (line["fields"], line["regions"]) == (["법무", "노무"], ["성서동", "월암동"])
    assert "남궁가람" not in (await api.get(API)).text
    one = await api.get(f"{API}/{made['id']}")
    assert one.headers["etag"] == '"1"'
    assert (one.json()["name"], one.json()["phone"]) == ("남궁가람", "01012345678")


async def test_persons_and_accounts_lie_sealed_in_the_tables(api, web, people, runtime, city):
    made = await add(api)
    row = await stored(runtime, city, experts)
    for secret in ("남궁가람", "01012345678", "1234", "garam"):
        assert secret not in row
    assert "노무법인 가람" in row
    path = f"{API}/{made['id']}/tax"
    admin = web.api(await people.officer("TENANT_ADMIN"))
    assert (await api.get(path)).status_code == 403
    tax = {
        "income": "BUSINESS",
        "bank": "국민은행",
        "account": "110-222-333444",
        "holder": "남궁가람",
    }
    assert (await admin.put(path, json=tax)).status_code == 428
    first = await admin.put(path, json=tax, headers={"if-match": '"0"'})
    assert first.json()["row_version"] == 1
    again = await admin.put(path, json=tax | {"bank": "신한은행"}, headers={"if-match": '"0"'})
    assert again.status_code == 412
    kept = await stored(runtime, city, expert_tax)
    assert "110-222" not in kept
    assert "남궁가람" not in kept
    assert (await admin.get(path)).json()["account"] == "110-222-333444"
    wrong = await admin.put(path, json={**tax, "account": "계좌"}, headers={"if-match": '"1"'})
    assert set(wrong.json()["errors"]) == {"account"}
    other = await admin.put(path, json={**tax, "bank": "가람은행"}, headers={"if-match": '"1"'})
    assert set(other.json()["errors"]) == {"bank"}  # not of the city's list
    banks = "/api/v1/settings/banks"
    tag = (await admin.get(banks)).headers["etag"]
    own = {"values": {"names": ["가람은행"]}}
    assert (await admin.put(banks, json=own, headers={"if-match": tag})).status_code == 200
    other = await admin.put(path, json={**tax, "bank": "가람은행"}, headers={"if-match": '"1"'})
    assert other.status_code == 200, other.text
    gone = await admin.put(path, json={**tax, "bank": "신한은행"}, headers={"if-match": '"2"'})
    assert set(gone.json()["errors"]) == {"bank"}


async def test_what_is_missing_is_named(api):
    answer = await api.post(API, json={"phone": "12", "email": "x", "fields": ["MAGIC"]})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {
        "name", "affiliation", "phone", "email", "fields", "term_from", "term_to",
    }  # fmt: skip
    backwards = {**EXPERT, "term_from": "2026-02-01", "term_to": "2026-01-31", "capacity": 100}
    assert set((await api.post(API, json=backwards)).json()["errors"]) == {"term_to", "capacity"}
    number = {**EXPERT, "affiliation": "900101-1234567"}
    assert set((await api.post(API, json=number)).json()["errors"]) == {"affiliation"}


async def test_filters_by_field_and_term(api):
    serving = await add(api)
    over = await add(api, term_from="2024-01-01", term_to="2026-11-01", fields=["TAX"])
    last_day = await add(api, term_from="2024-01-01", term_to="2026-11-02", fields=["TAX"])
    coming = await add(api, term_from="2026-11-03", fields=["TAX"])
    left = await add(api, active=False)

    async def ids(**query):
        return {e["id"] for e in (await api.get(API, params=query)).json()["items"]}

    assert await ids(term="SERVING") == {serving["id"], last_day["id"]}
    assert await ids(term="OVER") == {over["id"]}
    assert await ids(term="COMING") == {coming["id"]}
    assert await ids(term="LEFT") == {left["id"]}
    assert await ids(field="LABOR") == {serving["id"], left["id"]}
    assert await ids(field="TAX", term="SERVING") == {last_day["id"]}
    counted = {f["code"]: f["experts"] for f in (await api.get(f"{API}/fields")).json()}
    assert (counted["LABOR"], counted["TAX"], counted["IP"]) == (1, 1, 0)


@pytest.mark.parametrize("query", ["남궁가람", "남궁 가람", "010-1234-5678", "5678"])
async def test_found_by_name_or_phone(api, query):
    made = await add(api)
    await add(api, name="이아무", phone="010-1234-0000")
    found = (await api.post(f"{API}/search", json={"q": query})).json()
    assert [e["id"] for e in found] == [made["id"]]


async def test_edit_keeps_the_rest_and_names_what_changed(api, web, desk):
    made = await add(api)
    path = f"{API}/{made['id']}"
    assert (await api.patch(path, json={"title": "대표"})).status_code == 428
    version = {"if-match": '"1"'}
    done = await api.patch(path, json={"fields": ["IP"], "phone": None}, headers=version)
    assert done.status_code == 200
    assert (done.json()["fields"], done.json()["phone"]) == (["IP"], None)
    assert done.json()["name"] == "남궁가람"
    stale = await api.patch(path, json={"title": "대표"}, headers=version)
    assert stale.status_code == 412
    page = (await web.browser(desk).get(f"{HOME}/{made['id']}")).text
    assert "연락처, 분야" in page
    assert "고은별 주무관" in page
    same = await api.patch(path, json={"fields": ["IP"]}, headers={"if-match": '"2"'})
    assert same.json()["row_version"] == 2


async def test_ties_are_written_down_and_end(api, web, desk):
    made = await add(api)
    path = f"{API}/{made['id']}/ties"
    assert (await api.post(path, json={"kind": "STAKE"})).status_code == 428
    first = {"if-match": '"1"'}
    wrong = await api.post(path, json={"kind": "FRIEND", "valid_to": "x"}, headers=first)
    assert set(wrong.json()["errors"]) == {"kind", "business", "valid_to"}
    tie = {"kind": "STAKE", "business": "㈜다른곳", "valid_from": "2026-10-01"}
    done = await api.post(path, json=tie, headers=first)
    (kept,) = done.json()["ties"]
    assert (kept["whom"], kept["valid_from"], kept["valid_to"]) == ("㈜다른곳", "2026-10-01", None)
    end = f"{path}/{kept['id']}/end"
    early = await api.post(end, json={"row_version": 1, "valid_to": "2026-09-01"})
    assert early.status_code == 409
    ended = await api.post(end, json={"row_version": 1})
    assert ended.json()["ties"][0]["valid_to"] == "2026-11-02"
    assert (await api.post(end, json={"row_version": 1})).status_code == 412
    text = (await web.browser(desk).get(f"{HOME}/{made['id']}")).text
    assert "이해관계 끝남" in text


async def test_looking_at_a_person_is_logged(api, runtime, city, desk):
    from sqlalchemy import func

    from sinmungo.host.models import access_log as log

    made = await add(api)
    views = read(
        select(func.count()).where(
            log.c.subject_id == UUID(made["id"]), log.c.officer_id == desk.id, log.c.act == "VIEW"
        ),
        int,
    )
    async with runtime.work.open(city) as ctx:
        before = await ctx.db.one(views)
    await api.get(API)
    await api.get(f"{API}/{made['id']}")
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(views) == before + 1


async def test_screens(web, desk):
    browser = web.browser(desk)
    assert "등록한 전문가가 없습니다" in (await browser.get(HOME)).text
    form = (await browser.get(f"{HOME}/new")).text
    assert 'value="2026-11-02"' in form
    assert "2028. 11. 1.(수)" in form
    typed = {**EXPERT, "fields": ["LABOR", "LEGAL"], "name": "", "active": "1", "capacity": "4"}
    wrong = await browser.post(f"{HOME}/new", typed)
    assert wrong.status_code == 422
    assert "이름을 적어 주세요" in wrong.text
    assert 'value="노무법인 가람"' in wrong.text
    assert wrong.text.count(" checked") == 3
    made = await browser.post(f"{HOME}/new", {**typed, "name": "남궁가람"})
    assert made.status_code == 303
    path = made.headers["location"]
    detail = (await browser.get(path)).text
    assert "남궁가람 공인노무사" in detail
    assert "010-1234-5678" in detail
    tie = {"row_version": "1", "company_name": "㈜다른곳", "kind": "", "note": "지난해부터"}
    refused = await browser.post(f"{path}/ties", tie)
    assert refused.status_code == 422
    assert 'value="지난해부터"' in refused.text
    assert (await browser.post(f"{path}/ties", tie | {"kind": "STAKE"})).status_code == 303
    assert "㈜다른곳" in (await browser.get(path)).text
    listed = (await browser.get(HOME)).text
    assert "남**람" in listed
    assert "남궁가람" not in listed
    found = await browser.post(f"{HOME}/find", {"q": "남궁가람"})
    assert "남**람" in found.text
    # Unticking the box means that the expert has left.
    gone = {**EXPERT, "row_version": "2", "capacity": "4"}
    assert (await browser.post(f"{path}/edit", gone)).status_code == 303
    assert "남**람" not in (await browser.get(HOME)).text
    assert "해촉" in (await browser.get(f"{HOME}?term=LEFT")).text


async def test_an_account_opens_the_own_desk_and_nothing_else(web, desk, runtime, city):
    browser = web.browser(desk)
    async with runtime.work.open(city) as ctx:
        texts = {**EXPERT, "fields": "LABOR", "active": "1"}
        path = f"{HOME}/{await service.add(ctx, texts)}"
    await browser.get(path)
    told = await browser.post(f"{path}/account", {"row_version": "1", "login": "garam"})
    assert told.status_code == 200
    secret = told.text.split("<code>")[1].split("<")[0]
    again = await browser.post(f"{path}/account", {"row_version": "2", "login": "garam2"})
    assert "이미 계정이 있습니다" in again.text
    theirs = web.anyone()
    entered = await theirs.post("/office/people/sign-in", {"login": "garam", "password": secret})
    assert entered.status_code == 303
    chosen = {"old_password": secret, "password": "now-my-own-42", "again": "now-my-own-42"}
    await theirs.get("/office/people/me/password")
    done = await theirs.post("/office/people/me/password", chosen)
    assert done.headers["location"] == "/office/experts/desk"
    page = (await theirs.get("/office")).headers["location"]
    assert page == "/office/experts/desk"
    shown = (await theirs.get(page)).text
    assert "내 자문" in shown
    for elsewhere in ("/office/cases", HOME, "/office/experts/advice", "/office/companies"):
        assert f'href="{elsewhere}"' not in shown
        assert (await theirs.get(elsewhere)).status_code == 403
    assert (await theirs.get("/office/people/me")).status_code == 200


async def test_pages_of_forty(web, desk, runtime, city):
    async with runtime.work.open(city) as ctx:
        for number in range(45):
            texts = {**EXPERT, "fields": "LABOR", "phone": "", "active": "1"}
            await service.add(ctx, {**texts, "affiliation": f"소속 {number:02d}"})
    browser = web.browser(desk)
    first = (await browser.get(HOME)).text
    assert "소속 39" in first
    assert "소속 40" not in first
    href = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = (await browser.get(href.replace("&amp;", "&"))).text
    assert "소속 40" in second
    assert "소속 39" not in second


async def test_who_may(web, people, api):
    made = await add(api)
    reader = await people.officer("LEAD_OFFICER")
    theirs, browser = web.api(reader), web.browser(reader)
    assert (await theirs.get(API)).status_code == 200
    assert (await theirs.post(API, json=EXPERT)).status_code == 403
    assert (await theirs.patch(f"{API}/{made['id']}", json={})).status_code == 403
    assert "전문가 등록" not in (await browser.get(HOME)).text
    assert (await browser.get(f"{HOME}/{made['id']}/edit")).status_code == 403
    assert (await web.api().get(API)).status_code == 401
    assert (await web.anyone().get(HOME)).status_code == 303
    assert (await theirs.get(f"{API}/{UUID(int=3)}")).status_code == 404


async def test_a_city_without_it_has_none_of_it(make_city, runtime, app):
    from sinmungo.testing.people import People
    from sinmungo.testing.web import Web

    bare = await make_city()
    web = Web(app, bare.hosts[0], People(runtime, bare))
    admin = await web.people.officer("TENANT_ADMIN")
    for path in (API, f"{API}/advice"):
        assert (await web.api(admin).get(path)).status_code == 404
    for path in (HOME, "/office/experts/advice", "/experts/rate/x", "/admin/experts"):
        assert (await web.browser(admin).get(path)).status_code == 404
    await web.close()


dates = st.dates().filter(lambda d: 2000 <= d.year < 2100).map(str)


@given(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["김가온", "남궁가람"]),
            "phone": st.sampled_from(["", "01012345678", "025551234"]),
            "email": st.sampled_from(["", "a@example.com"]),
            "affiliation": st.sampled_from(["노무법인 가람"]),
            "title": st.sampled_from(["", "세무사"]),
            "fields": st.lists(st.sampled_from(list(words.FIELDS)), min_size=1).map(",".join),
            "regions": st.lists(st.sampled_from(["성서동", "침산동"])).map(",".join),
            "capacity": st.integers(0, 99).map(str),
            "term_from": dates,
            "term_to": dates,
            "active": st.sampled_from(["", "1"]),
        }
    )
)
def test_a_record_survives_its_form(texts):
    if texts["term_from"] > texts["term_to"]:
        with pytest.raises(InvalidError):
            record.understand(texts, list(words.FIELDS))
        return
    values = record.understand(texts, list(words.FIELDS))
    assert record.understand(record.as_texts(values), list(words.FIELDS)) == values
