"""Duplicates named and merged on the screens and over the API, by who may."""

import io
from datetime import datetime
from uuid import UUID

from openpyxl import load_workbook

from sinmungo.app import Runtime
from sinmungo.companies import merging, service
from sinmungo.companies.contacts import add_contact
from sinmungo.companies.duplicates import likely_pairs, say_distinct
from sinmungo.companies.service import add, record
from sinmungo.host.context import Ctx
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

NUMBER, OTHER_NUMBER = "123-45-67891", "124-81-00998"


async def merge(ctx: Ctx, keep: UUID, drop: UUID, *fields: str) -> UUID:
    versions = {i: (await record(ctx, i)).row_version for i in (keep, drop)}
    return await merging.merge(
        ctx, keep, drop, fields, keep_version=versions[keep], drop_version=versions[drop]
    )


async def pair(ctx: Ctx, **dropped: str) -> tuple[UUID, UUID]:
    keep = await add(ctx, {"name": "㈜한빛정밀", "business_no": NUMBER, "phone": "070-0000-1111"})
    return keep, await add(ctx, {"name": "한빛정밀 공업", **dropped})


async def test_likely_duplicates_are_named_with_their_reason(ctx: Ctx):
    names = ("한빛정밀", "㈜한빛정밀", "새솔테크", "다온산업", "가람전자")
    made = [await add(ctx, {"name": n}) for n in names]
    for company_id in made[1:3]:
        version = (await record(ctx, company_id)).row_version
        await service.edit(ctx, company_id, {"phone": "070-0000-1111"}, version)
    for company_id in made[2:4]:
        version = (await record(ctx, company_id)).row_version
        await add_contact(ctx, company_id, {"name": "박영희", "phone": "010-0000-1234"}, version)
    pairs = {frozenset((p.low.id, p.high.id)): p.why for p in await likely_pairs(ctx)}
    assert pairs == {
        frozenset(made[:2]): ["NAME"],
        frozenset(made[1:3]): ["PHONE"],
        frozenset(made[2:4]): ["CONTACT"],
    }
    await say_distinct(ctx, made[3], made[2])
    await merge(ctx, made[0], made[1])
    left = {frozenset((p.low.id, p.high.id)) for p in await likely_pairs(ctx)}
    assert left == set()


async def test_two_numbers_speak_against_it(ctx: Ctx):
    for number in (NUMBER, OTHER_NUMBER):
        await add(ctx, {"name": "한빛정밀", "business_no": number})
    await add(ctx, {"name": "한빛정밀"})
    pairs = await likely_pairs(ctx)
    assert [p.numbers_differ for p in pairs] == [False, False, True]


async def test_through_the_screens(web: Web, people: People, ctx: Ctx):
    browser = web.browser(await people.officer("INTAKE_OFFICER"))
    for form in (
        {"name": "㈜한빛정밀", "industry": "금속 절삭"},
        {"name": "한빛정밀", "phone": "070-0000-1111"},
    ):
        assert (await browser.post("/office/companies/new", form)).status_code == 303
    listed = await browser.get("/office/companies/duplicates")
    assert "같은 이름" in listed.text
    found = (await likely_pairs(ctx))[0]
    keep, drop = found.low.id, found.high.id
    compare = await browser.get(f"/office/companies/{keep}/merge?other={drop}")
    assert "금속 절삭" in compare.text
    assert "070-0000-1111" in compare.text
    form = {"other": str(drop), "keep_version": 1, "drop_version": 1, "take-phone": "drop"}
    merged = await browser.post(f"/office/companies/{keep}/merge", form)
    assert merged.headers["location"] == f"/office/companies/{keep}"
    led = await browser.get(f"/office/companies/{drop}")
    assert (led.status_code, led.headers["location"]) == (303, f"/office/companies/{keep}")
    page = await browser.get(f"/office/companies/{keep}")
    assert "070-0000-1111" in page.text
    assert "이 업체로 합친 업체" in page.text
    assert "업체 합치기" in page.text
    merge_row = (await merging.list_merges(ctx))[0]
    assert (
        f"/office/companies/merges/{merge_row.id}/undo"
        in (await browser.get("/office/companies/merges")).text
    )
    undone = await browser.post(
        f"/office/companies/merges/{merge_row.id}/undo", {"row_version": merge_row.row_version}
    )
    assert undone.headers["location"] == f"/office/companies/{drop}"
    files = [await browser.get(f"/office/companies/merges/file/{k}") for k in ("xlsx", "csv")]
    sheet = load_workbook(io.BytesIO(files[0].content)).active
    line = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "㈜한빛정밀")
    assert line[2:4] == ("한빛정밀", "대표전화")
    assert isinstance(line[5], datetime)
    assert "㈜한빛정밀,한빛정밀,대표전화" in files[1].content.decode("utf-8-sig")
    assert (await browser.get(f"/office/companies/{drop}")).status_code == 200
    await browser.post(
        "/office/companies/duplicates/distinct", {"one": str(keep), "other": str(drop)}
    )
    assert (
        "중복으로 보이는 업체가 없습니다."
        in (await browser.get("/office/companies/duplicates")).text
    )


