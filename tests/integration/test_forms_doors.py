"""The city's own questions through every door: admin, portal, intake, company, visit and API."""

import re
from typing import Any

import httpx
import pytest

from sinmungo.app import Runtime
from sinmungo.forms import definitions
from sinmungo.forms.types import Field, FieldIn
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

ADMIN, API = "/admin/forms", "/api/v1/forms"
FILING: dict[str, Any] = {
    "company_name": "밤새움공업",
    "caller": "한서윤",
    "phone": "010-2345-6789",
    "category": "ENVIRONMENT",
    "content": "악취가 납니다.",
    "consent": "1",
}
VISIT = {"company_name": "밤새움공업", "kind": "DEDICATED", "day": "2026. 11. 20.", "act": "SAVE"}


class City:
    """One city with an officer of every hand that the questions pass through."""

    def __init__(self, runtime: Runtime, city: Tenant, web: Web, officer: Officer) -> None:
        self.runtime = runtime
        self.city = city
        self.web = web
        self.officer = officer

    @property
    def browser(self) -> Browser:
        return self.web.browser(self.officer)

    @property
    def api(self) -> httpx.AsyncClient:
        return self.web.api(self.officer)

    async def asks(self, label: str, **more: Any) -> Field:
        told = {"record_kind": "CASE", "label": label, "on_portal": True, **more}
        async with self.runtime.work.open(self.city) as ctx:
            return await definitions.field(ctx, await definitions.add(ctx, FieldIn(**told)))


@pytest.fixture
async def at(runtime: Runtime, city: Tenant, web: Web, people: People) -> City:
    roles = ("TENANT_ADMIN", "INTAKE_OFFICER", "LEAD_OFFICER", "DEDICATED_OFFICER")
    return City(runtime, city, web, await people.officer(*roles))


def version(page: httpx.Response) -> str:
    found = re.search(r'name="row_version" value="(\d+)"', page.text)
    assert found
    return found[1]


async def test_an_admin_adds_mends_orders_and_retires_a_question(at: City):
    browser = at.browser
    page = await browser.get(f"{ADMIN}/new?kind=CASE")
    assert page.status_code == 200
    form = {"record_kind": "CASE", "kind": "ONE", "choices": "대기\n수질", "on_portal": "1"}
    seen = await browser.post(f"{ADMIN}/new", {**form, "label": "미리", "_act": "preview"})
    assert "이렇게 묻습니다" in seen.text
    wrong = await browser.post(f"{ADMIN}/new", {**form, "label": ""})
    assert wrong.status_code == 422
    assert "대기\n수질" in wrong.text
    for label in ("배출시설", "허가 번호"):
        done = await browser.post(f"{ADMIN}/new", {**form, "label": label, "category": "FUNDS"})
        assert done.status_code == 303, done.text
    page = await browser.get(f"{ADMIN}?kind=CASE")
    assert page.text.index("배출시설") < page.text.index("허가 번호")
    second = re.findall(rf'href="({ADMIN}/[0-9a-f-]{{36}})"', page.text)[1]
    moved = await browser.post(f"{second}/move", {"to": "UP", "row_version": "1"})
    assert moved.status_code == 303
    page = await browser.get(f"{ADMIN}?kind=CASE")
    assert page.text.index("허가 번호") < page.text.index("배출시설")
    page = await browser.get(second)
    edited = {**form, "label": "허가번호", "row_version": version(page)}
    seen = await browser.post(second, {**edited, "choices": "대기\n소음", "_act": "preview"})
    for shown in ("이렇게 바뀝니다", "자금", "모두", "대기, 수질", "대기, 소음", ">소음</option>"):
        assert shown in seen.text
    assert version(await browser.get(second)) == version(page)
    stale = await browser.post(second, {**edited, "row_version": "1"})
    assert stale.status_code == 422
    assert "다른 사람이 먼저" in stale.text
    assert (await browser.post(second, edited)).status_code == 303
    page = await browser.get(second)
    assert "질문: 허가 번호 → 허가번호" in page.text
    change = re.search(r'name="change" value="([^"]+)"', page.text)
    assert change
    back = await browser.post(f"{second}/restore", {"change": change[1]})
    assert 'name="label" value="허가 번호"' in back.text
    assert "이렇게 바뀝니다" in back.text
    assert (await browser.post(f"{second}/restore", {"change": second[-36:]})).status_code == 404
    assert (await browser.post(f"{second}/retire", {"row_version": "3"})).status_code == 303
    page = await browser.get(f"{ADMIN}?kind=CASE")
    assert "그만 묻는 항목 1개" in page.text
    assert (await browser.post(f"{second}/resume", {"row_version": "4"})).status_code == 303
    assert "그만 묻는 항목" not in (await browser.get(f"{ADMIN}?kind=CASE")).text


