"""A regional team's account: for some days, for shared cases, to read; and over when it is over."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sinmungo import clock
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web

pytestmark = pytest.mark.usefixtures("quick_hashing")
GRANTS = "/api/v1/people/regional"
ME = "/office/people/me"
SHARED = "/office/cases/shared"
OWN = "한가람-2026-열람"


async def granted(web: Web, admin: Officer, **given: Any) -> dict[str, Any]:
    today = clock.today()
    days = {"valid_from": str(today), "until": str(today + timedelta(days=9))}
    body = {"agency": "경제과학원", "login": "region1", "name": "서가람", **days, **given}
    answer = await web.api(admin).post(GRANTS, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def signed_in(web: Web, password: str) -> tuple[Browser, httpx.Response]:
    browser = web.anyone()
    given = {"login": "region1", "password": password}
    return browser, await browser.post("/office/people/sign-in", given)


async def let_in(web: Web, password: str) -> Browser:
    """Sign in with the temporary password and choose another."""
    browser, answer = await signed_in(web, password)
    assert answer.status_code == 303
    given = {"old_password": password, "password": OWN, "again": OWN}
    assert (await browser.post(f"{ME}/password", given)).status_code == 303
    return browser


async def case_of(api: httpx.AsyncClient, unit_id: Any, officer: Officer) -> dict[str, Any]:
    row = {"category": "REGULATION", "content": "외국인 노동자 채용 절차가 어렵습니다."}
    body = {
        "rows": [row],
        "channel": "HOTLINE",
        "company_name": "가온정밀",
        "caller": "나은별",
        "phone": "010-2345-6789",
        "then": "ASSIGN",
        "lead_unit_id": str(unit_id),
        "officer_id": str(officer.id),
    }
    answer = await api.post("/api/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["items"][0])


async def test_a_team_reads_what_is_shared_with_it_and_nothing_else(web: Web, people: People):
    admin = await people.officer("TENANT_ADMIN", name="이관리")
    lead, intake = await people.officer("LEAD_OFFICER"), await people.officer("INTAKE_OFFICER")
    browser = await let_in(web, (await granted(web, admin))["temporary_password"])
    unit_id = await people.unit()
    first, second = [await case_of(web.api(intake), unit_id, lead) for _ in range(2)]
    assert "공유받은 건이 없습니다" in (await browser.get(SHARED)).text
    sharing = f"/office/cases/{first['id']}/sharing"
    assert (await web.browser(intake).get(sharing)).status_code == 403
    page = await web.browser(lead).get(sharing)
    team = page.text.partition("경제과학원")[0].rpartition('value="')[2][:36]
    form = {"team_id": team, "reason": "", "row_version": str(first["row_version"])}
    assert (await web.browser(lead).post(sharing, form)).status_code == 422
    form["reason"] = "채용 지원사업을 함께 봅니다."
    assert (await web.browser(lead).post(sharing, form)).status_code == 303
    assert "경제과학원과 공유 중" in (await web.browser(lead).get(sharing[:-8])).text
    listed = (await browser.get(SHARED)).text
    assert first["case_no"] in listed
    assert second["case_no"] not in listed
    seen = (await browser.get(f"{SHARED}/{first['id']}")).text
    assert "채용 절차가 어렵습니다" in seen
    assert "함께 봅니다" in seen
    for hidden in ("나은별", "2345", "김철수"):
        assert hidden not in seen
    assert (await browser.get(f"{SHARED}/{second['id']}")).status_code == 404
    for closed in (
        "/office/cases",
        f"/office/cases/{first['id']}",
        "/office/companies",
        "/admin/people",
    ):
        assert (await browser.get(closed)).status_code in {403, 404}, closed
    assert (await browser.post(f"/office/cases/{first['id']}/close")).status_code == 403
    api = web.api(lead)
    shares = (await api.get(f"/api/v1/cases/{first['id']}/shares")).json()["items"]
    back = f"/api/v1/cases/{first['id']}/shares/{shares[0]['share_id']}/revoke"
    tag = (await api.get(f"/api/v1/cases/{first['id']}")).headers["etag"]
    assert (await api.post(back)).status_code == 428
    assert (await api.post(back, headers={"if-match": tag})).status_code == 200
    assert (await browser.get(f"{SHARED}/{first['id']}")).status_code == 404
    told = (await api.get(f"/api/v1/cases/{first['id']}/events")).text
    assert "지역팀과 공유" in told
    assert "지역팀 공유 거둠" in told


async def test_a_grant_ends_by_its_days_or_at_once_and_may_be_given_again(web: Web, people: People):
    admin = await people.officer("TENANT_ADMIN", name="이관리")
    made = await granted(web, admin)
    browser = await let_in(web, made["temporary_password"])
    assert (await browser.get(SHARED)).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=10)):
        _, late = await signed_in(web, OWN)
        assert late.status_code == 422
    page = web.browser(admin)
    days = {"valid_from": str(clock.today()), "until": str(clock.today() + timedelta(days=9))}
    form = {"agency": "경제과학원", "login": "lee9", "name": "이나라", **days, "_act": "preview"}
    seen = (await page.post("/admin/people/regional", form)).text
    assert "10일 동안 열람을 허용합니다" in seen
    assert "지금 함께 보는 사람: " in seen
    assert "이나라" not in (await page.get("/admin/people/regional")).text
    wrong = await page.post("/admin/people/regional", {**form, "until": "2020-01-01"})
    assert wrong.status_code == 422
    ended = await page.post(f"/admin/people/regional/{made['id']}/end", {"row_version": "1"})
    assert ended.status_code == 303
    assert "sign-in" in (await browser.get(SHARED)).headers["location"]
    assert (await signed_in(web, OWN))[1].status_code == 422
    log = (await page.get("/admin/people/regional")).text
    assert "끝냄" in log
    assert "이관리 주무관" in log
    officer_id = (await web.api(admin).get(GRANTS)).json()["items"][0]["officer_id"]
    again = await granted(web, admin, officer_id=officer_id, login="", name="")
    assert again["temporary_password"] == ""
    assert (await signed_in(web, OWN))[1].status_code == 303
    twice = {"agency": "경제과학원", "officer_id": officer_id, "until": str(clock.today())}
    refused = await web.api(admin).post(GRANTS, json={**twice, "valid_from": str(clock.today())})
    assert refused.status_code == 409
    roles = {"roles": ["LEAD_OFFICER"]}
    tag = (await web.api(admin).get(f"/api/v1/people/officers/{officer_id}")).headers["etag"]
    path = f"/api/v1/people/officers/{officer_id}/roles"
    refused = await web.api(admin).put(path, json=roles, headers={"if-match": tag})
    assert refused.status_code == 409
