"""The life of a case through the API: from a phone call to an answer (AS-01)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, func, select
from structlog.testing import capture_logs

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.companies.models import companies
from sinmungo.host.models import access_log, events
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
PERSON = "한서윤"
PHONE = "010-2345-6789"
CALL: dict[str, Any] = {
    "company_name": "㈜가온정밀",
    "caller": PERSON,
    "phone": PHONE,
    "rows": [
        {"category": "FUNDS", "content": "신규 설비 자금이 부족합니다"},
        {"category": "MARKET", "content": "판로가 막혀 있습니다"},
    ],
}
_COMPANIES = read(select(func.count()).select_from(companies), int)
_EVENTS = read(
    select(func.count()).select_from(events).where(events.c.subject_id == bindparam("id")), int
)
_LOOKS = read(
    select(access_log.c.officer_id).where(access_log.c.subject_id == bindparam("id")), UUID
)


async def _case(web: Web, officer: Officer, **changes: Any) -> dict[str, Any]:
    body = {**CALL, "rows": CALL["rows"][:1], **changes}
    response = await web.api(officer).post("/api/v1/cases", json=body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()["items"][0]
    return made


async def test_phone_intake(web: Web, people: People, runtime: Runtime, city: Tenant):
    officer = await people.officer("INTAKE_OFFICER")
    api = web.api(officer)
    with clock.frozen(AT), capture_logs() as lines:
        response = await api.post("/api/v1/cases", json=CALL)
        assert response.status_code == 201, response.text
        made = response.json()["items"]
        listed = (await api.get("/api/v1/cases?view=ALL")).json()["items"]
        detail = await api.get(f"/api/v1/cases/{made[0]['id']}")
    assert [m["case_no"] for m in made] == ["TS-2026-000001", "TS-2026-000002"]
    assert [m["category"] for m in made] == ["FUNDS", "MARKET"]
    assert {m["due_at"] for m in made} == {"2026-11-06T18:00:00+09:00"}
    assert {row["case_no"] for row in listed} == {m["case_no"] for m in made}
    assert {row["company_name"] for row in listed} == {"㈜가온정밀"}
    assert {row["waiting_at"] for row in listed} == {"접수담당"}
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(_COMPANIES) == 1
        assert await ctx.db.all(_LOOKS, id=UUID(made[0]["id"])) == [officer.id]
    assert (detail.json()["caller"], detail.json()["phone"]) == (PERSON, "01023456789")
    assert detail.headers["etag"] == '"1"'
    assert lines
    for secret in (PERSON, "가온정밀", "6789", "설비"):
        assert secret not in str(lines)


async def test_from_call_to_close(web: Web, people: People):
    intake = await people.officer("INTAKE_OFFICER")
    lead = await people.officer("LEAD_OFFICER", unit="도로과", name="이도로")
    case = await _case(web, intake)
    path = f"/api/v1/cases/{case['id']}"
    target = {"unit_id": str(lead.unit_id), "officer_id": str(lead.id)}
    steps: list[tuple[Officer, str, dict[str, Any] | None]] = [
        (intake, "assign", target),
        (lead, "bounce", {"reason": "우리 부서 소관이 아닙니다."}),
        (intake, "assign", target),
        (lead, "review", None),
        (lead, "answer", {"disposition": "ACCEPTED", "text": "보수하겠습니다."}),
        (lead, "close", {"reason": "CONFIRMED"}),
    ]
    for version, (who, act, body) in enumerate(steps, start=1):
        done = await web.api(who).post(
            f"{path}/{act}", json=body, headers={"if-match": f'"{version}"'}
        )
        assert done.status_code == 200, done.text
        assert done.headers["etag"] == f'"{version + 1}"'
    shown = (await web.api(lead).get(path)).json()
    assert (shown["status"], shown["disposition"], shown["acts"]) == ("CLOSED", "ACCEPTED", [])
    assert shown["officer"]["name"] == "이도로"
    history = (await web.api(lead).get(f"{path}/events")).json()["items"]
    assert [h["seq"] for h in history] == [1, 2, 3, 4, 5, 6, 7]
    assert [h["title"] for h in history] == [
        *("접수", "배정", "소관 아님 반송", "배정", "검토 시작", "답변", "종결")
    ]
    assert history[1]["details"] == "도로과 이도로 주무관"
    assert history[2]["details"] == "우리 부서 소관이 아닙니다."
    assert (history[2]["who"]["name"], history[2]["unit"]) == ("이도로", "도로과")
    assert history[6]["details"] == "기업 확인"


async def test_assign_and_close_at_once(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    road = await people.unit("도로과")
    given = await _case(web, officer, then="ASSIGN", lead_unit_id=str(road))
    assert (given["status"], given["row_version"]) == ("ASSIGNED", 2)
    closed = await _case(web, officer, then="CLOSE", answer="이자 지원 사업을 안내했습니다.")
    assert (closed["status"], closed["row_version"]) == ("CLOSED", 3)
    api = web.api(officer)
    shown = (await api.get(f"/api/v1/cases/{closed['id']}")).json()
    assert (shown["disposition"], shown["close_reason"]) == ("INFO_PROVIDED", "INFORMED")
    assert (shown["lead_unit_name"], shown["answered_at"]) == (
        "기업지원과",
        shown["registered_at"],
    )
    history = (await api.get(f"/api/v1/cases/{closed['id']}/events")).json()["items"]
    assert [h["title"] for h in history] == ["접수", "답변", "종결"]
    silent = await api.post("/api/v1/cases", json={**CALL, "then": "CLOSE"})
    assert silent.json()["errors"] == {"answer": "안내한 내용을 적어 주세요."}
    nowhere = await api.post("/api/v1/cases", json={**CALL, "then": "ASSIGN"})
    assert nowhere.json()["errors"].keys() == {"lead_unit_id"}


async def test_every_field_at_fault_is_named(web: Web, people: People):
    api = web.api(await people.officer("INTAKE_OFFICER"))
    bad = {
        "channel": "PIGEON",
        "phone": "12",
        "email": "nobody",
        "rows": [
            {"category": "FUNDS", "content": " "},
            {"category": "NOPE", "content": "주민번호 800101-1234567", "petition_type": "WISH"},
        ],
    }
    response = await api.post("/api/v1/cases", json=bad)
    assert response.status_code == 422
    assert response.json()["errors"].keys() == {
        *("channel", "company_name", "phone", "email"),
        *("rows-0-content", "rows-1-category", "rows-1-content", "rows-1-petition_type"),
    }
    assert "800101" not in response.text
    empty = await api.post("/api/v1/cases", json={"company_name": "가온정밀"})
    assert empty.json()["errors"] == {"rows-0-content": "애로 내용을 적어 주세요."}


@pytest.mark.parametrize(
    ("moment", "fits"),
    [
        ("2026-11-02T09:00:00+09:00", True),
        ("2026-11-03T09:00:00+09:00", False),
        ("2025-10-01T09:00:00+09:00", False),
        ("2026-11-02T09:00:00", False),
    ],
)
async def test_received_at(web: Web, people: People, moment: str, *, fits: bool):
    api = web.api(await people.officer("INTAKE_OFFICER"))
    with clock.frozen(AT):
        response = await api.post("/api/v1/cases", json={**CALL, "received_at": moment})
    assert response.status_code == (201 if fits else 422), response.text
    if not fits:
        assert response.json()["errors"].keys() == {"received_at"}


async def test_versions(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    case = await _case(web, officer)
    path, api = f"/api/v1/cases/{case['id']}/assign", web.api(officer)
    body = {"unit_id": str(officer.unit_id)}
    missing = await api.post(path, json=body)
    assert (missing.status_code, missing.json()["code"]) == (428, "version_needed")
    for stale in ('"2"', "*", '"x"', '"99999999999"'):
        response = await api.post(path, json=body, headers={"if-match": stale})
        assert (response.status_code, response.json()["code"]) == (412, "stale")
    done = await api.post(path, json=body, headers={"if-match": '"1"'})
    assert done.json()["row_version"] == 2
    twice = await api.post(path, json=body, headers={"if-match": '"1"'})
    assert twice.status_code == 412


async def test_scopes(web: Web, people: People):
    intake = await people.officer("INTAKE_OFFICER")
    mine = await people.officer("LEAD_OFFICER", unit="도로과")
    other = await people.officer("LEAD_OFFICER", unit="기업지원과")
    auditor = await people.officer("AUDITOR", unit="도로과")
    case = await _case(web, intake, then="ASSIGN", lead_unit_id=str(mine.unit_id))
    path = f"/api/v1/cases/{case['id']}"
    for who, status in ((intake, 200), (mine, 200), (auditor, 200), (other, 404)):
        assert (await web.api(who).get(path)).status_code == status
        assert (await web.api(who).get(f"{path}/events")).status_code == status
    version = {"if-match": '"2"'}
    assert (await web.api(other).post(f"{path}/review", headers=version)).status_code == 404
    assert (await web.api(auditor).post(f"{path}/review", headers=version)).status_code == 403
    assert (await web.api().get(path)).status_code == 401
    for who, count in ((intake, 1), (mine, 1), (other, 0)):
        found = await web.api(who).post("/api/v1/cases/search", json={"q": "가온정밀"})
        assert len(found.json()["rows"]) == count
        assert len((await web.api(who).get("/api/v1/cases?view=ALL")).json()["items"]) == count


async def test_assignee_must_work_there(web: Web, people: People):
    intake = await people.officer("INTAKE_OFFICER")
    road = await people.officer("LEAD_OFFICER", unit="도로과")
    team = await people.officer("LEAD_OFFICER", unit="기업SOS팀")
    case = await _case(web, intake)
    path, api = f"/api/v1/cases/{case['id']}/assign", web.api(intake)

    async def give(unit: UUID, officer: Officer) -> dict[str, Any]:
        body = {"unit_id": str(unit), "officer_id": str(officer.id)}
        response = await api.post(path, json=body, headers={"if-match": '"1"'})
        answer: dict[str, Any] = response.json()
        return answer

    assert (await give(team.unit_id, road))["errors"].keys() == {"officer_id"}
    assert (await give(UUID(case["id"]), road))["errors"].keys() == {"lead_unit_id"}
    assert (await give(await people.unit("기업지원과"), team))["status"] == "ASSIGNED"


async def test_text_is_only_text(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    nasty = "'); DROP TABLE cases; -- <script>alert(1)</script> {{ 7*7 }} \\ % _ ' & | ! :*"
    case = await _case(
        web, officer, company_name=nasty, rows=[{"category": "ETC", "content": nasty}]
    )
    api = web.api(officer)
    shown = (await api.get(f"/api/v1/cases/{case['id']}")).json()
    assert "DROP TABLE cases" in shown["content"]
    for text in (nasty, "' & '", "!!", ":*", "\\", "%", "()", "\u0000", "🙂"):
        found = await api.post("/api/v1/cases/search", json={"q": text})
        assert found.status_code == 200, (text, found.text)
    browser = web.browser(officer)
    page = await browser.get(f"/office/cases/{case['id']}")
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text


async def test_unknown_things_are_missing(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    api = web.api(officer)
    path = f"/api/v1/cases/{clock.uuid7()}"
    assert (await api.get(path)).status_code == 404
    assert (await api.get(f"{path}/events")).status_code == 404
    assert (await api.post(f"{path}/review", headers={"if-match": '"1"'})).status_code == 404
    assert (await api.get("/api/v1/cases?view=NOPE")).status_code == 422
    assert (await api.get("/api/v1/cases?cursor=nonsense")).status_code == 422
    gone = {**CALL, "company_id": str(clock.uuid7())}
    assert (await api.post("/api/v1/cases", json=gone)).status_code == 422


async def test_statement_counts(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    case = await _case(web, officer)
    api = web.api(officer)
    company = (await api.get(f"/api/v1/cases/{case['id']}")).json()["company_id"]
    known = {"company_id": company, "rows": CALL["rows"]}
    wanted = {
        "list": (2, api.get, "/api/v1/cases?view=ALL", {}),
        "mine": (2, api.get, "/api/v1/cases?view=MINE", {}),
        "get": (2, api.get, f"/api/v1/cases/{case['id']}", {}),
        "events": (3, api.get, f"/api/v1/cases/{case['id']}/events", {}),
        "create": (6, api.post, "/api/v1/cases", {"json": known}),
    }
    for name, (most, call, path, given) in wanted.items():
        with capture_logs() as lines:
            response = await call(path, **given)
        assert response.status_code < 300, response.text
        (line,) = [entry for entry in lines if entry["event"] == "request"]
        assert line["statements"] <= most, name


async def test_desk_pages_and_counts(web: Web, people: People):
    with clock.frozen(AT):
        officer = await people.officer("INTAKE_OFFICER", "LEAD_OFFICER")
    api, here = web.api(officer), str(officer.unit_id)
    rows = [{"category": "FUNDS", "content": f"자금 {n}"} for n in range(15)]
    with clock.frozen(AT):
        for day in ("2026-10-20", "2026-10-27", "2026-11-02"):
            body = {
                **CALL,
                "rows": rows,
                "received_at": f"{day}T09:30:00+09:00",
                "then": "ASSIGN",
                "lead_unit_id": here,
                "officer_id": str(officer.id),
            }
            assert (await api.post("/api/v1/cases", json=body)).status_code == 201
        first = (await api.get("/api/v1/cases?view=MINE")).json()
        second = (await api.get(f"/api/v1/cases?view=MINE&cursor={first['next']}")).json()
        counts = (await api.get("/api/v1/cases/counts")).json()
        answered = first["items"][0]
        path = f"/api/v1/cases/{answered['id']}"
        await api.post(f"{path}/review", headers={"if-match": '"2"'})
        reply = {"disposition": "ACCEPTED", "text": "드렸습니다."}
        await api.post(f"{path}/answer", json=reply, headers={"if-match": '"3"'})
        after = (await api.get("/api/v1/cases?view=MINE")).json()
        late = (await api.get("/api/v1/cases?view=LATE")).json()["items"]
    assert (len(first["items"]), len(second["items"]), second["next"]) == (40, 5, None)
    everything = first["items"] + second["items"]
    assert len({row["id"] for row in everything}) == 45
    assert [row["due_at"] for row in everything] == sorted(row["due_at"] for row in everything)
    assert [row["late"] for row in everything] == [True] * 15 + [False] * 30
    assert counts == {"MINE": 45, "UNIT": 45, "TODAY": 15, "LATE": 15, "ALL": 45}
    assert answered["id"] not in {row["id"] for row in after["items"]}
    assert len(late) == 14


async def test_search(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER")
    api = web.api(officer)
    with clock.frozen(AT):
        funds = await _case(web, officer)
        road = await _case(
            web,
            officer,
            company_name="한빛기계 주식회사",
            phone="032-625-1234",
            channel="WALK_IN",
            rows=[
                {"category": "INFRA", "content": "진입도로 폭이 좁아 대형 화물차가 못 들어옵니다"}
            ],
        )

        async def find(**query: Any) -> list[str]:
            found = await api.post("/api/v1/cases/search", json=query)
            assert found.status_code == 200, found.text
            assert found.json()["total"] == len(found.json()["rows"])
            return [row["case_no"] for row in found.json()["rows"]]

        for q in ("TS-2026-000002", "ts2026000002", "2", "1234", "032-625-1234"):
            assert await find(q=q) == [road["case_no"]], q
        for q in ("한빛기계", "(주)한빛기계", "ㅎㅂㄱㄱ", "화물차가", "진입 도로를", "도로"):
            assert await find(q=q) == [road["case_no"]], q
        assert await find(q="6789") == [funds["case_no"]]
        assert await find(q="없는말") == []
        assert await find() == [road["case_no"], funds["case_no"]]
        assert await find(category="FUNDS") == [funds["case_no"]]
        assert await find(channel="WALK_IN", q="도로") == [road["case_no"]]
        assert await find(status="CLOSED") == []
        assert await find(registered_from="2026-11-03") == []
        assert len(await find(registered_from="11.2", registered_to="11.2")) == 2
        bad = await api.post("/api/v1/cases/search", json={"registered_from": "언젠가"})
        assert bad.json()["errors"].keys() == {"registered_from"}
