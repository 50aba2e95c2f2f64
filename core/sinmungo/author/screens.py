"""The plugin's screens in a real Chromium: axe, the console, foreign hosts, and a phone's width.

No server is started: the browser's requests are answered by the application in this process.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sinmungo.author.findings import Finding, Place
from sinmungo.author.trial import Trial

CHROMIUM = "/usr/bin/chromium-headless-shell"
_SIZES = {"a desk": (1366, 900), "a phone": (390, 844)}
_ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_HOPS = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}
_WIDE = "document.documentElement.scrollWidth > innerWidth"
_QUIET_MS, _QUIET_TIMES, _TRIES, _MOST = 30, 3, 400, 100
_REMEDY = "use the macros of macros/form.html, table.html and ui.html"


def why_not() -> str:
    """Return why the screens cannot be looked at here, or an empty text."""
    if not Path(_path()).is_file():
        return "크로미엄이 없습니다. CHROMIUM에 실행 파일의 경로를 적어 주세요"
    try:
        import axe_playwright_python.async_playwright
        import playwright.async_api  # noqa: F401 - whether it is there is the question
    except ImportError:
        return "pip install playwright axe-playwright-python 다음에 볼 수 있습니다"
    del axe_playwright_python
    return ""


def _path() -> str:
    return os.environ.get("CHROMIUM") or CHROMIUM


async def looked_at(trial: Trial) -> AsyncIterator[Finding]:
    """Show every page that opened, on a desk and on a phone."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_path(), args=list(_ARGS))
        seen: set[tuple[Place, str]] = set()
        try:
            for named, (width, height) in _SIZES.items():
                context = await browser.new_context(
                    viewport={"width": width, "height": height}, locale="ko-KR"
                )
                for address in sorted(trial.opened):
                    async for finding in _look(trial, context, address, named):
                        mark = finding.place, finding.what.replace(named, "")
                        if mark not in seen:
                            yield finding
                        seen.add(mark)
                await context.close()
        finally:
            await browser.close()


async def _look(trial: Trial, context: Any, address: str, named: str) -> AsyncIterator[Finding]:
    from axe_playwright_python.async_playwright import Axe

    page, base = await context.new_page(), f"http://{trial.city.hosts[0]}"
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    waiting = _waiting(page)
    await page.route("**/*", _answer(trial, said))
    await page.goto(base + address)
    await _settled(page, waiting)
    shown = _template(trial, address)
    for found in await _violations(page, Axe().axe_script, colours=named == "a desk"):
        part = found["nodes"][0]["html"]
        what = f"{address} on {named}: {found['id']}: {found['help']}: {part[:_MOST]}"
        yield Finding("screen", _written(trial, part) or shown, what, _REMEDY)
    if await page.evaluate(_WIDE):
        said.append("the page scrolls sideways")
    await page.close()
    for text in dict.fromkeys(said):
        first = text.partition(". ")[0]
        yield Finding("screen", shown, f"{address} on {named}: {first}", _REMEDY)


def _waiting(page: Any) -> set[Any]:
    """Return the requests of a page that are under way, kept up to date."""
    found: set[Any] = set()

    def begins(asked: Any) -> None:
        found.add(asked)

    def ends(asked: Any) -> None:
        found.discard(asked)

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)
    return found


async def _settled(page: Any, waiting: set[Any]) -> None:
    """Wait until nothing has been asked for during a moment: panels load by requests of their own.

    Playwright's own waiting for silence takes half a second each time.
    """
    await page.wait_for_load_state("load")
    quiet = 0
    for _ in range(_TRIES):
        await page.wait_for_timeout(_QUIET_MS)
        quiet = 0 if waiting else quiet + 1
        if quiet == _QUIET_TIMES:
            return


async def _violations(page: Any, script: str, *, colours: bool) -> list[dict[str, Any]]:
    """Return what axe finds; colours, the slowest, are the same on every width."""
    await page.evaluate(script)
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    found: dict[str, Any] = await page.evaluate("o => axe.run(document, o)", options)
    violations: list[dict[str, Any]] = found["violations"]
    return violations


def _written(trial: Trial, part: str) -> Place | None:
    """Return the line of a template that holds a part of a page as it stands."""
    for file in sorted(trial.project.package.rglob("*.html")):
        before, found, _ = file.read_text("utf-8").partition(part)
        if found:
            return Place(trial.project.shown(file), before.count("\n") + 1)
    return None


def _answer(trial: Trial, said: list[str]) -> Any:
    host = trial.city.hosts[0]

    async def answer(route: Any) -> None:
        parts = urlsplit(route.request.url)
        if parts.hostname != host:
            said.append(f"asks another host: {parts.hostname}")
            await route.abort()
            return
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        wanted = {k: v for k, v in route.request.headers.items() if k.startswith(("hx-", "accept"))}
        given = await trial.client.get(target, headers=wanted)
        headers = {k: v for k, v in given.headers.items() if k.lower() not in _HOPS}
        await route.fulfill(status=given.status_code, headers=headers, body=given.content)

    return answer


def _template(trial: Trial, address: str) -> Place:
    """Return the handler that shows an address: the nearest place that can be named."""
    depth = address.count("/")
    for route in trial.own:
        if route.method == "GET" and route.path.count("/") == depth:
            fixed = [p for p in route.path.split("/") if "{" not in p]
            if all(part in address.split("/") for part in fixed):
                return trial.sources.of(route.handler.fn)
    return trial.sources.start