async def test_the_other_one_is_sought_by_name(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    async with runtime.work.open(city) as ctx:
        keep, drop = await pair(ctx)
    browser = web.browser(await people.officer("TEAM_LEADER"))
    home = f"/office/companies/{keep}/merge"
    assert "합칠 업체를 찾으세요" in (await browser.get(home)).text
    found = await browser.post(f"{home}/find", {"q": "정밀공업"})
    assert f"{home}?other={drop}" in found.text
    assert f"{home}?other={keep}" not in (await browser.post(f"{home}/find", {"q": "정밀"})).text


async def test_who_may_merge(web: Web, people: People, runtime: Runtime, city: Tenant):
    async with runtime.work.open(city) as ctx:
        keep, drop = await pair(ctx)
    browser = web.browser(await people.officer("LEAD_OFFICER"))
    assert (await browser.get("/office/companies/duplicates")).status_code == 403
    assert (await browser.get(f"/office/companies/{keep}/merge?other={drop}")).status_code == 403
    assert "/merge" not in (await browser.get(f"/office/companies/{keep}")).text
    assert "되돌리기</button>" not in (await browser.get("/office/companies/merges")).text


async def test_over_the_api(web: Web, people: People):
    api = web.api(await people.officer("TEAM_LEADER"))
    bodies = ({"name": "㈜한빛정밀"}, {"name": "한빛정밀", "products": "기어"})
    answers = [await api.post("/api/v1/companies", json=body) for body in bodies]
    keep, drop = [answer.json()["id"] for answer in answers]
    pairs = (await api.get("/api/v1/companies/duplicates")).json()
    assert [{p["low_id"], p["high_id"]} for p in pairs] == [{keep, drop}]
    assert (await api.get(f"/api/v1/companies/{keep}/merges/{drop}")).json() == []
    body = {"drop_id": drop, "drop_version": 1, "fields": ["products"]}
    url = f"/api/v1/companies/{keep}/merges"
    assert (await api.post(url, json=body)).status_code == 428
    made = await api.post(url, json=body, headers={"if-match": '"1"'})
    assert (made.status_code, made.json()["fields"]) == (201, ["products"])
    assert (await api.get(f"/api/v1/companies/{drop}")).json()["merged_into"] == keep
    assert (await api.get(f"/api/v1/companies/{keep}")).json()["products"] == "기어"
    home = f"/api/v1/companies/merges/{made.json()['id']}"
    stale = await api.post(f"{home}/undo", headers={"if-match": '"7"'})
    assert stale.status_code == 412
    undone = await api.post(f"{home}/undo", headers={"if-match": made.headers["etag"]})
    assert undone.json()["undone_at"] is not None
    assert (await api.get(f"/api/v1/companies/{keep}")).json()["products"] is None
    assert len((await api.get("/api/v1/companies/merges")).json()) == 1
    two = {"one_id": keep, "other_id": drop}
    assert (await api.post("/api/v1/companies/duplicates/distinct", json=two)).status_code == 204
    assert (await api.get("/api/v1/companies/duplicates")).json() == []
