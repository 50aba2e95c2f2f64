"""The approval line (AS-04's part): drafted, sent back, drafted anew, approved by 전결."""

from typing import Any

import httpx
from sqlalchemy import select

from sinmungo.app import Runtime
from sinmungo.host.models import outbox
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

API = "/api/v1/cases"
SETTING = "/api/v1/settings/cases-approval"
ROAD = "진입도로 폭이 좁아 대형 화물차가 못 들어옵니다."
MENU = '<li><a href="/office/cases/approvals"'
JOBS = read(select(outbox.c.kind).order_by(outbox.c.id), str)


async def line(admin: httpx.AsyncClient, **values: Any) -> httpx.Response:
    tag = (await admin.get(SETTING)).headers["etag"]
    return await admin.put(SETTING, json={"values": values}, headers={"if-match": tag})


async def act(api: httpx.AsyncClient, case: str, what: str, **body: Any) -> httpx.Response:
    """Do something with a case as it stands."""
    tag = (await api.get(f"{API}/{case}")).headers["etag"]
    return await api.post(f"{API}/{case}/{what}", json=body, headers={"if-match": tag})


async def reviewed(intake: httpx.AsyncClient, lead: httpx.AsyncClient, unit: Any) -> str:
    body = {
        "rows": [{"category": "INFRA", "content": ROAD}],
        "channel": "HOTLINE",
        "company_name": "가온정밀",
        "caller": "나은별",
        "email": "eun@example.kr",
        "then": "ASSIGN",
        "lead_unit_id": str(unit),
    }
    made = await intake.post(API, json=body)
    assert made.status_code == 201, made.text
    case = str(made.json()["items"][0]["id"])
    assert (await act(lead, case, "review")).status_code == 200
    return case


