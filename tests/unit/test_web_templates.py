"""The look, opened in a real browser: sample pages on every layout, at desk and phone widths.

Screenshots go to pytest's temporary folder, or to the folder named by SINMUNGO_SCREENSHOTS.
"""

import json
import os
import threading
from collections.abc import Iterator
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

from sinmungo import clock
from sinmungo.host.host import Host
from sinmungo.web import charts
from sinmungo.web.look import known_look
from sinmungo.web.render import Renderer
from sinmungo.web.statics import STATIC_DIR

FIXTURES = Path(__file__).parents[1] / "fixtures" / "pages"
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'none'"
)
CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
BROKEN_PANEL = "500 (Internal Server Error)"
PAGES = [
    "portal_front", "portal_home", "office_list", "office_case", "office_report",
    "office_intake", "sign_in", "error",
]  # fmt: skip
SAMPLE: dict[str, Any] = json.loads((FIXTURES / "sample.json").read_bytes())


def _row(i: int) -> dict[str, str]:
    level = "late" if i < 3 else "today" if i < 7 else "soon" if i < 14 else "ok"
    left = i - 3 if i < 3 else 0 if i < 7 else (i - 3) // 3
    status, tone = SAMPLE["states"][i % 4]
    return {
        "level": level,
        "dday": f"D{-left:+d}" if left else "D-day",
        "no": f"AA-2026-{i * 7 + 101:06d}",
        "company": SAMPLE["companies"][i % 5],
        "category": SAMPLE["categories"][i % 6],
        "gist": SAMPLE["gists"][i % 5],
        "status": status,
        "tone": tone,
        "waits": SAMPLE["waits"][i % 4],
        "due": f"11. {19 + i % 11}.",
        "who": "박도윤 주무관",
    }


def _charts() -> dict[str, Any]:
    names = SAMPLE["categories"]
    data = [
        charts.Datum(name, n, f"/office?c={n}")
        for name, n in zip(names, SAMPLE["registered"], strict=True)
    ]
    layers = [charts.Series(k, v, ["/office?s=a"] * 6) for k, v in SAMPLE["layers"].items()]
    months = [charts.Series(name, values) for name, values in SAMPLE["months"].items()]
    return {
        "plain": charts.bars(data),
        "stacked": charts.stacked(names, layers),
        "trend": charts.line([f"{m}월" for m in range(1, 13)], months),
        "ring": charts.donut([charts.Datum(k, n) for k, n in SAMPLE["dispositions"].items()]),
    }


def _menu(items: list[dict[str, str]], page: str) -> list[dict[str, Any]]:
    return [{**item, "current": item["page"] == page} for item in items]


def _context(name: str) -> dict[str, Any]:
    office = name.startswith("office")
    groups = [{**g, "items": _menu(g["items"], name)} for g in SAMPLE["menu"]]
    saved = SimpleNamespace(kind="success", text="AA-2026-000123을 접수했습니다.")
    return {
        "city": None if name == "error" else SimpleNamespace(name="한별시", service_name="기업SOS"),
        "city_look": known_look(None),
        "user": SimpleNamespace(name="박도윤", post="주무관") if office else None,
        "menu": groups if office else (),
        "portal_menu": _menu(SAMPLE["portal_menu"], name),
        "csrf_token": "token",
        "path": "/",
        "notice": saved if name == "office_case" else None,
        "help_href": "/help",
        "now": clock.now(),
        "today": clock.today(),
        "errors": SAMPLE["errors"] if name == "portal_home" else {},
        "categories": [(c, c) for c in SAMPLE["categories"]],
        "rows": [_row(i) for i in range(40)],
        "columns": SAMPLE["report_columns" if name == "office_report" else "list_columns"],
        "report": SAMPLE["report"],
        "totals": [sum(n) for n in zip(*(r["numbers"] for r in SAMPLE["report"]), strict=True)],
        "status": 404,
        "message": "찾으시는 화면이 없습니다.",
        "error_no": "20261122-7F3A",
        **_charts(),
    }


