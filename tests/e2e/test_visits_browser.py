"""A journal written in the field with one thumb, a lost connection, rows from a spreadsheet."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.testing.browser import DESK, PHONE, Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = min(p.stem for p in (Path(__file__).parents[2] / "tenants").glob("*.toml"))
VISIT = re.compile(r"/office/visits/[0-9a-f-]{36}")
NARROW = {"width": 360, "height": 740}
LEAST = 44
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const target = document.querySelector(selector);
  target.focus();
  const how = {clipboardData: data, bubbles: true, cancelable: true};
  target.dispatchEvent(new ClipboardEvent("paste", how));
}"""
SMALL = """(least) => [...document.querySelectorAll(
    ".field-form :is(input:not([type=hidden]), select, textarea, button, summary)")]
  .filter((e) => e.offsetParent && !e.classList.contains("sr-only"))
  .map((e) => [e.name || e.textContent.trim(), (e.type === "checkbox" || e.type === "radio"
    ? e.closest(".krds-form-check") : e).getBoundingClientRect()])
  .filter(([, r]) => r.height < least - 0.5).map(([name, r]) => `${name}: ${r.height}`)"""


@pytest.fixture
def desk(browser: Browser, demo: DemoProcess) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""))
    made.sign_in("intake", "sinmungo-demo")
    yield made
    made.close()


@pytest.fixture
def phone(browser: Browser, demo: DemoProcess) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""), phone=True)
    made.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    made.sign_in("intake", "sinmungo-demo")
    yield made
    made.close()


def new_company(page: Page, name: str) -> None:
    page.locator("[name=company_name]").fill(name)
    expect(page.locator("#found")).to_contain_text("새 업체로 등록")


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "Object.keys(localStorage).filter((k) => k.startsWith('draft:'))"
    )
    return found


def test_a_visit_is_recorded_with_one_thumb(phone: Screen):
    page = phone.page
    page.goto("/office/visits/record")
    assert page.evaluate(SMALL, LEAST) == []
    phone.check("empty journal on a phone")
    new_company(page, "㈜한손정밀")
    page.locator("[name=started]").fill("오후 2시")
    page.locator("[name=items-0-category]").select_option("INFRA")
    page.locator("[name=items-0-content]").fill("공장 앞 도로가 파였습니다")
    page.locator("[name=items-0-outcome]").select_option("ON_SITE")
    page.locator("[name=items-0-answer]").fill("이번 주에 고칩니다")
    page.get_by_role("button", name="+ 애로 한 건 더").click()
    page.locator("[name=items-1-category]").select_option("FUNDS")
    page.locator("[name=items-1-content]").fill("운전자금이 모자랍니다")
    page.locator("[name=people-0-name]").fill("한서윤")
    page.locator("[name=people-0-title]").fill("이사")
    phone.check("filled journal on a phone")
    expect(page.locator("[data-draft-told]")).to_contain_text("이 기기에 임시로 보관")
    page.locator(".submit-bar").get_by_role("button", name="저장").click()
    page.wait_for_url(VISIT)
    expect(page.locator(".notice.success")).to_contain_text(
        re.compile(r"V-\d{4}-\d{4} 방문을 기록했습니다\. 애로 2건\(현장해결 1, 미분류 1\)")
    )
    expect(page.locator("main")).to_contain_text("한서윤 이사")
    assert kept(page) == []
    phone.check("visit on a phone")


def test_a_lost_connection_loses_nothing(phone: Screen):
    page = phone.page
    page.goto("/office/visits/record")
    new_company(page, "㈜끊긴산업")
    page.locator("[name=items-0-content]").fill("전기가 자주 나갑니다")
    page.get_by_role("button", name="+ 애로 한 건 더").click()
    page.locator("[name=items-1-content]").fill("물이 샙니다")
    page.locator("[name=items-1-category]").select_option("INFRA")
    expect(page.locator("[data-draft-told]")).to_contain_text("보관")
    phone.context.set_offline(True)
    page.locator(".submit-bar").get_by_role("button", name="저장").click()
    expect(page.locator("[data-draft-told]")).to_contain_text("연결이 끊겨 있습니다")
    phone.context.set_offline(False)
    page.goto("/office/visits")
    page.goto("/office/visits/record")
    expect(page.locator("[name=items-0-content]")).to_have_value("")
    page.get_by_role("button", name="불러오기").click()
    expect(page.locator("[name=company_name]")).to_have_value("㈜끊긴산업")
    expect(page.locator("[name=items-0-content]")).to_have_value("전기가 자주 나갑니다")
    expect(page.locator("[name=items-1-content]")).to_have_value("물이 샙니다")
    expect(page.locator("[name=items-1-category]")).to_have_value("INFRA")
    page.locator("[name=items-0-category]").select_option("ETC")
    page.locator(".submit-bar").get_by_role("button", name="저장").click()
    page.wait_for_url(VISIT)
    expect(page.locator(".notice.success")).to_contain_text("애로 2건")
    assert kept(page) == []
    phone.console.clear()  # the browser notes what it could not load while it was offline


