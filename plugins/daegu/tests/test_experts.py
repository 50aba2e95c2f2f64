"""The register of experts, through its doors."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.sdk import InvalidError
from sinmungo_daegu.experts import SLICE, record, service
from sinmungo_daegu.experts.models import FIELDS

API = "/api/v1/daegu/experts"
HOME = "/office/daegu/experts"
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


async def add(api, **given):
    answer = await api.post(API, json={**EXPERT, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_added_listed_masked_and_opened(api):
    made = await add(api)
    assert made["fields"] == ["LEGAL", "LABOR"]  # in the city's order
    line = (await api.get(API)).json()["items"][0]
    assert (line["name_mask"], line["phone_mask"]) == ("남**람", "010-****-5678")
    assert line["fields"] == ["법무", "노무"]
    assert "남궁가람" not in (await api.get(API)).text
    one = await api.get(f"{API}/{made['id']}")
    assert one.headers["etag"] == '"1"'
    assert one.json()["name"] == "남궁가람"
    assert one.json()["phone"] == "01012345678"


async def test_persons_lie_sealed_in_the_table(api, runtime, city):
    from sqlalchemy import Text, cast, select

    from sinmungo.sdk import read
    from sinmungo_daegu.experts.models import experts

    await add(api)
    whole = read(select(cast(experts.table_valued(), Text).label("row")), str)
    async with runtime.work.open(city) as ctx:
        stored = (await ctx.db.all(whole))[0]
    for secret in ("남궁가람", "01012345678", "1234", "garam"):
        assert secret not in stored
    assert "노무법인 가람" in stored


async def test_what_is_missing_is_named(api):
    answer = await api.post(API, json={"phone": "12", "email": "x", "fields": ["MAGIC"]})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {
        "name", "affiliation", "phone", "email", "fields", "term_from", "term_to",
    }  # fmt: skip
    backwards = {**EXPERT, "term_from": "2026-02-01", "term_to": "2026-01-31"}
    assert set((await api.post(API, json=backwards)).json()["errors"]) == {"term_to"}
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


async def test_looking_at_a_person_is_logged(api, runtime, city, desk):
    from sqlalchemy import func, select, table
    from sqlalchemy.sql import column

    from sinmungo.sdk import read

    made = await add(api)
    log = table("access_log", column("subject_id"), column("officer_id"), column("act"))
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
    typed = {**EXPERT, "fields": ["LABOR", "LEGAL"], "name": "", "active": "1"}
    wrong = await browser.post(f"{HOME}/new", typed)
    assert wrong.status_code == 422
    assert "이름을 적어 주세요" in wrong.text
    assert 'value="노무법인 가람"' in wrong.text
    assert wrong.text.count(" checked") == 3
    made = await browser.post(f"{HOME}/new", {**typed, "name": "남궁가람"})
    assert made.status_code == 303
    detail = (await browser.get(made.headers["location"])).text
    assert "남궁가람 공인노무사" in detail
    assert "010-1234-5678" in detail
    listed = (await browser.get(HOME)).text
    assert "남**람" in listed
    assert "남궁가람" not in listed
    found = await browser.post(f"{HOME}/find", {"q": "남궁가람"})
    assert "남**람" in found.text
    # Unticking the box means that the expert has left.
    gone = {**EXPERT, "row_version": "1"}
    assert (await browser.post(f"{made.headers['location']}/edit", gone)).status_code == 303
    assert "남**람" not in (await browser.get(HOME)).text
    assert "해촉" in (await browser.get(f"{HOME}?term=LEFT")).text


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


async def test_demo_makes_the_119_once(runtime, city):
    for _ in range(2):
        async with runtime.work.open(city) as ctx:
            await SLICE.demo(ctx, {})
    async with runtime.work.open(city) as ctx:
        assert (await service.counts(ctx))["SERVING"] == 119
        assert all(f.experts for f in await service.list_fields(ctx))


dates = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(str)


@given(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["김가온", "남궁가람"]),
            "phone": st.sampled_from(["", "01012345678", "025551234"]),
            "email": st.sampled_from(["", "a@example.com"]),
            "affiliation": st.sampled_from(["노무법인 가람"]),
            "title": st.sampled_from(["", "세무사"]),
            "fields": st.lists(st.sampled_from(list(FIELDS)), min_size=1).map(",".join),
            "term_from": dates,
            "term_to": dates,
            "active": st.sampled_from(["", "1"]),
        }
    )
)
def test_a_record_survives_its_form(texts):
    if texts["term_from"] > texts["term_to"]:
        with pytest.raises(InvalidError):
            record.understand(texts, list(FIELDS))
        return
    values = record.understand(texts, list(FIELDS))
    assert record.understand(record.as_texts(values), list(FIELDS)) == values
