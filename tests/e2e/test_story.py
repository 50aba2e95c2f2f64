"""The story, in every city of tenants/*.toml: from a phone call to an answer, seen in a browser."""

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
TENANTS = Path(__file__).parents[2] / "tenants"
CITIES = sorted(p.stem for p in TENANTS.glob("*.toml"))
SURVEYED = [c for c in CITIES if '"surveys"' in (TENANTS / f"{c}.toml").read_text("utf-8")]
PASSWORD = "sinmungo-demo"
NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{6}")


@pytest.fixture(params=CITIES)
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def officer(browser: Browser, demo: DemoProcess, slug: str, login: str, **options) -> Screen:
    screen = Screen(browser, demo.url(slug, ""), **options)
    screen.sign_in(login, PASSWORD)
    return screen


def take_call(screen: Screen, company: str, rows: list[tuple[str, str]], save: str) -> str:
    """Enter a phone call and return the first case's number."""
    page = screen.page
    page.goto("/office/cases/new")
    page.get_by_label("업체", exact=False).first.fill(company)
    page.get_by_label("연락하신 분").fill("홍길동")
    page.get_by_label("전화", exact=True).fill("010-2345-6789")
    for index, (category, content) in enumerate(rows):
        if index and page.locator(f"[name=rows-{index}-category]").count() == 0:
            page.get_by_role("button", name="+ 한 건 더").click()
        page.locator(f"[name=rows-{index}-category]").select_option(label=category)
        page.locator(f"[name=rows-{index}-content]").fill(content)
    page.get_by_role("button", name=save, exact=True).click()
    page.wait_for_url(re.compile(r"/office/cases/[0-9a-f-]{36}"))
    found = NUMBER.search(page.locator("main").inner_text())
    assert found
    return found[0]


def test_from_a_phone_call_to_an_answer(browser: Browser, demo: DemoProcess, slug: str):
    screen = officer(browser, demo, slug, "intake")
    page = screen.page
    rows = [("자금", "신규 설비 자금이 부족합니다"), ("판로·마케팅", "판로가 막혀 있습니다")]
    number = take_call(screen, f"㈜이야기정밀{slug}", rows, "접수·배정")
    screen.check(f"{slug} case")
    case = page.url
    page.get_by_role("button", name="검토 시작").click()
    page.get_by_label("답변 내용").fill("경영안정자금 신청을 도와드렸습니다.")
    page.get_by_label("처리구분").select_option(label="수용")
    page.get_by_role("button", name="답변 보내기").click()
    expect(page.get_by_text("경영안정자금 신청을 도와드렸습니다.").first).to_be_visible()
    page.get_by_label("종결 사유").select_option(label="답변 완료")
    page.get_by_role("button", name="종결", exact=True).click()
    expect(page.locator("main")).to_contain_text("종결")
    assert page.url.split("#")[0].split("?")[0] == case.split("#")[0].split("?")[0]
    screen.check(f"{slug} closed")
    page.goto("/office/reporting")
    screen.check(f"{slug} report")
    page.get_by_role("link", name="자금").first.scroll_into_view_if_needed()
    page.goto("/office/cases")
    page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first.fill(number)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(number)
    screen.close()


