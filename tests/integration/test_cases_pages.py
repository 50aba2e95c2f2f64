"""The desk, the call page and what waits from the portal, as a browser without JavaScript."""

import re
from typing import Any

import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

NEW = "/office/cases/new"
NUMBER = re.compile(r"TS-\d{4}-\d{6}")
CALL = {
    "company_name": "㈜가온정밀",
    "caller": "한서윤",
    "phone": "010-2345-6789",
    "channel": "HOTLINE",
    "petition_type": "NOT_PETITION",
    "received": "지금",
    "rows-0-category": "FUNDS",
    "rows-0-content": "신규 설비 자금이 부족합니다.",
    "act": "REGISTER",
}

FILING: dict[str, Any] = {
    "company_name": "밤새움공업",
    "caller": "한서윤",
    "phone": "010-2345-6789",
    "category": "INFRA",
    "content": "야간 조명이 꺼졌습니다.",
    "consent": True,
}


@pytest.fixture
async def clerk(people: People) -> Officer:
    return await people.officer("INTAKE_OFFICER", name="최지우")


@pytest.fixture
async def desk(web: Web, clerk: Officer) -> Browser:
    return web.browser(clerk)


async def call(desk: Browser, **fields: str) -> str:
    """Save a call and return the address of its first case."""
    await desk.get(NEW)
    response = await desk.post(NEW, {**CALL, **fields})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def checked(page: str) -> str | None:
    found = re.search(r'name="company_id" value="([^"]*)" checked', page)
    return found[1] if found else None


async def test_one_call_two_cases(desk: Browser):
    second = {"rows-1-category": "MARKET", "rows-1-content": "판로가 막혀 있습니다."}
    location = await call(desk, **second)
    page = (await desk.get(location)).text
    assert re.search(r"TS-\d{4}-000001\(자금\), TS-\d{4}-000002\(판로·마케팅\) 접수했습니다", page)
    assert "한서윤" in page
    assert "010-2345-6789" in page
    listed = (await desk.get("/office/cases?view=ALL")).text
    assert "신규 설비 자금이 부족합니다." in listed
    assert "판로가 막혀 있습니다." in listed
    assert "한서윤" not in listed


async def test_urgent_rows_are_urgent_and_the_others_are_not(desk: Browser):
    rows = {"rows-1-category": "MARKET", "rows-1-content": "급합니다.", "rows-1-priority": "HIGH"}
    await call(desk, **rows)
    listed = (await desk.get("/office/cases?view=ALL")).text
    assert listed.count("긴급</span>") == 1
    assert "긴급</span> 급합니다." in listed
    await desk.get(NEW)
    typed = {**CALL, **rows, "rows-0-category": ""}
    page = (await desk.post(NEW, typed)).text
    assert re.search(r'name="rows-1-priority" value="HIGH" checked', page)
    assert not re.search(r'name="rows-0-priority" value="HIGH" checked', page)


async def test_typed_text_stays_with_the_row_at_fault(desk: Browser):
    await desk.get(NEW)
    wrong = {
        "phone": "010-12",
        "received": "모름",
        "rows-0-category": "",
        "rows-1-category": "MARKET",
        "rows-1-content": "대표 900101-1234567 입니다.",
    }
    response = await desk.post(NEW, {**CALL, **wrong})
    assert response.status_code == 422
    page = response.text
    assert "모름" in page
    assert "시각을 알아볼 수 없습니다" in page
    response = await desk.post(NEW, {**CALL, **wrong, "received": "지금"})
    page = response.text
    assert 'id="f-rows-0-category-error"' in page
    assert 'id="f-rows-1-content-error"' in page
    assert 'id="f-phone-error"' in page
    for kept in ("한서윤", "010-12", "대표 900101-1234567 입니다.", "신규 설비 자금이 부족합니다."):
        assert kept in page
    assert NUMBER.search((await desk.get("/office/cases?view=ALL")).text) is None


async def test_blank_rows_count_for_nothing(desk: Browser):
    blank = {"rows-0-category": "", "rows-0-content": "", "rows-2-category": "TAX"}
    await desk.get(NEW)
    response = await desk.post(NEW, {**CALL, **blank, "rows-2-content": "세무 상담"})
    assert response.status_code == 303
    page = (await desk.get("/office/cases?view=ALL")).text
    assert len(set(NUMBER.findall(page))) == 1


