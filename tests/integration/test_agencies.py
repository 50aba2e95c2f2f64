"""Agencies: what a city begins with, the rules of name and days, and the doors to them."""

import re
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from sinmungo import clock
from sinmungo.agencies import service
from sinmungo.agencies.models import KINDS
from sinmungo.agencies.seed import seed
from sinmungo.app import Runtime
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.testing.database import new_city
from sinmungo.testing.people import People
from sinmungo.testing.web import Web

BUREAU = {"name": "한빛지방고용노동청", "kind": "SPECIAL_LOCAL_ADMIN", "phone": "070-0000-1111"}


async def test_a_new_city_knows_the_bodies_of_the_state(ctx: Ctx):
    found = await service.list_agencies(ctx)
    names = {a.name for a in found}
    assert {"중소벤처기업부", "고용노동부", "중소기업 옴부즈만", "규제신문고"} <= names
    assert {a.short_name for a in found} >= {"중진공", "기보", "신보", "KOTRA"}
    assert {a.kind for a in found} <= KINDS.keys()


async def test_seeding_again_changes_nothing_and_a_city_adds_its_own(ctx: Ctx):
    before = await service.list_agencies(ctx)
    await seed(ctx, {"own": [{"name": "한빛상공회의소", "kind": "ASSOCIATION"}]})
    await seed(ctx, {"own": [{"name": "한빛 상공회의소", "kind": "ASSOCIATION"}]})
    after = await service.list_agencies(ctx)
    assert [a.name for a in after if a not in before] == ["한빛상공회의소"]


async def test_an_import_finds_an_agency_under_any_spelling(ctx: Ctx):
    first = await service.get_or_add(ctx, "한빛 섬유협동조합", "ASSOCIATION")
    assert await service.get_or_add(ctx, "한빛섬유 협동조합", "BANK") == first
    assert (await service.agency(ctx, first)).kind == "ASSOCIATION"
    assert await service.get_or_add(ctx, "한빛안경협동조합", "ASSOCIATION") != first
    with pytest.raises(InvalidError):
        await service.get_or_add(ctx, " - ", "ASSOCIATION")


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"kind": "BANK"}, "name"),
        ({"name": "한빛은행"}, "kind"),
        ({"name": "한빛은행", "kind": "CASINO"}, "kind"),
        ({"name": "한빛은행", "kind": "BANK", "phone": "12"}, "phone"),
        ({"name": "한빛은행", "kind": "BANK", "url": "javascript:alert(1)"}, "url"),
        ({"name": "한빛은행", "kind": "BANK", "url": "http://[", "short_name": "가" * 101}, "url"),
        ({"name": "한빛은행", "kind": "BANK", "valid_from": "13.45"}, "valid_from"),
        ({"name": "중소벤처기업부", "kind": "MINISTRY"}, "name"),
    ],
)
async def test_what_cannot_be_an_agency(ctx: Ctx, texts: dict[str, str], field: str):
    with pytest.raises(InvalidError) as caught:
        await service.add(ctx, texts)
    assert field in caught.value.errors


async def test_a_correction_names_its_fields_only(ctx: Ctx):
    agency_id = await service.add(ctx, BUREAU)
    assert await service.edit(ctx, agency_id, BUREAU, 1) == 1
    assert await service.edit(ctx, agency_id, {"url": "www.example.go.kr"}, 1) == 2
    row = await service.agency(ctx, agency_id)
    assert (row.url, row.phone) == ("https://www.example.go.kr", "07000001111")
    events = await timeline(ctx, agency_id)
    assert [(e.kind, e.payload) for e in events] == [
        ("agencies.added", {}),
        ("agencies.changed", {"fields": ["url"]}),
    ]
    with pytest.raises(StaleError):
        await service.edit(ctx, agency_id, {"url": ""}, 1)
    with pytest.raises(InvalidError):
        await service.edit(ctx, agency_id, {"name": "고용노동부"}, 2)


async def test_two_become_one_and_a_report_still_shows_the_old_names(ctx: Ctx):
    day = clock.today()
    centre = await service.add(ctx, {"name": "비즈니스지원센터", "kind": "CITY_FOUNDATION"})
    bio = await service.add(ctx, {"name": "의생명지원센터", "kind": "CITY_FOUNDATION"})
    heir = await service.add(
        ctx,
        {"name": "산업진흥재단", "kind": "CITY_FOUNDATION", "valid_from": day.isoformat()},
    )
    for agency_id in (centre, bio):
        await service.end(ctx, agency_id, valid_to=day, successor_id=heir, row_version=1)
    yesterday = day - timedelta(days=1)
    before = await service.list_agencies(ctx, kind="CITY_FOUNDATION", on=yesterday)
    now = await service.list_agencies(ctx, kind="CITY_FOUNDATION", on=day)
    assert [a.name for a in before] == ["비즈니스지원센터", "의생명지원센터"]
    assert [a.name for a in now] == ["산업진흥재단"]
    assert {a.id for a in await service.predecessors(ctx, heir)} == {centre, bio}
    assert await service.agency_names(ctx, [centre]) == {centre: "비즈니스지원센터"}