def test_a_company_files_at_night_and_follows(browser: Browser, demo: DemoProcess, slug: str):
    company = Screen(browser, demo.url(slug, ""), phone=True)
    page = company.page
    page.goto("/")
    company.check(f"{slug} portal")
    page.goto("/cases/file")
    company.check(f"{slug} filing")
    page.get_by_label("업체명").fill("밤새움공업")
    page.get_by_label("신청하는 분").fill("나밤늦")
    page.get_by_label("연락받을 전화").fill("010-2345-6788")
    page.get_by_role("button", name="신청하기").click()
    expect(page.get_by_label("업체명")).to_have_value("밤새움공업")
    expect(page.locator("#error-summary")).to_be_visible()
    page.get_by_label("어떤 어려움이 있으신가요?").fill("야간 조명이 꺼져 출하가 위험합니다.")
    page.get_by_text("위 내용에 동의합니다.").click()
    expect(page.get_by_label("위 내용에 동의합니다.")).to_be_checked()
    page.get_by_role("button", name="신청하기").click()
    receipt = page.locator("#receipt-no").inner_text()
    code = page.locator("#receipt-code").inner_text()
    assert receipt not in page.url
    assert code not in page.url
    company.check(f"{slug} receipt")

    clerk = officer(browser, demo, slug, "intake")
    clerk.page.goto("/office/cases/submissions")
    clerk.check(f"{slug} submissions")
    row = clerk.page.locator("tr", has_text="밤새움공업").first
    row.get_by_role("link").first.click()
    clerk.page.get_by_role("link", name=re.compile("접수")).last.click()
    clerk.page.wait_for_url("**/office/cases/new**")
    if not clerk.page.locator("[name=rows-0-category]").input_value():
        clerk.page.locator("[name=rows-0-category]").select_option(label="기반시설")
    clerk.page.get_by_role("button", name="접수·배정", exact=True).click()
    clerk.page.wait_for_url(re.compile(r"/office/cases/[0-9a-f-]{36}"))
    clerk.close()

    page.goto("/cases/follow")
    page.get_by_label("신청번호").fill(receipt)
    page.get_by_label("확인번호").fill(code)
    page.get_by_role("button", name="확인", exact=True).click()
    expect(page.locator("main")).to_contain_text(NUMBER)
    company.check(f"{slug} follow")
    company.close()


def mails(demo: DemoProcess) -> set[Path]:
    """Return the mails so far; the demo keeps them as files."""
    return set((demo.data / "mail").glob("*.eml"))


def survey_link(demo: DemoProcess, slug: str, before: set[Path]) -> str:
    """Wait for a new mail of the city with a link, and return the link's path."""
    link = re.compile(rf"http://{slug}\.localhost:\d+(/surveys/\S+)")
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for file in mails(demo) - before:
            text = message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
            if found := link.search(text):
                return found[1]
        time.sleep(0.1)
    raise AssertionError("no survey was mailed")


@pytest.mark.parametrize("slug", SURVEYED[:1], indirect=True)
def test_a_company_answers_the_survey_by_keyboard(browser: Browser, demo: DemoProcess, slug: str):
    row = {"category": "FUNDS", "content": "신규 설비 자금이 부족합니다"}
    call = {"company_name": "㈜물음정밀", "email": "caller@example.com", "rows": [row]}
    before = mails(demo)
    with demo.api(slug, "intake") as api:
        done = api.post("/api/v1/cases", json={**call, "then": "CLOSE", "answer": "안내했습니다."})
    assert done.status_code == 201, done.text
    company = Screen(browser, demo.url(slug, ""), phone=True)
    page = company.page
    page.goto(survey_link(demo, slug, before))
    page.locator("#f-speed").focus()
    for key in ("Space", "Tab", "Space", "Tab", "ArrowDown", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("빨라서 좋았습니다.")
    company.check(f"{slug} survey")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("고맙습니다")
    company.close()


@pytest.mark.parametrize("slug", [CITIES[0], CITIES[-1]], indirect=True)
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_main_pages_are_clean(browser: Browser, demo: DemoProcess, slug: str, phone: bool):
    clerk = officer(browser, demo, slug, "intake", phone=phone)
    for path in (
        "/office/cases?view=ALL",
        "/office/cases/new",
        "/office/companies",
        "/office/reporting",
        "/help/index",
    ):
        clerk.page.goto(path)
        clerk.check(f"{slug} {path}")
    clerk.page.goto("/office/companies")
    clerk.page.locator("main table a").first.click()
    clerk.check(f"{slug} company")
    clerk.close()


@pytest.mark.parametrize("slug", [CITIES[0]], indirect=True)
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_admin_pages_are_clean(browser: Browser, demo: DemoProcess, slug: str, phone: bool):
    admin = officer(browser, demo, slug, "admin", phone=phone)
    for path in ("/admin/people", "/admin/plugins", "/admin/cases/holidays", "/office/people/me"):
        admin.page.goto(path)
        admin.check(f"{slug} {path}")
    admin.close()


def test_the_platform_lists_every_city(browser: Browser, demo: DemoProcess):
    screen = Screen(browser, f"http://localhost:{demo.port}")
    screen.page.goto("/")
    screen.check("platform")
    for slug in CITIES:
        assert screen.page.locator(f"a[href='{demo.url(slug)}']").count() == 1
    screen.close()
