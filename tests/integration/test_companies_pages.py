"""Companies in the office: found, shown, filled in; what was typed stays when it is refused."""

import re
from typing import Any
from uuid import UUID

import pytest

from sinmungo.companies import contacts, service
from sinmungo.host.context import Ctx
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web

ROOT = "/office/companies"


@pytest.fixture
async def browser(web: Web, people: People) -> Browser:
    return web.browser(await people.officer("INTAKE_OFFICER"))


async def filled(browser: Browser, **fields: str) -> str:
    await browser.get(f"{ROOT}/new")
    response = await browser.post(f"{ROOT}/new", {"name": "㈜한빛정밀", **fields})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def version(page: str) -> str:
    found = re.search(r'name="row_version" value="(\d+)"', page)
    assert found
    return found[1]


async def test_who_may_write_sees_the_buttons(web: Web, people: People, browser: Browser):
    location = await filled(browser)
    assert "정보 수정" in (await browser.get(location)).text
    auditor = web.browser(await people.officer("AUDITOR"))
    page = await auditor.get(location)
    assert page.status_code == 200
    assert "정보 수정" not in page.text
    assert (await auditor.get(f"{location}/edit")).status_code == 403


async def test_an_empty_list_names_the_next_act(browser: Browser):
    page = (await browser.get(ROOT)).text
    assert "아직 등록된 업체가 없습니다." in page
    assert f'href="{ROOT}/new"' in page


async def test_from_new_to_found(browser: Browser):
    location = await filled(
        browser,
        business_no="123-45-67891",
        employees="1,052",
        employees_foreign="8",
        employees_on="2026.11.1",
        factory_registered="N",
    )
    page = (await browser.get(location)).text
    for shown in ("123-45-67891", "1,052명 (외국인 8명) · 2026. 11. 1.(일) 기준", "미등록"):
        assert shown in page
    found = await browser.post(f"{ROOT}/search", {"q": "ㅎㅂㅈㅁ"})
    assert found.status_code == 303
    assert "㈜한빛정밀" in (await browser.get(found.headers["location"])).text


async def test_a_number_stays_out_of_the_address(browser: Browser, ctx: Ctx):
    company_id = await service.add(ctx, {"name": "한빛정밀"})
    await contacts.add_contact(ctx, company_id, {"name": "홍길동", "phone": "010-0000-4321"}, 1)
    await ctx.db._connection.execute("COMMIT")
    found = await browser.post(f"{ROOT}/search", {"q": "010-0000-4321"})
    assert found.status_code == 200
    assert f"{ROOT}/{company_id}" in found.text


async def test_nothing_found_offers_to_make_it(browser: Browser):
    page = await browser.get(f"{ROOT}?q=새벽물류")
    assert "찾은 업체가 없습니다." in page.text
    link = re.search(rf'href="({ROOT}/new\?name=[^"]+)"', page.text)
    assert link
    assert 'value="새벽물류"' in (await browser.get(link[1])).text


async def test_what_was_typed_stays(browser: Browser):
    await browser.get(f"{ROOT}/new")
    typed = {"name": "한빛정밀", "business_no": "123-45-67890", "employees": "쉰둘", "dong": "내동"}
    page = await browser.post(f"{ROOT}/new", typed)
    assert page.status_code == 422
    assert "등록증의 숫자와 같은지" in page.text
    for value in typed.values():
        assert f'value="{value}"' in page.text


async def test_a_taken_number_leads_to_its_company(browser: Browser):
    location = await filled(browser, business_no="123-45-67891")
    page = await browser.post(f"{ROOT}/new", {"name": "다른정밀", "business_no": "1234567891"})
    assert page.status_code == 422
    assert f'href="{location}"' in page.text


async def test_the_slower_one_sees_both_values(browser: Browser):
    location = await filled(browser, dong="내동")
    stale = version((await browser.get(f"{location}/edit")).text)
    mine = {"name": "㈜한빛정밀", "row_version": stale}
    assert (await browser.post(f"{location}/edit", mine | {"dong": "상동"})).status_code == 303
    late = await browser.post(f"{location}/edit", mine | {"dong": "오정동"})
    assert late.status_code == 412
    assert "지금 저장된 값: 상동" in late.text
    assert 'value="오정동"' in late.text
    retry = mine | {"dong": "오정동", "row_version": version(late.text)}
    assert (await browser.post(f"{location}/edit", retry)).status_code == 303