@cache
def _environment() -> Any:
    return Renderer(Host((), (), ()), [FIXTURES])._env


@cache
def _render(name: str) -> str:
    env = _environment()
    template = "layout/plain.html" if name == "error" else f"{name}.html"
    return env.get_template(template).render(_context(name))


class _Handler(BaseHTTPRequestHandler):
    pages: dict[str, str]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            file = STATIC_DIR / path.removeprefix("/static/")
            kind = TYPES.get(file.suffix, "font/woff2")
            self._send(200, file.read_bytes(), kind)
        elif path == "/panel/ok":
            self._send(200, "<p>지난 건 3건 모두 답변하였습니다.</p>".encode())
        elif path in self.pages:
            self._send(200, self.pages[path].encode())
        else:
            self._send(500, "<h1>통째로 끼어들면 안 되는 오류 화면</h1>".encode())

    def _send(self, status: int, body: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-security-policy", CSP)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: pytest shows what matters."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"pages": {f"/{n}": _render(n) for n in PAGES}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


class Visit:
    """A browser context that notes whatever should not happen."""

    def __init__(self, browser: Browser, site: str, width: int, *, script: bool = True) -> None:
        self.site = site
        self.foreign: list[str] = []
        self.console: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 768}, java_script_enabled=script
        )
        self.context.route("**/*", self._note)

    def _note(self, route: Route) -> None:
        if not route.request.url.startswith((self.site, "data:")):
            self.foreign.append(route.request.url)
        route.continue_()

    def open(self, name: str) -> Page:
        page = self.context.new_page()
        page.on("console", lambda m: self.console.append(m.text) if m.type != "log" else None)
        page.on("pageerror", lambda e: self.console.append(str(e)))
        page.goto(f"{self.site}/{name}", wait_until="networkidle")
        return page

    def check(self) -> None:
        assert self.foreign == []
        assert [line for line in self.console if BROKEN_PANEL not in line] == []


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[partial[Visit]]:
    opened: list[Visit] = []

    def start(width: int = 1366, *, script: bool = True) -> Visit:
        opened.append(Visit(browser, site, width, script=script))
        return opened[-1]

    yield partial(start)
    for one in opened:
        one.context.close()


def _overflow(page: Page) -> int:
    return cast("int", page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def _shoot(page: Page, tmp_path: Path, name: str, width: int) -> None:
    folder = Path(os.environ.get("SINMUNGO_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_quiet(visit: Any, tmp_path: Path, name: str, width: int) -> None:
    here: Visit = visit(width)
    page = here.open(name)
    _shoot(page, tmp_path, name, width)
    faces = "[...document.fonts].filter(f => f.status !== 'unloaded').map(f => f.status)"
    assert set(page.evaluate(faces)) == {"loaded"}
    here.check()
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found] == []
    assert _overflow(page) <= 0
    page.set_viewport_size({"width": 360, "height": 640})
    assert _overflow(page) <= 0


@pytest.mark.browser
def test_works_without_script(visit: Any) -> None:
    page = visit(390, script=False).open("office_case")
    assert page.get_by_role("link", name="이 업체의 지난 건 보기").is_visible()
    assert page.get_by_role("navigation", name="주 메뉴").is_visible()
    assert page.get_by_role("button", name="확인").is_visible()


@pytest.mark.browser
def test_forty_rows_fit_at_28_pixels(visit: Any) -> None:
    page = visit().open("office_list")
    heights = page.eval_on_selector_all("tbody tr", "rows => rows.map(r => r.offsetHeight)")
    assert len(heights) == 40
    assert max(heights) <= 29
    page.get_by_role("button", name="넓게 보기").click()
    page.reload()
    assert page.evaluate("document.querySelector('tbody tr').offsetHeight") > 30


@pytest.mark.browser
def test_errors_are_tied_to_fields_and_take_the_focus(visit: Any) -> None:
    page = visit().open("portal_home")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.get_by_role("link", name="연락처를 적어 주세요.").click()
    field = page.get_by_role("textbox", name="연락처")
    assert field.evaluate("e => e === document.activeElement")
    assert field.get_attribute("aria-invalid") == "true"
    note = field.get_attribute("aria-describedby")
    assert page.locator(f"#{note}").inner_text() == "연락처를 적어 주세요."


@pytest.mark.browser
def test_enter_that_ends_a_syllable_does_not_submit(visit: Any) -> None:
    page = visit().open("sign_in")
    page.evaluate("void (document.forms[0].onsubmit = () => { window.sent = true; return false })")
    page.focus("#f-login")
    what = "{key: 'Enter', isComposing: %s, bubbles: true, cancelable: true}"
    held = f"!document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {what}))"
    assert page.evaluate(held % "true")
    assert not page.evaluate(held % "false")
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "가", "selectionStart": 1, "selectionEnd": 1})
    client.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "windowsVirtualKeyCode": 229}
    )
    assert page.evaluate("window.sent") is None
    client.send("Input.insertText", {"text": "가"})
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") is True


