"""The companies' side without an account, and what the administrator sets."""

import re
from datetime import timedelta
from typing import Any

import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

FILING: dict[str, Any] = {
    "company_name": "밤새움공업",
    "caller": "한서윤",
    "phone": "010-2345-6789",
    "category": "",
    "content": "야간 조명이 꺼졌습니다.",
    "consent": "1",
}
HOLIDAYS = "/admin/cases/holidays"
DAYS = "/admin/settings/cases-holidays"
_SELECTED = re.compile(
    r'<select[^>]*name="([^"]+)"(?:(?!</select>).)*value="([^"]+)" selected', re.DOTALL
)
CATEGORIES = "/admin/settings/cases-categories"


@pytest.fixture
async def company(web: Web, people: People) -> Browser:
    await people.officer("INTAKE_OFFICER")
    return web.anyone()


async def filed(company: Browser) -> dict[str, str]:
    """File, and return number and code as the receipt shows them."""
    await company.get("/cases/file")
    response = await company.post("/cases/file", FILING)
    assert response.status_code == 303, response.text
    assert response.headers["location"] == "/cases/file/done"
    page = (await company.get("/cases/file/done")).text
    number = re.search(r'id="receipt-no">([^<]+)<', page)
    code = re.search(r'id="receipt-code">([^<]+)<', page)
    assert number
    assert code
    return {"receipt_no": number[1], "code": code[1]}


async def test_the_front_door(company: Browser):
    page = (await company.get("/")).text
    for there in ("/cases/file", "/cases/follow", "02-0000-1000", "기업지원과"):
        assert there in page
    assert "/office/cases" not in page


async def test_a_front_door_without_an_intake_officer(web: Web):
    page = await web.anyone().get("/")
    assert page.status_code == 200
    assert "시청 대표전화로 문의해 주세요." in page.text


async def test_filing_keeps_what_was_typed(company: Browser):
    await company.get("/cases/file")
    wrong = {**FILING, "content": "저는 900101-1234567 입니다.", "consent": "", "phone": "12"}
    response = await company.post("/cases/file", wrong)
    assert response.status_code == 422
    for field in ("content", "phone", "consent"):
        assert f'id="f-{field}-error"' in response.text
    for kept in ("밤새움공업", "한서윤", "저는 900101-1234567 입니다."):
        assert kept in response.text
    assert "checked" not in response.text


async def test_file_and_follow(company: Browser, web: Web, runtime: Runtime, city: Tenant):
    keys = await filed(company)
    assert "sinmungo_receipt" in company.client.cookies
    stranger = web.anyone()
    assert "한 번만 보여 드립니다" in (await stranger.get("/cases/file/done")).text
    await stranger.get("/cases/follow")
    page = (await stranger.post("/cases/follow", keys)).text
    assert "접수를 기다리고 있습니다" in page
    assert "02-0000-1000" in page
    async with runtime.work.open(city) as ctx:
        waiting = (await service.list_waiting(ctx))[0]
        row = IntakeRow(category="INFRA", content="야간 조명이 꺼졌습니다.")
        made = await service.register(
            ctx, Intake(submission_id=waiting.id, rows=[row], company_name="밤새움공업")
        )
    page = (await stranger.post("/cases/follow", keys)).text
    assert made[0].case_no in page
    assert re.search(r'class="now" aria-current="step">접수', page)
    assert "배정 중" in page


async def test_the_answer_is_read_by_the_company(
    company: Browser, people: People, runtime: Runtime, city: Tenant
):
    keys = await filed(company)
    async with runtime.work.open(city) as ctx:
        waiting = (await service.list_waiting(ctx))[0]
        row = IntakeRow(category="INFRA", content="야간 조명이 꺼졌습니다.")
        made = (await service.register(ctx, Intake(submission_id=waiting.id, rows=[row])))[0]
        unit = await people.unit("도로과")
        step = await service.assign(ctx, made.id, unit, None, made.row_version)
        step = await service.start_review(ctx, made.id, step.row_version)
        await service.answer(
            ctx, made.id, "ACCEPTED", "DONE", "조명을 고쳤습니다.", step.row_version
        )
    page = (await company.post("/cases/follow", keys)).text
    assert "조명을 고쳤습니다." in page
    assert "수용" in page
    assert "02-0000-2000" in page
    assert 'aria-current="step"' not in page