async def test_contacts_come_and_go(browser: Browser):
    location = await filled(browser)
    form = (await browser.get(f"{location}/contacts/new")).text
    person = {"name": "김하늘", "phone": "010-0000-1234", "row_version": version(form)}
    refused = await browser.post(f"{location}/contacts/new", person | {"phone": "12"})
    assert refused.status_code == 422
    assert (await browser.post(f"{location}/contacts/new", person)).status_code == 303
    page = (await browser.get(location)).text
    assert "김하늘" in page
    assert "010-0000-1234" in page
    link = re.search(rf'href="({location}/contacts/[0-9a-f-]+)"', page)
    assert link
    now = {"row_version": version((await browser.get(link[1])).text)}
    named = {"name": "김하늘", "title": "부장", "phone": "", "email": ""}
    assert (await browser.post(link[1], now | named)).status_code == 303
    now = {"row_version": version((await browser.get(link[1])).text)}
    assert (await browser.post(f"{link[1]}/remove", now)).status_code == 303
    assert "등록된 담당자가 없습니다." in (await browser.get(location)).text


async def test_a_company_moves_away(browser: Browser):
    location = await filled(browser)
    form = (await browser.get(f"{location}/state")).text
    moved = {"state": "MOVED", "state_on": "2026.1.31", "row_version": version(form)}
    refused = await browser.post(f"{location}/state", moved)
    assert refused.status_code == 422
    assert "2026. 1. 31.(토)" in refused.text
    moved["state_reason"] = "다른 시로 이전"
    assert (await browser.post(f"{location}/state", moved)).status_code == 303
    assert "관외 이전 · 2026. 1. 31.(토) · 다른 시로 이전" in (await browser.get(location)).text


def checked(fragment: str) -> list[str]:
    return re.findall(r'name="company_id" value="([^"]*)" checked', fragment)


@pytest.mark.parametrize("field", ["q", "company_name", "company"])
async def test_options_check_what_saving_would_choose(browser: Browser, field: str):
    company = (await filled(browser, business_no="123-45-67891")).rsplit("/", 1)[1]

    async def options(typed: str) -> Any:
        fragment = (await browser.get(f"{ROOT}/options", params={field: typed})).text
        return fragment, checked(fragment)

    fragment, chosen = await options("한빛정밀 주식회사")
    assert chosen == [company]
    assert "123-45-67891" in fragment
    fragment, chosen = await options("한빛")
    assert chosen == [""]
    assert f'value="{company}"' in fragment
    fragment, chosen = await options("ㅎㅂ")
    assert (chosen, "새 업체로 등록" in fragment) == ([company], False)
    fragment, chosen = await options("070-0000-9999")
    assert (chosen, "새 업체로 등록:" in fragment) == ([], False)
    fragment, chosen = await options("<b>새벽")
    assert "<b><b>" not in fragment
    assert (await options(""))[0].strip() == ""


async def test_options_keep_a_choice(browser: Browser):
    first = (await filled(browser)).rsplit("/", 1)[1]
    second = (await filled(browser, name="한빛산업")).rsplit("/", 1)[1]
    query = {"q": "한빛", "selected": second}
    fragment = (await browser.get(f"{ROOT}/options", params=query)).text
    assert checked(fragment) == [second]
    assert UUID(first) != UUID(second)
    posted = await browser.post(f"{ROOT}/options", {"q": "한빛"})
    assert posted.text.count('type="radio"') == 3


async def test_the_list_goes_on(browser: Browser, ctx: Ctx):
    for number in range(41):
        await service.add(ctx, {"name": f"한빛{number:02d}"})
    await ctx.db._connection.execute("COMMIT")
    page = (await browser.get(ROOT)).text
    assert page.count(f'href="{ROOT}/0') == 40
    following = re.search(rf'href="({ROOT}\?after=[^"]+)"', page)
    assert following
    assert "한빛40" in (await browser.get(following[1])).text