async def test_a_row_is_added_without_javascript(desk: Browser):
    await desk.get(NEW)
    response = await desk.post(NEW, {**CALL, "act": "ROW"})
    assert response.status_code == 200
    assert 'name="rows-1-content"' in response.text
    assert "신규 설비 자금이 부족합니다." in response.text
    empty = await desk.post(NEW, {"act": "ROW"})
    assert 'name="rows-1-content"' in empty.text


async def test_a_company_is_found_without_javascript(desk: Browser):
    await call(desk)
    response = await desk.post(NEW, {**CALL, "company_name": "가온", "act": "FIND"})
    assert "㈜가온정밀" in response.text
    assert checked(response.text) == ""
    exact = await desk.post(NEW, {**CALL, "company_name": "가온정밀", "act": "FIND"})
    assert checked(exact.text)


async def test_the_same_company_is_found_in_another_spelling(desk: Browser):
    first = await call(desk)
    again = await call(desk, company_name="주식회사 가온정밀")
    links = [
        re.search(r"/office/companies/([0-9a-f-]{36})", (await desk.get(at)).text)
        for at in (first, again)
    ]
    assert links[0]
    assert links[1]
    assert links[0][1] == links[1][1]


async def test_a_choice_for_another_name_is_refused(desk: Browser):
    await call(desk)
    found = await desk.post(NEW, {**CALL, "company_name": "가온정밀", "act": "FIND"})
    chosen = checked(found.text) or ""
    response = await desk.post(NEW, {**CALL, "company_name": "다온전자", "company_id": chosen})
    assert response.status_code == 422
    assert "고른 업체와 적은 이름이 다릅니다" in response.text
    assert checked(response.text) is None


async def test_an_open_case_of_the_same_category_is_told(desk: Browser):
    await call(desk)
    found = await desk.post(NEW, {**CALL, "act": "FIND"})
    number = NUMBER.search(found.text)
    assert number
    assert "같은 분야 건이 진행 중입니다" in found.text
    company = checked(found.text)
    part = await desk.get(f"{NEW}/known?company_id={company}&rows-0-category=TAX")
    assert "같은 분야" not in part.text
    assert number[0] in part.text
    await call(desk)


async def test_register_and_assign(desk: Browser, people: People):
    road = await people.unit("도로과")
    location = await call(desk, act="ASSIGN", place=f"{road}:")
    page = (await desk.get(location)).text
    assert "접수해 배정했습니다" in page
    assert "도로과" in page


async def test_assign_needs_a_place(desk: Browser):
    await desk.get(NEW)
    response = await desk.post(NEW, {**CALL, "act": "ASSIGN", "place": ""})
    assert response.status_code == 422
    assert 'id="f-place-error"' in response.text


async def test_inform_and_close_at_once(desk: Browser):
    await desk.get(NEW)
    refused = await desk.post(NEW, {**CALL, "act": "CLOSE"})
    assert 'id="f-answer-error"' in refused.text
    location = await call(desk, act="CLOSE", answer="경영안정자금을 안내했습니다.")
    page = (await desk.get(location)).text
    assert "안내하고 종결했습니다" in page
    assert "경영안정자금을 안내했습니다." in page


async def test_a_typed_time_is_echoed(desk: Browser):
    part = await desk.get(f"{NEW}/received?received=11.20 14:30")
    assert "11. 20.(" in part.text
    assert "14:30" in part.text
    assert "echo" not in (await desk.get(f"{NEW}/received?received=지금")).text
    assert "알아볼 수 없습니다" in (await desk.get(f"{NEW}/received?received=언제")).text


async def test_who_may_not_register(web: Web, people: People):
    lead = web.browser(await people.officer("LEAD_OFFICER"))
    for path in (NEW, "/office/cases/submissions", f"{NEW}/known"):
        assert (await lead.get(path)).status_code == 403
    assert (await lead.post(NEW, CALL)).status_code == 403
    assert "/office/cases/new" not in (await lead.get("/office/cases")).text
    assert (await web.anyone().get(NEW)).status_code == 303


async def test_an_admin_sees_only_what_an_admin_may(web: Web, people: People):
    admin = web.browser(await people.officer("TENANT_ADMIN"))
    page = (await admin.get(NEW)).text
    assert 'value="REGISTER"' in page
    assert 'value="ASSIGN"' not in page


