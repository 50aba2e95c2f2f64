"""The plugin's screens in a real Chromium: axe, the console, foreign hosts, and a phone's width.

No server is started: the browser's requests are answered by the application in this process.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sinmungo.author.findings import Finding
from sinmungo.author.trial import Trial

CHROMIUM = "/usr/bin/chromium-headless-shell"
_SIZES = {"a desk": (1366, 900), "a phone": (390, 844)}
_ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_HOPS = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}
_WIDE = "document.documentElement.scrollWidth > innerWidth"
_REMEDY = "use the macros of macros/form.html, table.html and ui.html"


def why_not() -> str:
    """Return why the screens cannot be looked at here, or an empty text."""
    if not Path(_path()).is_file():
        return "no Chromium here; set CHROMIUM to its path"
    try:
        import axe_playwright_python.async_playwright
        import playwright.async_api  # noqa: F401 - whether it is there is the question
    except ImportError:
        return "playwright and axe-playwright-python are not installed"
    del axe_playwright_python
    return ""


def _path() -> str:
    return os.environ.get("CHROMIUM") or CHROMIUM


async def looked_at(trial: Trial) -> AsyncIterator[Finding]:
    """Show every page that opened, on a desk and on a phone."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_path(), args=list(_ARGS))
        try:
            for named, (width, height) in _SIZES.items():
                context = await browser.new_context(
                    viewport={"width": width, "height": height}, locale="ko-KR"
                )
                for address in sorted(trial.opened):
                    async for finding in _look(trial, context, address, named):
                        yield finding
                await context.close()
        finally:
            await browser.close()


async def _look(trial: Trial, context: Any, address: str, named: str) -> AsyncIterator[Finding]:
    from axe_playwright_python.async_playwright import Axe

    page, base = await context.new_page(), f"http://{trial.city.hosts[0]}"
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.route("**/*", _answer(trial, said))
    await page.goto(base + address)
    await page.wait_for_load_state("networkidle")
    found = await Axe().run(page, options={"resultTypes": ["violations"]})
    said += [f"{v['id']}: {v['help']}" for v in found.response["violations"]]
    if await page.evaluate(_WIDE):
        said.append("the page scrolls sideways")
    await page.close()
    for text in dict.fromkeys(said):
        what = f"{address} on {named}: {text}"
        yield Finding("screen", _template(trial, address), what, _REMEDY)


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


def _template(trial: Trial, address: str) -> Any:
    """Return the handler that shows an address: the nearest place that can be named."""
    depth = address.count("/")
    for route in trial.own:
        if route.method == "GET" and route.path.count("/") == depth:
            fixed = [p for p in route.path.split("/") if "{" not in p]
            if all(part in address.split("/") for part in fixed):
                return trial.sources.of(route.handler.fn)
    return trial.sources.start
