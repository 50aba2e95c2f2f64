"""Settings in a real browser: by keyboard, with preview, history, and two admins at once."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

TENANTS = Path(__file__).parents[2] / "tenants"
SLUG = next((p.stem for p in sorted(TENANTS.glob("*.toml"))), "")
ROOT = "/admin/settings"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo"),
    pytest.mark.skipif(not SLUG, reason="no city in this deployment"),
]


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def screen(browser: Browser, demo: DemoProcess, request: pytest.FixtureRequest) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""), phone=request.param)
    made.sign_in("admin", "sinmungo-demo")
    yield made
    made.close()


@pytest.fixture
def desk(browser: Browser, demo: DemoProcess) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""))
    made.sign_in("admin", "sinmungo-demo")
    yield made
    made.close()


def red(width: int, height: int) -> bytes:
    """Return a PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    lines = (b"\0" + b"\xb4\x1e\x32" * width) * height
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_every_page_of_settings_is_sound(screen: Screen):
    page = screen.page
    page.goto(ROOT)
    screen.check("index")
    links = page.locator("main .setting-list a[href^='/admin/settings/']")
    paths = [link.get_attribute("href") or "" for link in links.all()]
    assert {f"{ROOT}/city", f"{ROOT}/cases-messages-en"} <= {*paths}
    same = {f"{ROOT}/cases-messages-{language}" for language in ("zh", "vi")}
    further = ["/admin/retention", "/admin/retention/of/cases.person", "/admin/people/sign-on"]
    for path in [path for path in (*paths, *further) if path not in same]:
        page.goto(path)
        screen.check(path)


def test_a_setting_is_changed_by_keyboard_and_taken_back(screen: Screen):
    page = screen.page
    days = "21" if (page.viewport_size or {})["width"] > 1000 else "22"
    page.goto(f"{ROOT}/visits")
    field = page.get_by_label("다시 방문할 때 알릴 기간")
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("999")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_contain_text("0부터 365까지")
    screen.check("what is wrong")
    field = page.get_by_label("다시 방문할 때 알릴 기간")
    assert field.input_value() == "999"
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(days)
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text(f"{days}일")
    screen.check("preview")
    page.locator("#preview").get_by_role("button", name="저장").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("저장했습니다")
    page.get_by_role("link", name="바뀐 기록").click()
    screen.check("history")
    page.get_by_role("button", name="앞의 값으로 되돌리기").first.click()
    expect(page.locator("#preview")).to_contain_text(f"{days}일")
    page.locator("#preview").get_by_role("button", name="저장").click()
    expect(page.locator("main")).to_contain_text("저장했습니다")
    assert page.get_by_label("다시 방문할 때 알릴 기간").input_value() == "30"


def test_a_logo_stands_in_the_head_of_every_page(desk: Screen):
    page = desk.page
    page.goto(f"{ROOT}/city/logo")
    desk.check("no logo yet, or the last one")
    picture = {"name": "logo.png", "mimeType": "image/png", "buffer": red(96, 64)}
    page.get_by_label("그림 파일").set_input_files(picture)  # type: ignore[arg-type]
    page.get_by_role("button", name="올리기").click()
    expect(page.locator(".brand-logo")).to_be_visible()
    desk.check("with a logo")
    page.goto("/")
    expect(page.locator(".brand-logo")).to_be_visible()
    desk.check("portal")
    page.goto(f"{ROOT}/city/logo")
    page.locator("[data-dialog=drop-logo]").click()
    page.locator("dialog").get_by_role("button", name="로고 빼기").click()
    expect(page.locator(".brand-logo")).to_have_count(0)


def test_a_channel_is_switched_off_and_on(desk: Screen):
    page = desk.page
    page.goto(f"{ROOT}/cases-channels")
    for word in ("켬 → 끔", "끔 → 켬"):
        old, new = word.split(" → ")
        page.locator("tr", has_text="박람회").locator("label").click()
        page.get_by_role("button", name="바뀌는 것 보기").click()
        row = page.locator("#preview tr", has_text="박람회")
        expect(row).to_contain_text(old)
        expect(row).to_contain_text(new)
        desk.check("preview of a channel")
        page.locator("#preview").get_by_role("button", name="저장").click()
        expect(page.locator("main")).to_contain_text("저장했습니다")


def test_a_day_off_is_seen_before_it_is_saved_and_comes_back(desk: Screen):
    page = desk.page
    page.goto("/admin/cases/holidays")
    page.get_by_label("임시공휴일").fill("2027.11.12")
    page.get_by_label("이름").fill("시험 휴일")
    page.get_by_role("button", name="바뀌는 것 보기").click()
    expect(page.locator("#preview")).to_contain_text("2027. 11. 12.(금) 시험 휴일: 휴일로 정합니다")
    desk.check("preview of a day off")
    page.locator("#preview").get_by_role("button", name="저장").click()
    row = page.locator("tr", has_text="시험 휴일")
    expect(row).to_contain_text("우리 시 휴일")
    row.get_by_role("button", name="되돌리기").click()
    page.locator("#preview").get_by_role("button", name="저장").click()
    expect(page.locator("tr", has_text="시험 휴일")).to_have_count(0)
    page.get_by_role("link", name="바뀐 기록").click()
    page.get_by_role("button", name="앞의 값으로 되돌리기").first.click()
    expect(page.locator("#preview")).to_contain_text("2027. 11. 12.(금) 쉬는 날 시험 휴일")