async def test_the_end_of_an_agency_has_rules(ctx: Ctx):
    day = date(2026, 7, 1)
    agency_id = await service.add(ctx, {**BUREAU, "valid_from": "2026-07-01"})
    later = {"name": "다른 기관", "kind": "BANK", "valid_from": "2026-09-01"}
    other = await service.add(ctx, later)
    for wrong, to in ((agency_id, day), (other, date(2026, 8, 1)), (uuid4(), date(2026, 8, 1))):
        with pytest.raises(InvalidError):
            await service.end(ctx, agency_id, valid_to=to, successor_id=wrong, row_version=1)
    end = date(2026, 10, 1)
    await service.end(ctx, agency_id, valid_to=end, successor_id=other, row_version=1)
    with pytest.raises(RefusedError):
        await service.end(ctx, agency_id, valid_to=end, successor_id=None, row_version=2)
    namesake = await service.get_or_add(ctx, BUREAU["name"], BUREAU["kind"])
    assert namesake != agency_id
    with pytest.raises(RefusedError):
        await service.reopen(ctx, agency_id, 2)
    await service.end(ctx, namesake, valid_to=end, successor_id=None, row_version=1)
    assert await service.reopen(ctx, agency_id, 2) == 3
    assert (await service.agency(ctx, agency_id)).successor_id is None
    with pytest.raises(RefusedError):
        await service.reopen(ctx, agency_id, 3)


async def test_an_agency_of_another_city_is_missing(ctx: Ctx, runtime: Runtime):
    other = await new_city(runtime, "agencies-elsewhere", (), {})
    async with runtime.work.open(other) as there:
        agency_id = await service.add(there, BUREAU)
    with pytest.raises(MissingError):
        await service.agency(ctx, agency_id)


async def test_the_screens_add_find_correct_and_end(web: Web, people: People):
    browser = web.browser(await people.officer("INTAKE_OFFICER"))
    refused = await browser.post("/office/agencies/new", {"name": "한빛은행", "phone": "1"})
    assert refused.status_code == 422
    assert "한빛은행" in refused.text
    assert "종류를 골라 주세요." in refused.text
    added = await browser.post("/office/agencies/new", {"name": "한빛은행", "kind": "BANK"})
    assert added.status_code == 303
    home = added.headers["location"]
    listed = await browser.get("/office/agencies?q=한빛")
    assert home in listed.text
    assert "중소벤처기업부" not in listed.text
    edited = await browser.post(
        f"{home}/edit", {"name": "한빛은행", "kind": "BANK", "short_name": "빛행", "row_version": 1}
    )
    assert edited.status_code == 303
    assert "빛행" in (await browser.get(home)).text
    early = await browser.post(f"{home}/end", {"valid_to": "", "row_version": 2})
    assert "날짜를 적어 주세요." in early.text
    await browser.post(f"{home}/end", {"valid_to": "2026-01-01", "row_version": 2})
    assert "지금은 없는 기관입니다." in (await browser.get(home)).text
    assert home not in (await browser.get("/office/agencies?kind=BANK")).text
    assert home in (await browser.get("/office/agencies?kind=BANK&ended=1")).text
    await browser.post(f"{home}/reopen", {"row_version": 3})
    assert "종료 취소" in (await browser.get(home)).text


async def test_an_auditor_looks_only(web: Web, people: People):
    browser = web.browser(await people.officer("AUDITOR"))
    page = await browser.get("/office/agencies")
    assert page.status_code == 200
    assert "/office/agencies/new" not in page.text
    assert (await browser.get("/office/agencies/new")).status_code == 403


async def test_the_api_does_what_the_screens_do(web: Web, people: People):
    api = web.api(await people.officer("LEAD_OFFICER"))
    key = {"idempotency-key": "one"}
    made = await api.post("/api/v1/agencies", json=BUREAU, headers=key)
    assert made.status_code == 201
    assert (await api.post("/api/v1/agencies", json=BUREAU, headers=key)).json() == made.json()
    home = f"/api/v1/agencies/{made.json()['id']}"
    assert (await api.patch(home, json={"phone": None})).status_code == 428
    tag = {"if-match": made.headers["etag"]}
    assert (await api.patch(home, json={"phone": None}, headers=tag)).json()["phone"] is None
    assert (await api.patch(home, json={"phone": None}, headers=tag)).status_code == 412
    found = await api.get("/api/v1/agencies", params={"q": "고용노동청", "kind": BUREAU["kind"]})
    assert [a["name"] for a in found.json()["items"]] == [BUREAU["name"]]
    assert (await api.get("/api/v1/agencies", params={"kind": "X"})).status_code == 422
    fresh = {"if-match": (await api.get(home)).headers["etag"]}
    ended = await api.post(f"{home}/end", json={"valid_to": "2026-01-01"}, headers=fresh)
    assert ended.json()["valid_to"] == "2026-01-01"
    listed = await api.get("/api/v1/agencies", params={"on": "2026-02-01"})
    assert BUREAU["name"] not in {a["name"] for a in listed.json()["items"]}
    again = {"if-match": ended.headers["etag"]}
    assert (await api.post(f"{home}/reopen", headers=again)).json()["valid_to"] is None


async def test_the_list_as_a_file_holds_the_rows_of_the_screen(web: Web):
    browser = web.browser(await web.people.officer("INTAKE_OFFICER"))
    query = "?kind=MINISTRY"
    shown = re.findall(
        r'/office/agencies/[0-9a-f-]{36}">([^<]+)',
        (await browser.get(f"/office/agencies{query}")).text,
    )
    assert shown
    answer = await browser.get(f"/office/agencies/file/xlsx{query}")
    rows = [[c.value for c in row] for row in load_workbook(BytesIO(answer.content)).active]
    head = next(i for i, row in enumerate(rows) if row[0] == "기관명")
    assert [row[0] for row in rows[head + 1 : head + 1 + len(shown)]] == shown
    plain = (await browser.get(f"/office/agencies/file/csv{query}")).text
    assert all(name in plain for name in shown)
    assert (await browser.get("/office/agencies/file/pdf")).status_code == 404
