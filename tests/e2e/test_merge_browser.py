"""Two records of one company become one on the screens, and two again when that was wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = min(p.stem for p in (Path(__file__).parents[2] / "tenants").glob("*.toml"))
COMPANY = re.compile(r"/office/companies/[0-9a-f-]{36}($|\?)")
KEPT, TWIN = "누리봄정밀", "㈜누리봄 정밀공업"


@pytest.fixture
def screen(browser: Browser, demo: DemoProcess) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""))
    made.sign_in("intake", "sinmungo-demo")
    yield made
    made.close()


def add_company(page: Page, name: str, address: str) -> str:
    page.goto("/office/companies/new")
    page.locator("[name=name]").fill(name)
    page.locator("[name=address]").fill(address)
    page.get_by_role("button", name="저장").click()
    page.wait_for_url(COMPANY)
    return page.url.partition("?")[0]


def test_merged_and_undone(screen: Screen):
    page = screen.page
    kept = add_company(page, KEPT, "")
    twin = add_company(page, TWIN, "중앙로 77")

    page.goto(f"{kept}/merge")
    page.locator("[name=q]").fill("누리봄")
    page.get_by_role("button", name="찾기").click()
    screen.check("choose")
    page.get_by_role("link", name=re.compile("견주기.*" + re.escape(TWIN))).click()
    expect(page.locator("h1")).to_contain_text("업체 견주기")
    screen.check("compare")
    page.locator("#f-take-address-drop").check()
    page.get_by_role("button", name="합치기").click()

    page.wait_for_url(COMPANY)
    expect(page.locator("h1")).to_contain_text(KEPT)
    expect(page.locator("main")).to_contain_text("중앙로 77")
    page.goto(twin)
    expect(page.locator("h1")).to_contain_text(KEPT)

    page.goto("/office/companies/merges")
    screen.check("merges")
    row = page.get_by_role("row").filter(has_text=TWIN)
    expect(row).to_contain_text(KEPT)
    row.get_by_role("button", name="되돌리기").click()
    page.get_by_role("dialog").get_by_role("button", name="되돌리기").click()
    page.wait_for_url(COMPANY)
    page.goto("/office/companies/merges")
    expect(page.get_by_role("row").filter(has_text=TWIN)).to_contain_text("되돌림")
    page.goto(twin)
    expect(page.locator("h1")).to_contain_text(TWIN)
    expect(page.locator("main")).to_contain_text("중앙로 77")
    page.goto(kept)
    expect(page.locator("h1")).to_contain_text(KEPT)
    expect(page.locator("main")).not_to_contain_text("중앙로 77")


def test_on_a_phone(browser: Browser, demo: DemoProcess):
    screen = Screen(browser, demo.url(SLUG, ""), phone=True)
    try:
        screen.sign_in("intake", "sinmungo-demo")
        page = screen.page
        page.goto("/office/companies/duplicates")
        screen.check("duplicates")
        page.goto("/office/companies/merges")
        screen.check("merges")
    finally:
        screen.close()