async def test_an_answer_is_sent_back_redrafted_and_approved(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    unit = await people.unit()
    officer = await people.officer("LEAD_OFFICER")
    intake, lead = web.api(await people.officer("INTAKE_OFFICER")), web.api(officer)
    admin = web.api(await people.officer("TENANT_ADMIN"))
    refused = await line(admin, line="BOTH")
    assert "역할을 맡은 직원이 없습니다" in refused.text
    leader = await people.officer("TEAM_LEADER", title="팀장", name="박도윤")
    head = await people.officer("DIVISION_HEAD", title="과장", name="한가람", is_head=True)
    other = web.api(await people.officer("TEAM_LEADER", unit="도로과"))
    assert (await line(admin, line="BOTH")).status_code == 200
    case = await reviewed(intake, lead, unit)
    draft = {"disposition": "NOT_ACCEPTED", "implementation": "NOT_NEEDED", "text": "어렵습니다."}
    sent = await act(lead, case, "answer", **draft)
    assert (sent.status_code, sent.json()["status"]) == (200, "APPROVAL")
    assert (await act(lead, case, "answer", **draft)).status_code == 409
    assert (await act(lead, case, "approve")).status_code == 403
    assert (await other.get(f"{API}/{case}")).status_code == 404
    assert (await other.get(f"{API}/approvals")).json()["items"] == []
    assert (await web.api(leader).get(f"{API}/approvals")).json()["items"][0]["case_id"] == case
    # Whoever changes the line now changes nothing for this answer.
    assert (await line(admin, line="NONE")).status_code == 200
    await send_back(web, leader, case)
    again = (await web.browser(officer).get(f"/office/cases/{case}")).text
    for kept in ("돌아온 답변", "어렵습니다.</textarea>", "도로과 의견을 넣어 주세요."):
        assert kept in again
    assert (await line(admin, line="BOTH")).status_code == 200
    better = {**draft, "disposition": "PARTIALLY_ACCEPTED", "implementation": "PLANNED"}
    assert (await act(lead, case, "answer", **better)).json()["status"] == "APPROVAL"
    assert (await act(lead, case, "recall")).json()["status"] == "ANSWER_DRAFT"
    assert (await act(lead, case, "answer", **better)).json()["status"] == "APPROVAL"
    assert (await act(web.api(leader), case, "approve")).json()["status"] == "APPROVAL"
    late = await act(web.api(leader), case, "approve")
    assert (late.status_code, "과장이 결재할 차례" in late.text) == (409, True)
    assert "answered_mail" not in await jobs(runtime, city)
    waiting = (await web.browser(head).get("/office/cases/approvals")).text
    assert "박도윤" not in waiting
    assert "김철수" in waiting
    file = (await web.browser(head).get("/office/cases/approvals/file/csv")).text
    (row,) = [r for r in file.splitlines() if "진입도로" in r]
    assert all(word in row for word in ("가온정밀", "일부수용", "김철수", "과장"))
    assert (await act(web.api(head), case, "approve")).json()["status"] == "ANSWERED"
    assert "answered_mail" in await jobs(runtime, city)
    done = (await lead.get(f"{API}/{case}")).json()
    assert (done["disposition"], done["implementation"]) == ("PARTIALLY_ACCEPTED", "PLANNED")
    assert done["answered_by"] == str(officer.id)
    told = (await lead.get(f"{API}/{case}/events")).json()["items"]
    steps = [e["details"] for e in told if e["kind"] == "cases.answer_approved"]
    assert steps == ["팀장 결재", "과장 전결"]
    past = (await lead.get(f"{API}/{case}/approvals")).json()["items"]
    assert [p["state"] for p in past] == ["APPROVED", "RECALLED", "REJECTED"]


async def send_back(web: Web, leader: Officer, case: str) -> None:
    """Look at the answer as its approver and send it back by the page."""
    page = web.browser(leader)
    shown = (await page.get(f"/office/cases/{case}")).text
    assert "결재 중인 답변" in shown
    assert "<b>팀장</b> (차례)" in shown
    version = (await web.api(leader).get(f"{API}/{case}")).json()["row_version"]
    back = {"row_version": str(version), "reason": "도로과 의견을 넣어 주세요."}
    assert (await page.post(f"/office/cases/{case}/reject", {**back, "reason": ""})).is_error
    assert (await page.post(f"/office/cases/{case}/reject", back)).status_code == 303


async def jobs(runtime: Runtime, city: Tenant) -> str:
    async with runtime.work.open(city) as ctx:
        return " ".join(await ctx.db.all(JOBS))


async def test_the_line_goes_by_disposition_and_by_who_writes(web: Web, people: People):
    unit = await people.unit()
    intake = web.api(await people.officer("INTAKE_OFFICER"))
    lead = web.api(await people.officer("LEAD_OFFICER"))
    leader = web.api(await people.officer("TEAM_LEADER", title="팀장"))
    above = await people.officer("DIVISION_HEAD", title="과장", is_head=True)
    head, desk = web.api(above), web.browser(above)
    admin = web.api(await people.officer("TENANT_ADMIN"))
    # Without any line there is nothing to wait for: no line in the menu, but old links lead on.
    assert MENU not in (await desk.get("/office/cases")).text
    assert "결재할 답변이 없습니다" in (await desk.get("/office/cases/approvals")).text
    assert (await line(admin, not_accepted="MAYOR")).status_code == 422
    assert (await line(admin, not_accepted="BOTH")).status_code == 200
    given = {"implementation": "NOT_NEEDED", "text": "답변"}
    assert MENU in (await desk.get("/office/cases")).text
    plain = await reviewed(intake, lead, unit)
    done = await act(lead, plain, "answer", disposition="ACCEPTED", **given)
    assert done.json()["status"] == "ANSWERED"
    case = await reviewed(intake, lead, unit)
    sent = await act(leader, case, "answer", disposition="NOT_ACCEPTED", **given)
    assert sent.json()["status"] == "APPROVAL"  # the own step is passed, the head's is not
    assert (await leader.get(f"{API}/approvals")).json()["items"] == []
    assert (await act(head, case, "approve")).json()["status"] == "ANSWERED"
    stand_in = await reviewed(intake, lead, unit)
    await act(lead, stand_in, "answer", disposition="NOT_ACCEPTED", **given)
    assert (await act(head, stand_in, "approve")).json()["status"] == "ANSWERED"
    told = (await lead.get(f"{API}/{stand_in}/events")).json()["items"]
    assert [e["details"] for e in told if e["title"] == "결재"] == ["과장 전결, 팀장 대결"]
    agency = (await lead.get("/api/v1/agencies")).json()["items"][0]["id"]
    assert (await line(admin, system_change_proposed="DIVISION_HEAD")).status_code == 200
    asked = await reviewed(intake, lead, unit)
    body = {"agency_id": agency, "gist": "고쳐 주세요.", "answer": "건의했습니다."}
    sent = await act(lead, asked, "proposals", **body)
    assert sent.json()["status"] == "APPROVAL"
    assert (await act(head, asked, "approve")).json()["status"] == "ANSWERED"