async def test_the_preview_shows_what_is_asked_where(at: City):
    await at.asks("모두에게", kind="YESNO")
    await at.asks("환경만", category="ENVIRONMENT", kind="MANY", choices=["대기", "수질"])
    await at.asks("담당자만", on_portal=False)
    page = (await at.browser.get(f"{ADMIN}/preview?kind=CASE&category=ENVIRONMENT")).text
    assert "모두에게" in page
    assert "환경만" in page
    assert "담당자만" not in page
    page = (await at.browser.get(f"{ADMIN}/preview?kind=CASE&face=OFFICE")).text
    assert "담당자만" in page
    assert "환경만" not in page
    assert "업체 미리보기" in (await at.browser.get(f"{ADMIN}/preview?kind=COMPANY")).text


async def test_only_the_admin_decides_what_is_asked(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    assert (await web.browser(officer).get(ADMIN)).status_code == 403
    assert (await web.api(officer).get(API)).status_code == 403
    assert (await web.api().get(API)).status_code == 401


async def test_a_company_answers_what_its_category_asks(at: City):
    await at.asks("배출시설", category="ENVIRONMENT", required=True)
    await at.asks("피해액", kind="WON")
    company = at.web.anyone()
    page = (await company.get("/cases/file")).text
    assert "피해액" in page
    assert "배출시설" not in page
    asked = await company.post(
        "/cases/file/questions", {"category": "ENVIRONMENT", "extra-q2": "1억2천"}
    )
    assert asked.status_code == 200
    assert "배출시설" in asked.text
    assert "120,000,000원" in asked.text
    without_script = await company.post("/cases/file", {**FILING, "act": "ASK"})
    assert without_script.status_code == 200
    assert "배출시설" in without_script.text
    assert "악취가 납니다." in without_script.text
    missing = await company.post("/cases/file", {**FILING, "extra-q2": "많이"})
    assert missing.status_code == 422
    assert "‘배출시설’에 답해 주세요." in missing.text
    assert 'value="많이"' in missing.text
    done = await company.post("/cases/file", {**FILING, "extra-q1": "보일러", "extra-q2": "300만"})
    assert done.status_code == 303, done.text
    waiting = (await at.api.get("/api/v1/cases/submissions")).json()["items"][0]
    sent = (await at.api.get(f"/api/v1/cases/submissions/{waiting['id']}")).json()
    assert sent["extra"] == {"q1": "보일러", "q2": 3_000_000}
    page = await at.browser.get(f"/office/cases/new?submission={waiting['id']}")
    assert 'value="보일러"' in page.text
    assert "보일러" in (await at.browser.get(f"/office/cases/submissions/{waiting['id']}")).text


async def test_each_row_of_an_intake_has_its_own_questions(at: City):
    await at.asks("배출시설", category="ENVIRONMENT", required=True)
    await at.asks("희망 금액", category="FUNDS", kind="WON")
    browser = at.browser
    await browser.get("/office/cases/new")
    rows = {
        "rows-2-category": "ENVIRONMENT",
        "rows-2-content": "악취가 납니다.",
        "rows-5-category": "FUNDS",
        "rows-5-content": "운전자금이 모자랍니다.",
    }
    part = await browser.post("/office/cases/new/questions", rows)
    assert 'name="extra-2-q1"' in part.text
    assert 'name="extra-5-q2"' in part.text
    form = {
        "company_name": "가람정밀",
        "channel": "HOTLINE",
        "petition_type": "NOT_PETITION",
        "received": "지금",
        "act": "REGISTER",
        **rows,
        "extra-5-q2": "2억",
    }
    missing = await browser.post("/office/cases/new", form)
    assert missing.status_code == 422
    assert 'id="f-extra-0-q1-error"' in missing.text
    assert 'name="extra-1-q2" value="2억"' in missing.text
    done = await browser.post("/office/cases/new", {**form, "extra-2-q1": "보일러"})
    assert done.status_code == 303, done.text
    page = await browser.get(done.headers["location"])
    assert "보일러" in page.text
    found = (await at.api.post("/api/v1/cases/search", json={"q": "운전자금"})).json()["rows"]
    assert (await at.api.get(f"/api/v1/cases/{found[0]['id']}")).json()["extra"] == {
        "q2": 200_000_000
    }


async def test_answers_of_a_case_are_mended_on_its_page(at: City):
    await at.asks("배출시설")
    await at.asks("방지시설", kind="YESNO")
    row = {"category": "ENVIRONMENT", "content": "악취가 납니다.", "extra": {"q1": "보일러"}}
    made = await at.api.post("/api/v1/cases", json={"company_name": "가람정밀", "rows": [row]})
    assert made.status_code == 201, made.text
    path = f"/office/cases/{made.json()['items'][0]['id']}"
    browser = at.browser
    assert "추가 항목 고치기" in (await browser.get(path)).text
    page = await browser.get(f"{path}/extra")
    assert 'value="보일러"' in page.text
    form = {"row_version": version(page), "extra-q1": "건조기", "extra-q2": "1"}
    assert (await browser.post(f"{path}/extra", form)).status_code == 303
    late = await browser.post(f"{path}/extra", {**form, "extra-q1": "늦음"})
    assert late.status_code == 422
    assert 'value="늦음"' in late.text
    page = await browser.get(path)
    assert "건조기" in page.text
    assert "추가 항목 수정" in page.text


async def test_a_company_has_the_citys_own_fields(at: City):
    await at.asks("주거래 은행", record_kind="COMPANY", required=True)
    await at.asks("수출국", record_kind="COMPANY", kind="MANY", choices=["미국", "일본", "독일"])
    browser = at.browser
    assert "주거래 은행" in (await browser.get("/office/companies/new")).text
    missing = await browser.post("/office/companies/new", {"name": "", "extra-q2": "일본"})
    assert missing.status_code == 422
    assert "‘주거래 은행’에 답해 주세요." in missing.text
    assert "업체명" in missing.text
    form = {"name": "가람정밀", "extra-q1": "한길은행", "extra-q2": "일본"}
    done = await browser.post("/office/companies/new", form)
    assert done.status_code == 303, done.text
    path = done.headers["location"]
    assert "한길은행" in (await browser.get(path)).text
    page = await browser.get(f"{path}/edit")
    assert 'value="한길은행"' in page.text
    form |= {"row_version": version(page), "extra-q1": "새길은행", "extra-q2": ""}
    assert (await browser.post(f"{path}/edit", form)).status_code == 303
    shown = (await browser.get(path)).text
    assert "새길은행" in shown
    assert "수출국" not in shown
    assert "추가 항목 수정" in shown
    late = await browser.post(f"{path}/edit", {**form, "extra-q1": "늦은은행"})
    assert late.status_code == 412
    assert 'value="늦은은행"' in late.text


async def test_a_company_over_the_api(at: City):
    await at.asks("주거래 은행", record_kind="COMPANY")
    await at.asks("공장 수", record_kind="COMPANY", kind="NUMBER", unit="곳")
    body = {"name": "가람정밀", "extra": {"q1": "한길은행", "q2": 3}}
    made = await at.api.post("/api/v1/companies", json=body)
    assert made.json()["extra"] == {"q1": "한길은행", "q2": 3}
    path = f"/api/v1/companies/{made.json()['id']}"
    changed = await at.api.patch(path, json={"extra": {"q2": None}}, headers={"if-match": '"1"'})
    assert changed.json()["extra"] == {"q1": "한길은행"}
    assert changed.headers["etag"] == '"2"'
    late = await at.api.patch(path, json={"extra": {"q1": "가"}}, headers={"if-match": '"1"'})
    assert late.status_code == 412
    wrong = await at.api.patch(path, json={"extra": {"q2": "셋"}}, headers={"if-match": '"2"'})
    assert wrong.status_code == 422
    assert "extra-q2" in wrong.text


async def test_answers_follow_a_company_that_is_merged(at: City):
    await at.asks("주거래 은행", record_kind="COMPANY")
    await at.asks("공장 수", record_kind="COMPANY", kind="NUMBER")
    ids = []
    for name, extra in (
        ("가람정밀", {"q1": "한길은행"}),
        ("가람정밀공업", {"q1": "새길", "q2": 2}),
    ):
        made = await at.api.post("/api/v1/companies", json={"name": name, "extra": extra})
        ids.append(made.json()["id"])
    done = await at.api.post(
        f"/api/v1/companies/{ids[0]}/merges",
        json={"drop_id": ids[1], "drop_version": 1},
        headers={"if-match": '"1"'},
    )
    assert done.status_code in {200, 201}, done.text
    kept = (await at.api.get(f"/api/v1/companies/{ids[0]}")).json()
    assert kept["extra"] == {"q1": "한길은행", "q2": 2}


async def test_a_visit_keeps_what_the_city_asks(at: City):
    await at.asks("안전모 착용", record_kind="VISIT", kind="YESNO", required=True)
    await at.asks("현장 책임자", record_kind="VISIT", personal=True)
    browser, visit = at.browser, {**VISIT, "officers": str(at.officer.id)}
    page = await browser.get("/office/visits/record")
    assert "안전모 착용" in page.text
    missing = await browser.post("/office/visits/record", {**visit, "extra-q2": "남궁민수"})
    assert missing.status_code == 422
    assert "남궁민수" in missing.text
    done = await browser.post(
        "/office/visits/record", {**visit, "extra-q1": "1", "extra-q2": "남궁민수"}
    )
    assert done.status_code == 303, done.text
    path = done.headers["location"].split("?")[0]
    assert "남궁민수" in (await browser.get(path)).text
    page = await browser.get(f"{path}/amend")
    assert 'value="남궁민수"' in page.text
    form = {"row_version": version(page), "extra-q1": "0", "extra-q2": "선우진"}
    assert (await browser.post(f"{path}/amend", form)).status_code == 303
    visit_id = path.rsplit("/", 1)[1]
    told = (await at.api.get(f"/api/v1/visits/{visit_id}")).json()
    assert told["extra"] == {"q1": False, "q2": "선우진"}
    body = {"note": "다시", "extra": {"q1": True}}
    changed = await at.api.patch(
        f"/api/v1/visits/{visit_id}", json=body, headers={"if-match": f'"{told["row_version"]}"'}
    )
    assert changed.status_code == 200, changed.text
    told = (await at.api.get(f"/api/v1/visits/{visit_id}")).json()
    assert told["extra"] == {"q1": True, "q2": "선우진"}


async def test_the_api_of_definitions(at: City):
    body = {"record_kind": "CASE", "label": "배출시설", "kind": "SHORT", "on_portal": True}
    headers = {"idempotency-key": "one"}
    made = await at.api.post(API, json=body, headers=headers)
    assert made.status_code == 201, made.text
    again = await at.api.post(API, json=body, headers=headers)
    assert again.json()["id"] == made.json()["id"]
    path = f"{API}/{made.json()['id']}"
    one = await at.api.get(path)
    assert one.headers["etag"] == '"1"'
    assert (await at.api.patch(path, json={"label": "가"})).status_code == 428
    changed = await at.api.patch(path, json={"required": True}, headers={"if-match": '"1"'})
    assert (changed.json()["required"], changed.headers["etag"]) == (True, '"2"')
    late = await at.api.patch(path, json={"label": "가"}, headers={"if-match": '"1"'})
    assert late.status_code == 412
    moved = await at.api.post(f"{path}/move", json={"to": "UP"}, headers={"if-match": '"2"'})
    assert moved.status_code == 200
    kinds = [e["kind"] for e in (await at.api.get(f"{path}/events")).json()["items"]]
    assert kinds == ["forms.field_added", "forms.field_changed"]
    assert len((await at.api.get(f"{API}?kind=CASE")).json()["items"]) == 1
    assert (await at.api.get(f"{API}?kind=VISIT")).json()["items"] == []
    anyone = await at.web.api().get(f"{API}/questions?kind=CASE")
    assert [q["code"] for q in anyone.json()["items"]] == ["q1"]
    assert (await at.web.api().get(f"{API}/questions?kind=CASE&face=OFFICE")).status_code == 401
    assert (await at.api.get(f"{API}/questions?kind=CASE&face=OFFICE")).status_code == 200


async def test_the_api_wants_what_the_screen_wants(at: City):
    await at.asks("배출시설", required=True)
    filing = {k: v for k, v in FILING.items() if k != "consent"} | {"consent": True}
    refused = await at.web.api().post("/api/v1/cases/submissions", json=filing)
    assert refused.status_code == 422
    assert "extra-q1" in refused.text
    rows = [{"category": "ENVIRONMENT", "content": "악취가 납니다."}]
    refused = await at.api.post("/api/v1/cases", json={"company_name": "가람", "rows": rows})
    assert refused.status_code == 422
    assert "extra-0-q1" in refused.text
    rows[0]["extra"] = {"q1": "보일러"}  # type: ignore[assignment]
    made = await at.api.post("/api/v1/cases", json={"company_name": "가람", "rows": rows})
    case = made.json()["items"][0]
    path = f"/api/v1/cases/{case['id']}"
    emptied = await at.api.patch(
        f"{path}/extra", json={"q1": None}, headers={"if-match": f'"{case["row_version"]}"'}
    )
    assert emptied.status_code == 422
    mended = await at.api.patch(
        f"{path}/extra", json={"q1": "건조기"}, headers={"if-match": f'"{case["row_version"]}"'}
    )
    assert mended.status_code == 200, mended.text
    assert (await at.api.get(path)).json()["extra"] == {"q1": "건조기"}
