"""A consultation booked in a real browser: by a company on a phone, by the desk with the keyboard.

Runs in whichever city of this repository has consulting rooms in its demo.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess, cities_here

HERE = cities_here(Path(__file__).parents[2])
CITIES = [slug for slug, city in HERE.items() if "bookings" in city.get("demo", {})]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo"),
    pytest.mark.skipif(not CITIES, reason="no city of this deployment has consulting rooms"),
]


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def screen(browser: Browser, demo: DemoProcess, request: pytest.FixtureRequest) -> Iterator[Screen]:
    made = Screen(browser, demo.url(CITIES[0], ""), phone=request.param)
    yield made
    made.close()


def test_a_company_books_and_takes_back(screen: Screen):
    page = screen.page
    page.goto("/bookings")
    page.locator(".time-chips a").first.click()
    screen.check("times")
    page.get_by_role("link", name="다음 주 ›").click()
    page.locator("#times .time-chips a").last.click()
    page.get_by_label("업체명").fill("손으로만정밀")
    page.get_by_label("오시는 분").fill("한서윤")
    page.get_by_role("button", name="예약하기").click()
    expect(page.locator("#error-summary")).to_contain_text("전화번호")
    screen.check("what is wrong")
    assert page.get_by_label("업체명").input_value() == "손으로만정밀"
    page.get_by_label("연락받을 전화").fill("010-2345-6789")
    page.locator("label[for=f-consent]").click()
    page.get_by_role("button", name="예약하기").click()
    page.wait_for_url("**/bookings/done")
    screen.check("receipt")
    page.get_by_role("button", name="예약 확인").click()
    screen.check("followed")
    page.locator("[data-dialog=withdraw]").click()
    page.locator("dialog").get_by_role("button", name="예약 취소").click()
    expect(page.locator("main .badge").first).to_have_text("취소")
    screen.check("taken back")


def test_the_desk_books_from_the_grid_by_keyboard(screen: Screen):
    page = screen.page
    name = f"글판{(page.viewport_size or {})['width']}산업"
    screen.sign_in("intake", "sinmungo-demo")
    page.goto("/office/bookings")
    for _ in range(10):
        page.get_by_role("link", name="다음 날 ›").click()
        if page.locator(".room-grid .free").count():
            break
    screen.check("day")
    free = page.locator(".room-grid .free, .room-list .time-chips a").filter(visible=True).last
    free.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/bookings/new?**")
    screen.check("new")
    expect(page.get_by_label("업체", exact=False).first).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator("#company-new")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("[name=service_id]").press("ArrowDown")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/office/bookings?day=**")
    expect(page.locator(".notice.success")).to_contain_text("예약했습니다")
    booked = page.get_by_role("link", name=name).filter(visible=True).first
    booked.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    screen.check("booking")
