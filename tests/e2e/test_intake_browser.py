"""A call taken by keyboard alone (AS-01), and Enter while a Hangul syllable is being composed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = min(p.stem for p in (Path(__file__).parents[2] / "tenants").glob("*.toml"))
CASE = re.compile(r"/office/cases/[0-9a-f-]{36}")
SUBMITS = "window.sent = 0; document.addEventListener('submit', () => { window.sent += 1; })"


@pytest.fixture
def screen(browser: Browser, demo: DemoProcess) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""))
    made.sign_in("intake", "sinmungo-demo")
    made.page.goto("/office/cases/new")
    yield made
    made.close()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.textContent"))


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or button has the focus; fail after a round of the page."""
    for _ in range(30):
        if focused(page).strip() == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {name}, is at {focused(page)}")


def pick(page: Page, code: str) -> None:
    """Choose an option of the focused select with the arrow keys."""
    for _ in range(40):
        if page.evaluate("document.activeElement.value") == code:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no option {code}")


def press(cdp: CDPSession, key: str, code: int) -> None:
    event = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": "\r"}
    cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "windowsVirtualKeyCode": code})


def test_as01_by_keyboard_alone(screen: Screen):
    page = screen.page
    assert focused(page) == "company_name"
    page.keyboard.type("㈜손으로만정밀")
    page.keyboard.press("Enter")
    expect(page.locator("#company-new")).to_be_focused()
    page.keyboard.press("Enter")
    assert focused(page) == "caller"
    page.keyboard.type("한서윤")
    page.keyboard.press("Tab")
    page.keyboard.type("010-2345-6789")
    tab_to(page, "rows-0-category")
    pick(page, "FUNDS")
    page.keyboard.press("Tab")
    page.keyboard.type("신규 설비 자금이 부족합니다")
    tab_to(page, "+ 한 건 더")
    page.keyboard.press("Enter")
    assert focused(page) == "rows-1-category"
    pick(page, "MARKET")
    page.keyboard.press("Tab")
    page.keyboard.type("판로가 막혀 있습니다")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(CASE)
    notice = page.locator(".notice.success")
    expect(notice).to_contain_text(re.compile(r"[A-Z]{2}-\d{4}-\d{6}.+[A-Z]{2}-\d{4}-\d{6}"))
    expect(notice).to_contain_text("접수했습니다.")
    expect(page.locator("main")).to_contain_text("한서윤")
    screen.check("after the call")
    page.goto("/office/cases?view=ALL")
    expect(page.locator("tr", has_text="손으로만정밀")).to_have_count(2)


def test_a_known_company_is_chosen_and_its_open_case_told(screen: Screen):
    page = screen.page
    page.keyboard.type("㈜두번전화")
    page.keyboard.press("Enter")
    expect(page.locator("#company-new")).to_be_focused()
    page.locator("[name=rows-0-category]").select_option("FUNDS")
    page.locator("[name=rows-0-content]").fill("자금이 부족합니다")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(CASE)
    page.goto("/office/cases/new")
    page.keyboard.type("두번")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found input[type=radio]").first).to_be_focused()
    expect(page.locator("#found input[type=radio]").first).to_be_checked()
    expect(page.locator("#known")).to_contain_text("자금이 부족합니다")
    page.locator("[name=rows-0-category]").select_option("FUNDS")
    expect(page.locator("#known .notice")).to_contain_text("같은 분야 건이 진행 중입니다")
    screen.check("known company")


def test_enter_in_composition_never_sends(screen: Screen):
    page = screen.page
    page.evaluate(SUBMITS)
    page.locator("[name=caller]").focus()
    cdp = screen.context.new_cdp_session(page)
    caret = {"selectionStart": 1, "selectionEnd": 1}
    cdp.send("Input.imeSetComposition", {"text": "한", **caret})
    press(cdp, "Enter", 229)
    assert page.evaluate("window.sent") == 0
    assert page.url.endswith("/office/cases/new")
    cdp.send("Input.insertText", {"text": "한"})
    assert page.locator("[name=caller]").input_value() == "한"
    with page.expect_navigation():
        press(cdp, "Enter", 13)
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.locator("[name=caller]").input_value() == "한"


def test_enter_in_composition_stays_in_the_company_field(screen: Screen):
    page = screen.page
    cdp = screen.context.new_cdp_session(page)
    cdp.send("Input.imeSetComposition", {"text": "정", "selectionStart": 1, "selectionEnd": 1})
    press(cdp, "Enter", 229)
    assert focused(page) == "company_name"
    cdp.send("Input.insertText", {"text": "정밀"})
    expect(page.locator("#found")).to_contain_text("새 업체로 등록")
    press(cdp, "Enter", 13)
    assert focused(page) == "company_id"
    assert page.url.endswith("/office/cases/new")


def test_what_is_asked_while_typing_holds_no_personal_value(screen: Screen):
    page = screen.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[name=caller]").fill("한서윤")
    page.locator("[name=phone]").fill("010-2345-6789")
    with page.expect_request("**/office/companies/options"):
        page.locator("[name=company_name]").press_sequentially("010-2345")
    page.locator("[name=received]").fill("11.20 14:30")
    page.keyboard.press("Tab")
    expect(page.locator("#received-echo")).to_contain_text(re.compile(r"11\. 20\.\(.\) 14:30"))
    page.locator("[name=rows-0-category]").select_option("FUNDS")
    page.wait_for_load_state("networkidle")
    assert any("/office/cases/new/received?" in url for url in asked)
    for private in ("2345", "caller=", "phone=", "%ED%95%9C"):
        assert not any(private in url for url in asked), private
