"""The look, opened in a real browser: sample pages on every layout, at desk and phone widths.

Screenshots go to pytest's temporary folder, or to the folder named by SINMUNGO_SCREENSHOTS.
"""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from sinmungo import clock
from sinmungo.host.host import Host
from sinmungo.web import charts
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
CATEGORIES = ["자금", "판로·마케팅", "인력·교육", "기반시설", "공장설립·인허가", "기술·인증"]


def _rows() -> list[dict[str, str]]:
    gists = [
        "산업단지 진입로 확장 공사로 5톤 이상 화물차가 들어오지 못해 납품이 줄어듦",
        "운전자금 이차보전 신청 서류가 은행마다 달라 다시 내야 함",
        "외국인 근로자 기숙사로 쓸 공동주택 용도 확인 요청",
        "폐수 배출시설 변경신고 처리 기간 문의",
        "해외 전시회 참가비 지원 대상에서 빠진 까닭을 알고 싶음",
    ]
    companies = ["㈜가온정밀", "한별테크", "새봄식품 주식회사", "㈜미르소재", "누리로지스틱스"]
    states = [("검토 중", "primary"), ("배정", "info"), ("답변 작성", "success"), ("접수", "")]
    out = []
    for i in range(40):
        level = "late" if i < 3 else "today" if i < 7 else "soon" if i < 14 else "ok"
        left = i - 3 if i < 3 else 0 if i < 7 else (i - 3) // 3
        status, tone = states[i % 4]
        out.append(
            {
                "level": level,
                "dday": f"D{-left:+d}" if left else "D-day",
                "no": f"AA-2026-{i * 7 + 101:06d}",
                "company": companies[i % 5],
                "category": CATEGORIES[i % 6],
                "gist": gists[i % 5],
                "status": status,
                "tone": tone,
                "waits": ["", "도로과", "업체 보완", ""][i % 4],
                "due": f"11. {19 + i % 11}.",
                "who": "박도윤 주무관",
            }
        )
    return out


def _chart_values() -> dict[str, Any]:
    data = [
        charts.Datum(c, n, f"/office?c={n}")
        for c, n in zip(CATEGORIES, (9, 4, 7, 18, 3, 11), strict=True)
    ]
    months = [f"{m}월" for m in range(1, 13)]
    made = [31, 28, 40, 52, 47, 44, 39, 36, 51, 60, 38, 0]
    return {
        "plain": charts.bars(data),
        "stacked": charts.stacked(
            CATEGORIES,
            [
                charts.Series("답변", (6, 3, 5, 10, 2, 8), ["/office?s=a"] * 6),
                charts.Series("검토 중", (2, 1, 1, 6, 1, 2)),
                charts.Series("기한 지남", (1, 0, 1, 2, 0, 1)),
            ],
        ),
        "trend": charts.line(
            months,
            [charts.Series("접수", made), charts.Series("답변", [max(n - 6, 0) for n in made])],
        ),
        "ring": charts.donut(
            [
                charts.Datum("수용", 21),
                charts.Datum("일부수용", 8),
                charts.Datum("불수용", 5),
                charts.Datum("안내", 6),
            ]
        ),
    }


def _context(name: str) -> dict[str, Any]:
    office = name.startswith("office")
    link = partial(SimpleNamespace, current=False)
    menu = [
        SimpleNamespace(title="업무", items=[
            link(title="내 업무", href="/office", current=name == "office_list"),
            link(title="전화 접수", href="/office/intake", current=name == "office_intake"),
            link(title="전체 사례", href="/office/cases", current=name == "office_case"),
        ]),
        SimpleNamespace(title="기업", items=[link(title="기업 찾기", href="/office/companies")]),
        SimpleNamespace(title="통계", items=[
            link(title="처리현황", href="/office/report", current=name == "office_report")
        ]),
    ]  # fmt: skip
    portal_menu = [
        {"title": "신청", "href": "/file", "current": name == "portal_home"},
        {"title": "진행 상황", "href": "/follow", "current": False},
    ]
    errors = {
        "reg_no": "사업자등록번호의 검증번호가 맞지 않습니다.",
        "phone": "연락처를 적어 주세요.",
        "consent": "동의해야 신청할 수 있습니다.",
    }
    numbers = [(18, 10, 6, 2), (9, 6, 2, 1), (13, 9, 3, 1)]
    return {
        "city": None if name == "error" else SimpleNamespace(name="한별시", service_name="기업SOS"),
        "user": SimpleNamespace(name="박도윤", post="주무관") if office else None,
        "menu": menu if office else (),
        "portal_menu": portal_menu,
        "csrf_token": "token",
        "path": "/",
        "notice": SimpleNamespace(kind="success", text="AA-2026-000123을 접수했습니다.") if name == "office_case" else None,
        "help_href": "/help",
        "now": clock.now(),
        "today": clock.today(),
        "errors": errors if name == "portal_home" else {},
        "categories": [(c, c) for c in CATEGORIES],
        "rows": _rows(),
        "columns": _columns(name),
        "report": [{"label": c, "numbers": n} for c, n in zip(CATEGORIES, numbers, strict=False)],
        "totals": [sum(n) for n in zip(*numbers, strict=True)],
        "message": "찾으시는 화면이 없습니다.",
        "error_no": "20261122-7F3A",
        **(_chart_values() if name == "office_report" else {}),
    }  # fmt: skip


def _columns(name: str) -> list[dict[str, str]]:
    if name == "office_report":
        return [{"label": "분야"}] + [
            {"label": x, "kind": "num"} for x in ("접수", "답변", "검토 중", "기한 지남")
        ]
    return [
        {"label": "기한"}, {"label": "접수번호", "href": "?sort=no"}, {"label": "업체", "href": "?sort=c"},
        {"label": "분야"}, {"label": "요지"}, {"label": "상태"}, {"label": "대기처"},
        {"label": "처리기한", "kind": "mid", "href": "?sort=due", "sort": "asc"}, {"label": "담당"},
    ]  # fmt: skip


def _render(name: str) -> str:
    env = Renderer(cast("Host", None), [FIXTURES])._env
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


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
    page.evaluate(
        "document.forms[0].addEventListener('submit', e => {e.preventDefault(); window.sent = true})"
    )
    page.focus("#f-login")
    press = "new KeyboardEvent('keydown', {key: 'Enter', isComposing: %s, bubbles: true, cancelable: true})"
    held = f"!document.activeElement.dispatchEvent({press})"
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
    sent = []
    page.on("request", lambda r: sent.append(r.all_headers().get("x-csrftoken")))
    page.evaluate("htmx.ajax('GET', '/panel/ok', '#panel-history')")
    page.wait_for_function("document.querySelector('#panel-history > p')")
    assert page.locator("dialog").is_hidden()
    page.get_by_role("button", name="종결").click()
    assert page.locator("dialog").is_visible()


def test_no_inline_script_or_style() -> None:
    for name in PAGES:
        html = _render(name)
        assert " style=" not in html
        assert "<style" not in html
        assert "onclick" not in html
        assert "<script>" not in html