def test_rows_from_a_spreadsheet_become_rows(desk: Screen):
    page = desk.page
    page.goto("/office/visits/record")
    text = '분야\t내용\t처리\n자금\t"두 줄로\n적힌 내용"\t즉시처리\n없는분야\t도로\t미분류\n'
    page.evaluate(PASTE, ["[name=items-0-category]", text])
    expect(page.locator("[data-grid-told=items]")).to_contain_text("2줄을 붙여 넣었습니다.")
    expect(page.locator("[name=items-0-category]")).to_have_value("FUNDS")
    expect(page.locator("[name=items-0-content]")).to_have_value("두 줄로\n적힌 내용")
    expect(page.locator("[name=items-0-outcome]")).to_have_value("HANDLED")
    expect(page.locator("[name=items-1-content]")).to_have_value("도로")
    expect(page.locator("tr", has=page.locator("[name=items-1-category]"))).to_contain_text(
        "‘없는분야’은(는) 목록에 없습니다."
    )
    desk.check("pasted rows")
    page.get_by_role("button", name="붙여넣기 되돌리기").click()
    expect(page.locator("[name=items-0-content]")).to_have_value("")
    expect(page.locator("[name=items-1-content]")).to_have_count(0)


def test_rows_are_pasted_into_the_intake_too(desk: Screen):
    page = desk.page
    page.goto("/office/cases/new")
    page.evaluate(
        PASTE, ["[name=rows-0-category]", "자금\t돈이 모자랍니다\n판로·마케팅\t팔 곳이 없습니다"]
    )
    expect(page.locator("[name=rows-0-category]")).to_have_value("FUNDS")
    expect(page.locator("[name=rows-1-category]")).to_have_value("MARKET")
    expect(page.locator("[name=rows-1-content]")).to_have_value("팔 곳이 없습니다")
    page.evaluate(PASTE, ["[name=rows-0-content]", "한 칸에 적는 글"])
    expect(page.locator("[name=rows-1-content]")).to_have_value("팔 곳이 없습니다")
    desk.check("pasted into the intake")
    page.evaluate(PASTE, ["[name=rows-0-category]", "없는분야\t도로가 좁습니다"])
    expect(page.locator("main")).to_contain_text("‘없는분야’은(는) 목록에 없습니다.")
    page.locator("[name=rows-0-category]").press("ArrowDown")
    expect(page.locator("main")).not_to_contain_text("목록에 없습니다.")
    page.get_by_role("button", name="붙여넣기 되돌리기").click()
    expect(page.locator("[name=rows-0-category]")).to_have_value("FUNDS")
    expect(page.locator("[name=rows-0-content]")).to_have_value("돈이 모자랍니다")


def test_the_months_the_book_and_whom_to_visit(desk: Screen, phone: Screen):
    for screen in (desk, phone):
        for path in ("", "/targets", "/ledger", "/new"):
            screen.page.goto(f"/office/visits{path}")
            screen.check(path)
    page = desk.page
    page.goto("/office/visits/ledger")
    page.locator(".stats a", has_text="접수한 애로").click()
    expect(page.get_by_role("heading", name="방문에서 찾은 애로")).to_be_visible()
    desk.check("rows of the book")


def delegation_city() -> str | None:
    """Return the city whose plugin has the joint delegation, None where it is not installed."""
    return "daegu" if (Path(__file__).parents[2] / "plugins" / "daegu").is_dir() else None


@pytest.mark.skipif(delegation_city() is None, reason="the city's plugin is not here")
def test_as06_on_the_screen(browser: Browser, demo: DemoProcess):
    screen = Screen(browser, demo.url(str(delegation_city()), ""))
    try:
        screen.sign_in("intake", "sinmungo-demo")
        _as06(screen)
    finally:
        screen.close()


def _as06(screen: Screen) -> None:
    page: Any = screen.page
    page.goto("/office/daegu/delegation?last=2021-06-30")
    main = page.locator("main")
    expect(main).to_contain_text("접수 53 = 26 + 20 + 7")
    for share in ("49.1%", "37.7%", "13.2%"):
        expect(main).to_contain_text(share)
    expect(
        page.locator("table", has_text="중앙부처에 건의한 과제").locator("tbody tr")
    ).to_have_count(7)
    expect(page.locator("table", has_text="회차별 현황").locator("tbody tr")).to_have_count(17)
    screen.check("joint delegation")
    page.set_viewport_size(PHONE)
    screen.check("joint delegation on a phone")
    page.set_viewport_size(DESK)
    page.get_by_role("link", name=re.compile("섬유협동조합")).click()
    expect(page.locator("table", has_text="회차별 현황").locator("tbody tr")).to_have_count(6)
    page.goto("/office/daegu/delegation?last=2021-06-30")
    page.locator(".stats a", has_text="중앙부처 건의").click()
    expect(page.locator("tbody tr")).to_have_count(7)
    page.locator("tbody tr a").first.click()
    expect(page.locator("main")).to_contain_text("상급·중앙 건의 중")
