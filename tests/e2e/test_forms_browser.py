"""The city's own questions on the screen: made by the admin, answered by a company and an officer.

The demo city is shared with other tests, so nothing asked here is required of anyone but in a
category that no other test uses, and it is retired at the end.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = min(p.stem for p in (Path(__file__).parents[2] / "tenants").glob("*.toml"))
CATEGORY = "SAFETY"
CASE = re.compile(r"/office/cases/[0-9a-f-]{36}$")
FIELD = re.compile(r"/admin/forms/[0-9a-f-]{36}$")
ROSTER = (
    "부서\t이름\t직위\t아이디\n{unit}\t한서윤\t팀장\t{login}\n없는 과\t김바다\t주무관\tkim.{login}"
)


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def admin(browser: Browser, demo: DemoProcess, request: pytest.FixtureRequest) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""), phone=request.param)
    made.sign_in("admin", "sinmungo-demo")
    yield made
    made.close()


def add(
    page: Page, kind: str, label: str, answer: str, *, category: str = "", more: str = ""
) -> None:
    page.goto(f"/admin/forms/new?kind={kind}")
    page.get_by_label("질문").fill(label)
    page.get_by_label("답의 종류").select_option(label=answer)
    if category:
        page.get_by_label("분야", exact=True).select_option(category)
    if more:
        page.get_by_label("고를 것", exact=False).first.fill(more)
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_role("link", name=label)).to_be_visible()


def tick(page: Page, mark: str, choice: str) -> None:
    group = page.get_by_role("group", name=mark)
    group.locator("label", has_text=choice).click()


def retire(page: Page, kind: str, mark: str) -> None:
    """Stop asking what this test asked."""
    while True:
        page.goto(f"/admin/forms?kind={kind}")
        links = page.locator("table").get_by_role("link", name=mark)
        if not links.count():
            return
        links.first.click()
        page.get_by_role("button", name="그만 묻기").first.click()
        page.get_by_role("dialog").get_by_role("button", name="그만 묻기").click()
        page.wait_for_url(f"**/admin/forms?kind={kind}")


def test_a_question_is_made_asked_and_answered(admin: Screen, browser: Browser, demo: DemoProcess):
    page, mark = admin.page, uuid4().hex[:6]
    phone = admin.page.viewport_size == {"width": 390, "height": 844}
    page.goto("/admin/forms/new?kind=CASE")
    admin.check("a new question")
    page.get_by_role("button", name="저장").click()
    expect(page.locator("#error-summary")).to_contain_text("질문을")
    admin.check("a refused question")
    add(page, "CASE", f"소방점검 {mark}", "여럿 고르기", category=CATEGORY, more="정기\n특별\n자체")
    add(page, "CASE", f"피해액 {mark}", "금액(원)", category=CATEGORY)
    page.get_by_role("button", name=f"피해액 {mark} 위로").click()
    texts = page.locator("tbody tr").all_inner_texts()
    order = [i for i, text in enumerate(texts) if mark in text]
    assert "피해액" in texts[order[0]]
    admin.check("questions")
    page.goto(f"/admin/forms/preview?kind=CASE&category={CATEGORY}")
    expect(page.get_by_label(f"피해액 {mark} (원)")).to_be_visible()
    admin.check("preview")
    company = Screen(browser, demo.url(SLUG, ""), phone=phone)
    answered_by_company(company, mark)
    company.close()
    answered_at_intake(browser, demo, mark, phone=phone)
    page.goto(f"/admin/forms/preview?kind=CASE&category={CATEGORY}")
    retire(page, "CASE", mark)
    page.goto("/admin/forms?kind=CASE")
    page.get_by_text(re.compile("그만 묻는 항목")).click()
    page.get_by_role("link", name=f"피해액 {mark}").click()
    expect(page.get_by_text("그만 묻는 날: (없음)")).to_be_visible()
    admin.check("a retired question")


def answered_by_company(company: Screen, mark: str) -> None:
    page = company.page
    page.goto("/cases/file")
    money = page.get_by_label(f"피해액 {mark} (원)")
    expect(money).to_have_count(0)
    page.get_by_label("분야").select_option(CATEGORY)
    money.fill("1억2천")
    tick(page, mark, "정기")
    company.check("portal with questions")
    page.get_by_label("분야").select_option("FUNDS")
    expect(money).to_have_count(0)
    page.get_by_label("분야").select_option(CATEGORY)
    money.fill("많이")
    page.get_by_role("button", name="신청하기").click()
    expect(page.locator("#error-summary")).to_contain_text("금액을 알아볼 수 없습니다")
    expect(money).to_have_value("많이")
    company.check("portal with a wrong answer")


def answered_at_intake(browser: Browser, demo: DemoProcess, mark: str, *, phone: bool) -> None:
    screen = Screen(browser, demo.url(SLUG, ""), phone=phone)
    screen.sign_in("intake", "sinmungo-demo")
    page = screen.page
    page.goto("/office/cases/new")
    page.get_by_label("업체").first.fill(f"질문상사 {mark}")
    page.get_by_label("분야").first.select_option(CATEGORY)
    page.get_by_label(f"피해액 {mark} (원)").fill("300만")
    page.get_by_label("내용").first.fill("비상구 앞 적치물 안내가 필요합니다.")
    page.get_by_label("내용").first.blur()
    expect(page.locator("#extra .echo")).to_contain_text("3,000,000원")
    tick(page, mark, "특별")
    screen.check("intake with questions")
    page.get_by_role("button", name="접수", exact=True).last.click()
    page.wait_for_url(CASE)
    expect(page.locator(".dl-grid").first).to_contain_text("3,000,000원")
    screen.check("a case with answers")
    screen.close()


def test_own_fields_of_companies_and_visits(admin: Screen):
    page, mark = admin.page, uuid4().hex[:6]
    add(page, "COMPANY", f"주거래 은행 {mark}", "짧은 글")
    add(page, "VISIT", f"안전모 {mark}", "예·아니오")
    page.goto("/office/companies/new")
    page.get_by_label("업체명").fill(f"항목정밀 {mark}")
    page.get_by_label(f"주거래 은행 {mark}").fill("한길은행")
    admin.check("a company's own fields")
    page.get_by_role("button", name="저장").click()
    expect(page.locator("#basics")).to_contain_text("한길은행")
    admin.check("a company with answers")
    retire(page, "COMPANY", mark)
    retire(page, "VISIT", mark)


def test_people_by_paste_and_links_for_them(admin: Screen):
    page, login = admin.page, f"h{uuid4().hex[:8]}"
    page.goto("/admin/people")
    unit = page.locator("section.unit h2 a").first.inner_text()
    page.get_by_role("link", name="명단 올리기").click()
    page.get_by_text("붙여 넣기", exact=False).first.click()
    page.get_by_label("붙여 넣은 표").fill(ROSTER.format(unit=unit, login=login))
    admin.check("paste")
    page.get_by_role("button", name="올리기").click()
    page.wait_for_url(re.compile(r"/admin/imports/[0-9a-f-]{36}"))
    admin.check("columns of a staff list")
    page.get_by_role("button", name="저장하고 다음").click()
    page.get_by_role("button", name="가져오기 시작").click()
    expect(page.get_by_text("아직 비밀번호가 없는 직원 1명")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("없는 부서입니다.")).to_be_visible()
    admin.check("report of a staff list")
    with page.expect_download() as told:
        page.get_by_role("button", name="일회용 링크 내려받기").click()
    assert told.value.suggested_filename.endswith(".xlsx")
