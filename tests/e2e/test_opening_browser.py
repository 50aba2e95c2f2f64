"""The road to opening in a real browser: the one-time link, the checklist, the closed front door.

The city is made beside those of the demo, as an operator would, by the command line.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
PASSWORD = "gaon-haneul-2026"
TEMPLATE = """
[[people.departments]]
name = "기업지원과"
phone = "02-700-1000"
teams = ["기업SOS팀"]
"""


def environment(demo: DemoProcess) -> dict[str, str]:
    """Return the environment of the demo's web server: where its database is."""
    for pid in demo.family():
        text = Path(f"/proc/{pid}/environ").read_text("utf-8", errors="replace")
        found = dict(pair.split("=", 1) for pair in text.split("\0") if "=" in pair)
        if found.get("SINMUNGO_MIGRATOR_DSN"):
            return found
    raise AssertionError("the demo's web server was not found")


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def made(
    demo: DemoProcess, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Screen, str]]:
    """Return a window at a city that is still shut, and the first administrator's link."""
    slug = "phone-town" if request.param else "desk-town"
    template = tmp_path / "common"
    template.write_text(TEMPLATE, "utf-8")
    words = ["tenant", "add", slug, "새벽시", "--host", f"{slug}.localhost", "--admin", "chief"]
    done = subprocess.run(
        [sys.executable, "-m", "sinmungo.cli", *words, "--template", str(template)],
        env=environment(demo),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    link = re.search(r"^http://\S+$", done.stdout, re.MULTILINE)
    assert link is not None, done.stdout
    screen = Screen(browser, demo.url(slug, ""), phone=request.param)
    yield screen, link[0]
    screen.close()


def test_from_the_link_to_open_doors(made: tuple[Screen, str], tmp_path: Path):
    screen, link = made
    page = screen.page
    closed(screen)
    page.goto(link)
    screen.check("link")
    screen.picture(tmp_path / "link.png")
    page.locator("#f-password").fill("short")
    page.locator("#f-again").fill("short")
    page.get_by_role("button", name="정하고 시작하기").click()
    expect(page.locator("#error-summary")).to_contain_text("10자")
    screen.check("a bad password")
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#f-again").fill(PASSWORD)
    page.get_by_role("button", name="정하고 시작하기").click()
    page.wait_for_url("**/admin/opening**")
    expect(page.locator("main")).to_contain_text("꼭 필요한 것")
    screen.check("checklist")
    screen.picture(tmp_path / "checklist.png")
    assert page.get_by_role("button", name="개통").count() == 0
    page.goto(link)
    expect(page.locator("h1")).to_have_text("쓸 수 없는 링크")
    screen.console.clear()  # the answer 410 is noted as one
    screen.check("used up")
    screen.picture(tmp_path / "used.png")
    furnish(page)
    page.goto("/admin/opening")
    screen.picture(tmp_path / "ready.png")
    screen.check("ready")
    page.locator("[data-dialog=open-city]").click()
    page.locator("dialog").get_by_role("button", name="개통", exact=True).click()
    expect(page.locator("main .badge").first).to_have_text("개통함")
    screen.check("open")
    page.goto("/cases/file")
    expect(page.get_by_label("업체명")).to_be_visible()


def closed(screen: Screen) -> None:
    """A company finds a plain page, and no form."""
    screen.page.goto("/cases/file")
    expect(screen.page.locator("main")).to_contain_text("준비 중")
    screen.console.clear()  # the answer 503 is noted as one
    screen.check("closed")


def furnish(page: Page) -> None:
    """Do what the list asks for, with the keyboard's fields and buttons only."""
    page.goto("/admin/people/officers/new")
    page.locator("#f-name").fill("한소리")
    page.locator("#f-login").fill("intake")
    page.locator("#f-unit_id").select_option(label="기업지원과")
    page.locator("#f-title").fill("주무관")
    for role in ("접수담당", "처리담당"):
        page.locator("label", has_text=role).first.click()
    page.get_by_role("button", name="등록").click()
    expect(page.locator("h1")).to_contain_text("임시 비밀번호")
    page.goto("/admin/settings/cases")
    page.locator("[name=number_prefix]").fill("SB")
    page.get_by_role("button", name="바뀌는 것 보기").click()
    page.get_by_role("button", name="저장", exact=True).click()
    expect(page.locator("main")).to_contain_text("SB")
