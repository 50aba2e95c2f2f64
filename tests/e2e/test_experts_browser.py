"""AS-08 in a real browser: asked by keyboard alone, held by the expert, paid by the head."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.testing.browser import DESK, PHONE, Screen
from sinmungo.testing.demo import DemoProcess, cities_here


def has_expert(city: dict[str, Any]) -> bool:
    officers = city.get("demo", {}).get("people", {}).get("officers", [])
    return any("EXPERT" in officer["roles"] for officer in officers)


CITIES = cities_here(Path(__file__).parents[2])
SLUG = next((slug for slug, city in CITIES.items() if has_expert(city)), "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo"),
    pytest.mark.skipif(not SLUG, reason="no city of this deployment has experts"),
]
PASSWORD = "sinmungo-demo"
CHOSEN = "my-own-secret-42"
API = "/api/v1/experts"
ONE = re.compile(r"/office/experts/advice/[0-9a-f-]{36}$")


class Story:
    """A company with a rival, an expert who may help, and one who may not."""

    def __init__(self, demo: DemoProcess) -> None:
        self.demo = demo
        self.api = demo.api(SLUG, "intake")
        company = self.made("/api/v1/companies", name="㈜자문받을정밀", dong="성서동")
        rows = [{"category": "LABOR", "content": "교대조를 다시 짜야 합니다"}]
        case = self.made("/api/v1/cases", company_id=company["id"], channel="HOTLINE", rows=rows)
        self.case_id = case["items"][0]["id"]
        self.expert = self.an_expert("하지온", "가가노무법인", ["성서동"])
        self.rival = self.an_expert("맹경쟁", "나나노무법인", ["성서동"])
        self.password = self.made(f"{API}/{self.expert['id']}/account", 1, login="hajion")[
            "password"
        ]
        tie = {"kind": "ADVISER_TO_RIVAL", "company_id": company["id"]}
        self.made(f"{API}/{self.rival['id']}/ties", 1, **tie)

    def made(self, path: str, version: int = 0, **body: Any) -> Any:
        headers = {"if-match": f'"{version}"'} if version else {}
        answer = self.api.post(path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def an_expert(self, name: str, firm: str, regions: list[str]) -> Any:
        term = {"term_from": "2020-01-01", "term_to": "2099-12-31"}
        given = {"name": name, "affiliation": firm, "title": "공인노무사", "fields": ["LABOR"]}
        return self.made(API, **given, **term, regions=regions)

    def other_session(self) -> str:
        """Return the id of a session that is another expert's."""
        items = self.api.get(f"{API}/advice").json()["items"]
        mine = self.expert["id"]
        return str(next(r["id"] for r in items if r["expert_id"] not in {None, mine}))


@pytest.fixture(scope="module")
def story(demo: DemoProcess) -> Iterator[Story]:
    made = Story(demo)
    yield made
    made.api.close()


def focused(page: Page) -> str:
    """Return name and text of what has the focus, on one line."""
    text = page.evaluate("`${document.activeElement.name} ${document.activeElement.textContent}`")
    return " ".join(str(text).split())


def tab_to(page: Page, wanted: str, *, back: bool = False) -> None:
    """Press Tab until what has the focus names `wanted`; fail after a long round of the page."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if wanted in focused(page):
            return
    raise AssertionError(f"Tab never reached {wanted}, is at {focused(page)}")


def pick(page: Page, code: str) -> None:
    """Choose an option of the focused select with the arrow keys."""
    for _ in range(40):
        if page.evaluate("document.activeElement.value") == code:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no option {code}")


def ask_by_keyboard(screen: Screen, story: Story) -> str:
    """From the case to the chosen expert without a mouse; return the session's path."""
    page = screen.page
    page.goto(f"/office/cases/{story.case_id}")
    expect(page.locator("#panel-advice")).to_contain_text("심층자문 필요")
    tab_to(page, "심층자문 필요")
    page.keyboard.press("Enter")
    page.wait_for_url("**/advice/new?**")
    tab_to(page, "field")
    pick(page, "LABOR")
    page.keyboard.press("Tab")
    page.keyboard.type("교대조를 바꾸려면 무엇을 먼저 해야 합니까?")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(ONE)
    first = page.locator("#candidates tbody tr").first
    expect(first).to_contain_text("하*온")
    expect(first).to_contain_text("활동 지역(성서동)이 기업 주소와 맞습니다")
    expect(page.locator("#f-expert_id")).not_to_contain_text("맹*쟁")
    tab_to(page, "맡길 수 없는 전문가 1명")
    page.keyboard.press("Enter")
    expect(page.locator("#excluded")).to_contain_text("맹*쟁 공인노무사")
    expect(page.locator("#excluded")).to_contain_text("경쟁사 자문")
    screen.check("candidates")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    screen.check("candidates on a phone")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    tab_to(page, "맡기기 하*온", back=True)
    page.keyboard.press("Enter")
    expect(page.locator(".notice.success")).to_contain_text("전문가를 배정했습니다")
    return page.url.split(str(story.demo.port), 1)[1]


