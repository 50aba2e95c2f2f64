"""The operator's desk in a real Chromium: signing in with a second factor, and every screen."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sinmungo.platform_desk import totp
from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
PAGES = {
    "시·군": "/platform",
    "기능": "/platform/plugins",
    "판 올리기": "/platform/fleet",
    "보관": "/platform/archives",
    "작업": "/platform/jobs",
    "기록": "/platform/log",
    "내 비밀번호": "/platform/password",
}
_used: list[int] = []


def code(secret: str) -> str:
    """The next digits that serve: each serves once, and two sign-ins may fall into one step."""
    now = datetime.now(UTC)
    step = max([totp.step_at(now) - 1, *[s + 1 for s in _used]])
    _used.append(step)
    return totp.code_at(secret, now + timedelta(seconds=(step - totp.step_at(now)) * 30))


@pytest.fixture(params=["desk", "phone"])
def desk(browser: Browser, demo: DemoProcess, request: pytest.FixtureRequest) -> Iterator[Screen]:
    account = next(a for a in demo.accounts() if a["totp_secret"])
    made = Screen(browser, f"http://localhost:{demo.port}", phone=request.param == "phone")
    made.page.goto("/platform")
    expect(made.page).to_have_url(f"http://localhost:{demo.port}/platform/sign-in")
    made.check("sign in")
    made.page.get_by_label("아이디").fill(account["login"])
    made.page.get_by_label("비밀번호").fill(account["password"])
    made.page.get_by_label("인증번호").fill(code(account["totp_secret"]))
    made.page.get_by_role("button", name="로그인").click()
    made.page.wait_for_url("**/platform")
    yield made
    made.close()


def test_every_screen_of_the_desk(desk: Screen, demo: DemoProcess, request: pytest.FixtureRequest):
    pictures = os.environ.get("SINMUNGO_PICTURES")
    for title, path in PAGES.items():
        desk.page.goto(path)
        desk.check(path)
        expect(desk.page.locator("h1")).to_be_visible()
        if pictures:
            kind = request.node.callspec.params["desk"]
            desk.picture(Path(pictures) / f"{kind}-{path.rpartition('/')[2]}.png")
        assert title
    desk.page.goto("/platform")
    for account in demo.accounts():
        if account["slug"]:
            expect(desk.page.locator("tbody")).to_contain_text(account["slug"])
    slug = next(a["slug"] for a in demo.accounts() if a["slug"])
    desk.page.get_by_label("시·군 찾기").fill(slug)
    desk.page.get_by_label("시·군 찾기").press("Enter")
    desk.page.wait_for_url(f"**/platform?q={slug}*")
    expect(desk.page.locator("tbody tr")).to_have_count(1)
    desk.check("one city")
    desk.page.get_by_role("link", name="모두 보기").click()
    desk.page.get_by_label("차례").select_option("-cases")
    desk.page.get_by_role("button", name="찾기", exact=True).click()
    expect(desk.page.locator("th[aria-sort=descending]")).to_contain_text("이달 접수")
    desk.page.get_by_role("button", name="지금 다시 모으기").click()
    expect(desk.page.locator(".notice.success")).to_contain_text("다시 모았습니다")
    desk.page.get_by_role("button", name="로그아웃").click()
    desk.page.goto("/platform/jobs")
    expect(desk.page.get_by_role("heading", name="운영자 로그인")).to_be_visible()