async def test_wrong_numbers_tell_nothing(company: Browser):
    keys = await filed(company)
    for wrong in ({"code": "ZZZZZZZZ"}, {"receipt_no": "ZZZZZZZZZZ"}):
        response = await company.post("/cases/follow", {**keys, **wrong})
        assert response.status_code == 422
        assert "신청번호나 확인번호가 맞지 않습니다." in response.text
        assert "밤새움공업" not in response.text
    empty = await company.post("/cases/follow", {"receipt_no": "", "code": ""})
    assert 'id="f-code-error"' in empty.text


async def test_a_flood_of_filings_is_slowed(company: Browser):
    await company.get("/cases/file")
    answers = [await company.post("/cases/file", FILING) for _ in range(11)]
    assert {a.status_code for a in answers[:10]} == {303}
    assert answers[10].status_code == 429
    assert "야간 조명이 꺼졌습니다." in answers[10].text


async def test_a_broken_receipt_cookie_is_no_receipt(company: Browser):
    company.client.cookies.set("sinmungo_receipt", "nonsense!")
    page = await company.get("/cases/file/done")
    assert page.status_code == 200
    assert "receipt-no" not in page.text


@pytest.fixture
async def admin(web: Web, people: People) -> Browser:
    return web.browser(await people.officer("TENANT_ADMIN"))


async def decided(admin: Browser, path: str, **typed: str) -> str:
    """Change a day as a person does, seeing first what it moves; return what was shown."""
    shown = await admin.post(path, typed)
    assert shown.status_code == 200, shown.text
    mark = re.search(r'name="_seen" value="(\w+)"', shown.text)
    assert mark
    saved = await admin.post(path, {**typed, "_act": "save", "_seen": mark[1]})
    assert saved.status_code == 303, saved.text
    return shown.text


async def test_an_extra_holiday_moves_open_cases(admin: Browser, runtime: Runtime, city: Tenant):
    async with runtime.work.open(city) as ctx:
        calendar = await service.city_calendar(ctx)
        row = IntakeRow(category="TAX", content="세무 상담")
        case = (await service.register(ctx, Intake(company_name="한별테크", rows=[row])))[0]
    day = calendar.working_day_from(clock.today() + timedelta(days=1))
    await admin.get(HOLIDAYS)
    typed = {"day": f"{day:%Y%m%d}", "name": "임시공휴일"}
    shown = await decided(admin, HOLIDAYS, **typed)
    assert f"1건\n{case.case_no}: " in shown
    page = (await admin.get(HOLIDAYS)).text
    assert "진행 중인 건 가운데 1건의 처리기한이 바뀌었습니다." in page
    assert "우리 시 휴일" in page
    again = await admin.post(HOLIDAYS, {**typed, "_act": "save", "_seen": "what was shown before"})
    assert "다시 보여 드립니다" in again.text
    await decided(admin, f"{HOLIDAYS}/{day}/undo")
    assert "우리 시 휴일" not in (await admin.get(HOLIDAYS)).text
    assert (await admin.post(f"{HOLIDAYS}/{day}/undo")).status_code == 404
    # The history tells it, and brings the day back.
    past = (await admin.get(f"{DAYS}/history")).text
    assert past.count("임시공휴일") == 2
    newest = re.search(r'name="change" value="([^"]+)"', past)
    assert newest
    back = await admin.post(f"{DAYS}/restore", {"change": newest[1]})
    assert f"1건\n{case.case_no}: " in back.text
    form = {**fields(back.text), **dict(re.findall(_SELECTED, back.text)), "_act": "save"}
    assert (await admin.post(DAYS, form)).status_code == 303
    assert "우리 시 휴일" in (await admin.get(HOLIDAYS)).text


async def test_library_holidays_are_listed_and_can_be_worked(admin: Browser):
    page = (await admin.get(HOLIDAYS)).text
    year = clock.today().year
    assert "기독탄신일" in page
    assert f"{year + 1}년" in page
    days = re.findall(rf"{HOLIDAYS}/([\d-]+)/work", page)
    assert days
    await decided(admin, f"{HOLIDAYS}/{days[0]}/work")
    page = (await admin.get(HOLIDAYS)).text
    assert "근무일로 바꿈" in page
    assert f"{HOLIDAYS}/{days[0]}/undo" in page
    saturday = await admin.post(f"{HOLIDAYS}/2027-01-02/work")
    assert (saturday.status_code, "토요일과 일요일은" in saturday.text) == (422, True)
    typed = fields((await admin.get(DAYS)).text) | {
        "holidays-0-kind": "REMOVED",
        "holidays-1-day": "2027-01-04",
        "holidays-1-kind": "REMOVED",
        "holidays-1-name": "평일",
        "holidays-2-day": days[0],
        "holidays-2-kind": "ADDED",
        "holidays-2-name": "두 번",
        "_act": "preview",
    }
    wrong = await admin.post(DAYS, typed)
    assert wrong.status_code == 422
    for told in ("공휴일이 아니어서 이미 일하는 날입니다.", "같은 날을 두 번 적었습니다."):
        assert told in wrong.text


