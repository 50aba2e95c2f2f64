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

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

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
_SCRIPT = Axe().axe_script
# Contrast is the slowest rule by far: it is asked of the desk only, whose colours a phone shows
# too, and of no more than a dozen rows of a table, since the others are made of the same parts.
_RUN = """async (colours) => {
  const all = {resultTypes: ["violations"], rules: {"color-contrast": {enabled: false}}};
  const rows = {exclude: [["tbody tr:nth-child(n+13)"]]};
  const only = {resultTypes: ["violations"], runOnly: ["color-contrast"]};
  const found = await axe.run(document, all);
  const more = colours ? (await axe.run(rows, only)).violations : [];
  return {url: found.url, violations: [...found.violations, ...more]};
}"""
_QUIET_MS, _QUIET_TIMES, _TRIES = 30, 3, 400
_PATIENCE_MS = 20_000
_SESSIONS: dict[tuple[str, str], Any] = {}
REFUSED_FORM = "status of 422"  # Chromium notes the answer to a form with errors; it is no fault


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium and end it."""
    expect.set_options(timeout=_PATIENCE_MS)  # a busy machine is slow, not wrong
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
        self.context = browser.new_context(viewport=size, locale="ko-KR", base_url=base)
        self.page: Page = self.context.new_page()
        self.base, self.host = base, urlsplit(base).hostname
        self.console: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", self._asked)
        self._open: set[Any] = set()
        self.page.on("requestfinished", self._answered)
        self.page.on("requestfailed", self._answered)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and REFUSED_FORM not in message.text:
            self.console.append(message.text)

    def _answered(self, request: Any) -> None:
        self._open.discard(request)

    def _asked(self, request: Any) -> None:
        self._open.add(request)
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname != self.host:
            self.foreign.append(request.url)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in on the office's page; whoever did so before here comes with that session."""
        if cookies := _SESSIONS.get((self.base, login)):
            self.context.add_cookies(cookies)
            return
        self.page.goto("/office/people/sign-in")
        self.page.get_by_label("아이디").fill(login)
        self.page.get_by_label("비밀번호").fill(password)
        self.page.get_by_role("button", name="로그인").click()
        self.page.wait_for_url("**/office/cases**")
        _SESSIONS[self.base, login] = self.context.cookies()

    def settle(self) -> None:
        """Wait until the page and the panels that it asks for are there."""
        self.page.wait_for_load_state("load")
        quiet = 0
        for _ in range(_TRIES):
            self.page.wait_for_timeout(_QUIET_MS)
            quiet = 0 if self._open else quiet + 1
            if quiet == _QUIET_TIMES:
                return
        raise AssertionError([request.url for request in self._open])

    def _axe(self) -> AxeResults:
        if not self.page.evaluate("!!window.axe"):
            self.page.evaluate(_SCRIPT)
        wide = (self.page.viewport_size or DESK)["width"] >= DESK["width"]
        return AxeResults(self.page.evaluate(_RUN, wide))

    def check(self, name: str = "") -> None:
        """Fail on console errors, foreign requests, axe findings or sideways scrolling."""
        self.settle()
        assert self.console == [], (name, self.console)
        assert self.foreign == [], (name, self.foreign)
        found = self._axe()
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        too_wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not too_wide, f"{name}: scrolls sideways"

    def picture(self, file: Path) -> None:
        """Take a picture of the whole page."""
        self.page.screenshot(path=file, full_page=True)

    def close(self) -> None:
        """Close the window."""
        self.context.close()
