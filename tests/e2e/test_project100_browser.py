"""AS-09 as an officer does it: taking in, waiting, handing over, contacting, the quarter's list."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo import clock
from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytest.importorskip("sinmungo_bucheon")
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = "bucheon"
HOME = "/office/bucheon/project100"
ONE = re.compile(HOME + r"/[0-9a-f-]{36}$")
PASSWORD = "sinmungo-demo"


@pytest.fixture
def head(browser: Browser, demo: DemoProcess) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""))
    made.sign_in("teamlead", PASSWORD)
    yield made
    made.close()


def add_companies(demo: DemoProcess, **employees: int) -> None:
    counted = f"{clock.today().year - 1}-12-31"
    with demo.api(SLUG, "intake") as api:
        for name, number in employees.items():
            body = {"name": f"㈜{name}", "employees": number, "employees_on": counted}
            assert api.post("/api/v1/companies", json=body).status_code == 201


def look_up(page: Page, name: str, round_name: str = "") -> None:
    """Find a company on the page of taking in; whether it can come in is said at once."""
    page.goto(f"{HOME}/new")
    if round_name:
        page.get_by_label("회차").select_option(label=round_name)
    page.get_by_label("업체 찾기").fill(name)
    page.get_by_role("button", name="찾기", exact=True).click()
    page.get_by_role("link", name=name, exact=True).click()


def open_round(page: Page, name: str, capacity: int) -> None:
    page.goto(f"{HOME}/rounds")
    page.get_by_label("회차 이름").fill(name)
    page.get_by_label("선정일").fill(clock.today().isoformat())
    page.get_by_label("정원 (개사)").fill(str(capacity))
    page.get_by_role("button", name="회차 열기").click()
    page.wait_for_url(re.compile(r"round="))


def take_in(page: Page, name: str, round_name: str, officer: str, button: str) -> None:
    look_up(page, name, round_name)
    option = page.locator("[name=officer_id] option", has_text=officer).first
    page.locator("[name=officer_id]").select_option(value=option.get_attribute("value"))
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(ONE)


def test_as09_fifty_come_in_the_next_waits_and_the_officer_changes(head: Screen, demo: DemoProcess):
    page, round_name = head.page, "시험 회차"
    add_companies(demo, 마흔아홉=49, 쉰명=50, 다음차례=80)
    open_round(page, round_name, 1)
    look_up(page, "㈜마흔아홉", round_name)
    expect(page.locator("main")).to_contain_text("49명")
    expect(page.locator("main")).to_contain_text("50명 이상이어야 합니다")
    expect(page.locator("[name=officer_id]")).to_have_count(0)
    head.check("refused")

    take_in(page, "㈜쉰명", round_name, "남도윤", "선정")
    taken = page.url
    expect(page.locator("main")).to_contain_text("관리 중")
    take_in(page, "㈜다음차례", round_name, "남도윤", "대기 등록")
    expect(page.locator("main")).to_contain_text("대기 1번")

    page.goto(taken)
    page.get_by_role("link", name="전담관 변경").click()
    option = page.locator("[name=officer_id] option", has_text="백가온").first
    page.locator("[name=officer_id]").select_option(value=option.get_attribute("value"))
    page.get_by_label("사유").fill("인사이동")
    page.get_by_role("button", name="바꾸기", exact=True).click()
    expect(page.locator(".notice.success")).to_contain_text("메일로 알립니다")
    history = page.locator(".timeline")
    expect(history).to_contain_text("남도윤 주무관 → 백가온 주무관")
    tenures = page.locator("table", has_text="전담관 이력")
    expect(tenures).to_contain_text("남도윤 주무관")
    expect(tenures).to_contain_text("인사이동")
    head.check("company")
    page.goto(f"{HOME}/rounds")
    row = page.locator("tr", has_text=round_name)
    row.get_by_role("button", name="마감").click()
    page.locator("dialog[open]").get_by_role("button", name="마감").click()
    expect(page.locator(".notice.success")).to_contain_text("2개사를 끝냈습니다")


def test_as09_the_hundred_and_first_waits(head: Screen, demo: DemoProcess):
    page = head.page
    add_companies(demo, 백한번째=60)
    page.goto(HOME)
    assert page.locator("a.tile").count() == 100
    waiting = page.locator(".stats a", has_text="대기").locator("b")
    before = int(waiting.inner_text())
    assert before > 0
    look_up(page, "㈜백한번째")
    expect(page.locator("main")).to_contain_text(f"대기 {before + 1}번이 됩니다")
    page.locator("[name=officer_id]").select_option(index=1)
    page.get_by_role("button", name="대기 등록").click()
    expect(page.locator("main")).to_contain_text(f"대기 {before + 1}번")
    page.goto(HOME)
    assert page.locator("a.tile").count() == 100
    assert int(waiting.inner_text()) == before + 1


def test_a_contact_by_keyboard_alone_takes_a_company_off_the_list(head: Screen):
    page = head.page
    page.goto(f"{HOME}/overdue")
    rows = page.locator("main tbody tr")
    before = rows.count()
    assert before > 0
    name = rows.first.locator("a").first.inner_text()
    tab_to(page, f"연락 기록 {name}")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contacts$"))
    tab_to(page, "contacted_on")
    page.keyboard.press("Control+a")
    page.keyboard.type("오늘")
    tab_to(page, "method")
    page.keyboard.press("ArrowRight")
    tab_to(page, "met")
    page.keyboard.type("한서윤")
    tab_to(page, "summary")
    page.keyboard.type("증설 계획을 들었습니다.")
    tab_to(page, "items-0-category")
    while page.evaluate("document.activeElement.value") != "SAFETY":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("저장시설 기준이 너무 높습니다")
    tab_to(page, "items-0-regulation")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("화학물질관리법의 시험 기준")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ONE)
    expect(page.locator(".notice.success")).to_contain_text(re.compile(r"BC-\d{4}-\d{6}"))
    expect(page.locator("main")).to_contain_text("한*윤")
    expect(page.locator("main")).to_contain_text("이번에 연락함")
    page.goto(f"{HOME}/overdue")
    assert rows.count() == before - 1
    page.goto(f"{HOME}/regulations")
    expect(page.locator("main")).to_contain_text("화학물질관리법의 시험 기준")


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the field or link has the focus; fail after going around the page."""
    for _ in range(150):
        at = page.evaluate("document.activeElement.name || document.activeElement.textContent")
        if re.sub(r"\s+", " ", str(at)).strip() == wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {wanted}")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_screen_is_clean(browser: Browser, demo: DemoProcess, phone: bool):
    screen = Screen(browser, demo.url(SLUG, ""), phone=phone)
    screen.sign_in("teamlead", PASSWORD)
    page = screen.page
    for path in ("", "?view=list", "?status=WAITING", "/overdue", "/regulations", "/year",
                 "/rounds", "/handover", "/new"):  # fmt: skip
        page.goto(HOME + path)
        screen.check(path or "board")
    page.goto(HOME)
    page.locator("a.tile").first.click()
    screen.check("company")
    page.get_by_role("link", name="연락 기록").first.click()
    screen.check("contact")
    page.get_by_role("button", name="저장", exact=True).click()
    expect(page.locator("#error-summary")).to_be_visible()
    screen.check("contact with an error")
    page.goto("/help/bucheon/project100")
    screen.check("guide")
    screen.close()