async def test_a_holiday_that_cannot_be_read(admin: Browser):
    await admin.get(HOLIDAYS)
    response = await admin.post(HOLIDAYS, {"day": "13.45", "name": "쉬는 날"})
    assert response.status_code == 422
    assert 'value="쉬는 날"' in response.text
    assert 'id="f-day-error"' in response.text
    assert 'id="f-name-error"' in (await admin.post(HOLIDAYS, {"day": "12.24"})).text


def fields(page: str) -> dict[str, str]:
    """Return the form of categories or days as the page shows it, what is chosen aside."""
    hidden = re.findall(r'name="(_version|_seen)" value="([^"]*)"', page)
    form = page[page.index('name="_version"') :]
    typed = re.findall(r'name="((?:categories|holidays)-\d+-\w+)"[^>]*? value="([^"]*)"', form)
    boxes = re.findall(r'name="(categories-\d+-active)" value="1"([^>]*)>', form)
    off = {name for name, rest in boxes if "checked" not in rest}
    return {name: value for name, value in [*hidden, *typed] if name not in off}


def row_of(form: dict[str, str], code: str) -> str:
    return next(name for name, value in form.items() if value == code).removesuffix("-code")


async def test_categories_are_renamed_and_switched_off(admin: Browser, web: Web, people: People):
    form = fields((await admin.get(CATEGORIES)).text)
    funds, ip = row_of(form, "FUNDS"), row_of(form, "IP")
    assert form[f"{funds}-label"] == "자금"
    form[f"{funds}-label"] = "자금 지원"
    del form[f"{ip}-active"]
    shown = await admin.post(CATEGORIES, {**form, "_act": "preview"})
    assert "이렇게 바뀝니다" in shown.text
    seen = {"_act": "save", "_seen": fields(shown.text)["_seen"]}
    assert (await admin.post(CATEGORIES, {**form, **seen})).status_code == 303
    clerk = web.browser(await people.officer("INTAKE_OFFICER"))
    page = (await clerk.get("/office/cases/new")).text
    assert ">자금 지원</option>" in page
    assert 'value="IP"' not in page
    stale = await admin.post(CATEGORIES, {**form, f"{funds}-label": "돈", **seen})
    assert stale.status_code == 412
    assert 'value="돈"' in stale.text
    past = (await admin.get(f"{CATEGORIES}/history")).text
    assert "자금 지원" in past
    api = web.api(await people.officer("TENANT_ADMIN"))
    path = "/api/v1/cases/settings/categories"
    line = next(r for r in (await api.get(path)).json()["items"] if r["code"] == "FUNDS")
    body = {"label": "돈줄", "position": line["position"], "active": True}
    etag = {"if-match": f'"{line["row_version"]}"'}
    assert (await api.patch(f"{path}/FUNDS", json=body, headers=etag)).status_code == 200
    past = (await admin.get(f"{CATEGORIES}/history")).text
    assert "돈줄" in past


async def test_a_category_needs_a_name(admin: Browser):
    form = fields((await admin.get(CATEGORIES)).text)
    tax, etc, funds = (row_of(form, code) for code in ("TAX", "ETC", "FUNDS"))
    wrong = {**form, f"{tax}-label": "", f"{etc}-position": "끝", f"{funds}-label": "자금 지원"}
    response = await admin.post(CATEGORIES, {**wrong, "_act": "preview"})
    assert response.status_code == 422
    assert f'id="f-{tax}-label-error"' in response.text
    assert f'id="f-{etc}-position-error"' in response.text
    kept = fields((await admin.get(CATEGORIES)).text)
    assert kept[f"{funds}-label"] == "자금"


async def test_settings_are_the_administrators(web: Web, people: People):
    clerk = web.browser(await people.officer("INTAKE_OFFICER"))
    for path in (HOLIDAYS, CATEGORIES):
        assert (await clerk.get(path)).status_code == 403
        assert (await clerk.post(path, {})).status_code == 403
