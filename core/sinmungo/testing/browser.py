"""A real Chromium that notices what a person would complain about.

Every `Screen` collects console errors and requests to other hosts; `check()` fails on either, on an
accessibility finding of axe, and on a page that scrolls sideways.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium-headless-shell"
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESK = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
# The slowest rule by far; a phone shows the colours of the desk, where it is asked.
_PHONE_RULES = {"color-contrast": {"enabled": False}}
REFUSED_FORM = "status of 422"  # Chromium notes the answer to a form with errors; it is no fault


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


class Screen:
    """One browser window of one person."""

    def __init__(self, browser: Browser, base: str, *, phone: bool = False) -> None:
        size: Any = PHONE if phone else DESK
        self._rules = _PHONE_RULES if phone else {}
        self.context = browser.new_context(viewport=size, locale="ko-KR", base_url=base)
        self.page: Page = self.context.new_page()
        self.host = urlsplit(base).hostname
        self.console: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and REFUSED_FORM not in message.text:
            self.console.append(message.text)

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname != self.host:
            self.foreign.append(request.url)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in on the office's page."""
        self.page.goto("/office/people/sign-in")
        self.page.get_by_label("아이디").fill(login)
        self.page.get_by_label("비밀번호").fill(password)
        self.page.get_by_role("button", name="로그인").click()
        self.page.wait_for_url("**/office/cases**")

    def check(self, name: str = "") -> None:
        """Fail on console errors, foreign requests, axe findings or sideways scrolling."""
        self.page.wait_for_load_state("networkidle")
        heard = list(self.console)
        found = Axe().run(self.page, options={"resultTypes": ["violations"], "rules": self._rules})
        assert heard == [], (name, heard)
        assert self.foreign == [], (name, self.foreign)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        too_wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not too_wide, f"{name}: scrolls sideways"

    def picture(self, file: Path) -> None:
        """Take a picture of the whole page."""
        self.page.screenshot(path=file, full_page=True)

    def close(self) -> None:
        """Close the window."""
        self.context.close()