def enter_first_time(screen: Screen, story: Story) -> None:
    """Sign in with the temporary password and choose another."""
    page = screen.page
    page.goto("/office/people/sign-in")
    page.get_by_label("아이디").fill("hajion")
    page.get_by_label("비밀번호").fill(story.password)
    page.get_by_role("button", name="로그인").click()
    page.wait_for_url("**/me/password")
    page.locator("[name=old_password]").fill(story.password)
    page.locator("[name=password]").fill(CHOSEN)
    page.locator("[name=again]").fill(CHOSEN)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/office/experts/desk")


def work_as_expert(screen: Screen) -> None:
    """Pledge, hold for two hours and report, on the expert's own desk."""
    page = screen.page
    expect(page.locator("main table tbody tr")).to_have_count(1)
    screen.check("desk")
    page.locator("main table a").first.click()
    expect(page.locator("main")).to_contain_text("교대조를 다시 짜야 합니다")
    page.get_by_role("button", name="서약하기").click()
    expect(page.locator("#error-summary")).to_contain_text("두 가지를 모두")
    page.locator("label[for=f-no_conflict]").click()
    page.locator("label[for=f-secrecy]").click()
    page.get_by_role("button", name="서약하기").click()
    expect(page.locator(".notice.success")).to_contain_text("서약했습니다")
    page.locator("#act-hold [name=held_on]").fill("오늘")
    page.locator("#act-hold [name=hours]").fill("2")
    page.locator("#act-hold [name=mode]").select_option("VISIT")
    screen.check("before the session")
    page.get_by_role("button", name="자문 기록").click()
    page.locator("[name=report]").fill("교대조 3안과 취업규칙 변경 절차를 안내했습니다.")
    page.get_by_role("button", name="보고하기").click()
    expect(page.locator(".notice.success")).to_contain_text("보고했습니다")
    screen.check("reported")


def test_as08_through_the_screens(browser: Browser, demo: DemoProcess, story: Story):
    officer = Screen(browser, demo.url(SLUG, ""))
    officer.sign_in("intake", PASSWORD)
    path = ask_by_keyboard(officer, story)
    expert = Screen(browser, demo.url(SLUG, ""), phone=True)
    enter_first_time(expert, story)
    work_as_expert(expert)
    for elsewhere, status in (
        (f"/office/experts/desk/{story.other_session()}", 404),
        (f"/office/cases/{story.case_id}", 403),
        ("/office/experts", 403),
    ):
        answer = expert.page.goto(elsewhere)
        assert answer is not None
        assert answer.status == status, elsewhere
    expert.close()
    officer.close()
    head = Screen(browser, demo.url(SLUG, ""))
    head.sign_in("teamlead", PASSWORD)
    head.page.goto(path)
    head.check("before approval")
    head.page.get_by_role("button", name="300,000원 승인").click()
    expect(head.page.locator(".notice.success")).to_contain_text("자문료를 승인했습니다")
    expect(head.page.locator("main")).to_contain_text("2시간")
    head.check("paid")
    for size in (DESK, PHONE):
        head.page.set_viewport_size(size)  # type: ignore[arg-type]
        for listed in ("/office/experts", "/office/experts/advice"):
            head.page.goto(listed)
            head.check(listed)
    head.close()