async def test_empty_desks_name_the_next_act(web: Web, people: People, desk: Browser):
    page = (await desk.get("/office/cases")).text
    assert "진행 중인 건이 없습니다." in page
    assert 'href="/office/cases/new"' in page
    lead = web.browser(await people.officer("LEAD_OFFICER"))
    assert "맡은 건이 없습니다." in (await lead.get("/office/cases?view=MINE")).text
    for view, words in (("LATE", "기한이 지난 건이"), ("TODAY", "오늘 마감인 건이")):
        assert words in (await lead.get(f"/office/cases?view={view}")).text


async def test_forty_rows_a_page(desk: Browser, runtime: Runtime, city: Tenant):
    rows = [IntakeRow(category="TAX", content=f"세무 {n}번") for n in range(20)]
    async with runtime.work.open(city) as ctx:
        for _ in range(3):
            await service.register(ctx, Intake(company_name="많은일산업", rows=rows))
    page = (await desk.get("/office/cases")).text
    following = re.search(r'href="(\?view=ALL&amp;cursor=[^"]+)"', page)
    assert following
    rest = (await desk.get("/office/cases" + following[1].replace("&amp;", "&"))).text
    first, second = (set(NUMBER.findall(text)) for text in (page, rest))
    assert (len(first), len(second), len(first & second)) == (40, 20, 0)


async def test_search_by_words_by_number_and_by_filter(desk: Browser):
    await call(desk)
    await desk.get("/office/cases/search")
    for q in ("가온", f"TS-{clock.today().year}-1", "6789", "설비 자금"):
        found = await desk.post("/office/cases/search", {"q": q})
        assert found.status_code == 200
        assert NUMBER.search(found.text), q
    none = await desk.post("/office/cases/search", {"q": "없는말없는말"})
    assert "찾은 건이 없습니다." in none.text
    filtered = await desk.get("/office/cases/search?category=FUNDS&q=010-2345-6789")
    assert NUMBER.search(filtered.text)
    assert "010-2345-6789" not in filtered.text
    wrong = await desk.post("/office/cases/search", {"q": "가온", "registered_from": "언제"})
    assert wrong.status_code == 422
    assert 'value="가온"' in wrong.text


async def test_the_history_of_a_company(web: Web, people: People, desk: Browser):
    location = await call(desk)
    link = re.search(r"/office/cases/of-company/[0-9a-f-]{36}", (await desk.get(location)).text)
    assert link
    part = await desk.get(link[0], headers={"hx-request": "true"})
    assert "<html" not in part.text
    assert NUMBER.search(part.text)
    assert "<html" in (await desk.get(link[0])).text
    stranger = web.browser(await people.officer("LEAD_OFFICER", unit="도로과"))
    assert "접수된 애로가 없습니다." in (await stranger.get(link[0])).text
    assert (await desk.get(f"{link[0][:-4]}0000")).status_code == 404


async def test_a_submission_is_registered(desk: Browser, web: Web):
    assert "기다리는 포털 신청이 없습니다." in (await desk.get("/office/cases/submissions")).text
    sent = await web.api().post("/api/v1/cases/submissions", json=FILING)
    assert sent.status_code == 201, sent.text
    assert "포털 접수 대기 <b>1건</b>" in (await desk.get("/office/cases")).text
    waiting = (await desk.get("/office/cases/submissions")).text
    assert "한*윤" in waiting
    assert "한서윤" not in waiting
    href = re.search(r"/office/cases/new\?submission=([0-9a-f-]{36})", waiting)
    assert href
    one = (await desk.get(f"/office/cases/submissions/{href[1]}")).text
    assert "한서윤" in one
    form = (await desk.get(href[0])).text
    for kept in ("밤새움공업", "한서윤", "010-2345-6789", "야간 조명이 꺼졌습니다.", href[1]):
        assert kept in form
    filled = {**CALL, "company_name": "밤새움공업", "submission": href[1], "channel": "WEB_PORTAL"}
    assert (await desk.post(NEW, filled)).status_code == 303
    again = await desk.post(NEW, filled)
    assert again.status_code == 422
    assert "이미 접수했거나 취하한 신청입니다." in again.text
    assert "접수 대기" not in (await desk.get("/office/cases")).text