@pytest.mark.browser
def test_rows_are_added_and_removed(visit: Any) -> None:
    page = visit().open("office_intake")
    page.get_by_role("button", name="+ 한 줄 더").click()
    page.get_by_role("button", name="+ 한 줄 더").click()
    assert page.evaluate("document.activeElement.name") == "rows-2-category"
    page.locator("#rows tbody tr").nth(1).get_by_role("button", name="지우기").click()
    names = page.eval_on_selector_all("#rows tbody input", "all => all.map(e => e.name)")
    assert names == ["rows-0-category", "rows-0-content", "rows-2-category", "rows-2-content"]


@pytest.mark.browser
def test_leaving_with_unsaved_input_asks(visit: Any) -> None:
    page = visit().open("office_case")
    asked = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.get_by_role("link", name="기업 찾기").click()
    assert asked == []
    page.goto(f"{page.url.rsplit('/office', 1)[0]}/office_case")
    page.get_by_label("메모").fill("회신 받음")
    page.get_by_role("link", name="기업 찾기").click()
    page.wait_for_url("**/office/companies")
    assert asked == ["beforeunload"]


@pytest.mark.browser
def test_panels_load_alone_and_a_broken_one_says_so(visit: Any) -> None:
    here: Visit = visit()
    page = here.open("office_case")
    assert "지난 건 3건" in page.locator("#panel-history").inner_text()
    broken = page.locator("#panel-broken").inner_text()
    assert "불러오지 못했습니다" in broken
    assert "밀착관리 보기" in broken
    assert "통째로" not in page.content()
    toast = page.locator("#live")
    page.evaluate("htmx.ajax('GET', '/panel/broken', '#main')")
    toast.get_by_text("불러오지 못했습니다").wait_for()
    assert "통째로" not in page.content()


@pytest.mark.browser
def test_a_question_comes_before_the_act(visit: Any) -> None:
    page = visit().open("office_case")
    assert page.locator("dialog").is_hidden()
    page.get_by_role("button", name="종결").click()
    assert page.locator("dialog").is_visible()
    page.get_by_role("button", name="취소").click()
    assert page.locator("dialog").is_hidden()


@pytest.mark.browser
def test_htmx_requests_carry_the_token_and_fill_their_place(visit: Any) -> None:
    page = visit().open("office_intake")
    with page.expect_request("**/panel/ok*") as asked:
        page.get_by_label("업체").press_sequentially("ㄱㅇ")
    assert asked.value.all_headers()["x-csrftoken"] == "token"
    page.locator("#found").get_by_text("지난 건 3건").wait_for()


@pytest.mark.browser
def test_the_check_itself_can_fail(visit: Any) -> None:
    page = visit().open("sign_in")
    page.evaluate("document.querySelector('label').remove()")
    assert "label" in {v["id"] for v in Axe().run(page).response["violations"]}


def test_no_inline_script_or_style() -> None:
    for name in PAGES:
        html = _render(name)
        assert " style=" not in html
        assert "<style" not in html
        assert "onclick" not in html
        assert "<script>" not in html
