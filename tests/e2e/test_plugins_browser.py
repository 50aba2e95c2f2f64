"""The admin's page of plugins, as looked at: plan first, switch, purge; on a desk and a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = min(p.stem for p in (Path(__file__).parents[2] / "tenants").glob("*.toml"))
PAGE = "/admin/plugins"


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def screen(browser: Browser, demo: DemoProcess, request: pytest.FixtureRequest) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""), phone=request.param)
    made.sign_in("admin", "sinmungo-demo")
    yield made
    made.close()


def card(page: Page, slug: str) -> str:
    return page.locator(f"#plugin-{slug}").inner_text()


def press(page: Page, name: str) -> None:
    page.locator(".submit-bar").get_by_role("button", name=name).click()
    page.wait_for_url(f"**{PAGE}")


def test_on_and_off_after_a_look_at_the_plan(screen: Screen):
    page = screen.page
    page.goto(PAGE)
    screen.check("plugins")
    optional = page.locator("#plugin-experts")
    optional.get_by_role("link", name=re.compile("켜기")).click()
    expect(page.locator("main")).to_contain_text("이렇게 바뀝니다")
    screen.check("plan of enabling")
    press(page, "켜기")
    expect(page.locator(".notice.success")).to_contain_text("켰습니다")
    assert "사용 중" in card(page, "experts")
    page.locator("#plugin-experts").get_by_role("link", name=re.compile("끄기")).click()
    expect(page.locator("main")).to_contain_text("자료는 남고")
    screen.check("plan of disabling")
    press(page, "끄기")
    assert "꺼짐" in card(page, "experts")
    screen.check("log")
    page.goto(f"{PAGE}/experts/purge")
    expect(page.locator("main")).to_contain_text("기본 기능이라 지울 수 없습니다")
    screen.check("a purge that is refused")
