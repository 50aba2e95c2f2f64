"""Filing without an account, following with two numbers, and 접수 by an officer."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases.models import submissions
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

AT = datetime.fromisoformat("2026-11-02T17:00:00+09:00")
PATH = "/api/v1/cases/submissions"
FILING: dict[str, Any] = {
    "company_name": "㈜가온정밀",
    "caller": "한서윤",
    "phone": "010-2345-6789",
    "email": "caller@example.com",
    "category": "INFRA",
    "content": "진입도로 폭이 좁습니다.\n넓혀 주세요.",
    "consent": True,
}
_RAW = read(select(submissions.c.code_hash), str)


async def test_file_follow_register(web: Web, people: People, runtime: Runtime, city: Tenant):
    anyone = web.api()
    with clock.frozen(AT), capture_logs() as lines:
        officer = await people.officer("INTAKE_OFFICER")
        api = web.api(officer)
        filed = await anyone.post(PATH, json=FILING)
        assert filed.status_code == 201, filed.text
        receipt = filed.json()
        keys = {"receipt_no": receipt["receipt_no"], "code": receipt["code"]}
        before = (await anyone.post(f"{PATH}/follow", json=keys)).json()
        waiting = (await api.get(PATH)).json()["items"]
        one = (await api.get(f"{PATH}/{waiting[0]['id']}")).json()
        made = await api.post("/api/v1/cases", json={"submission_id": one["id"]})
        assert made.status_code == 201, made.text
        case = made.json()["items"][0]
        twice = await api.post("/api/v1/cases", json={"submission_id": one["id"]})
        loose = {"receipt_no": f" {keys['receipt_no'].lower()} ", "code": keys["code"].lower()}
        after = (await anyone.post(f"{PATH}/follow", json=loose)).json()
    assert (before["state"], before["cases"]) == ("SUBMITTED", [])
    assert before["register_by"] == "2026-11-03T17:00:00+09:00"
    assert (before["unit_name"], before["unit_phone"]) == ("기업지원과", "02-0000-1000")
    assert (waiting[0]["caller_mask"], waiting[0]["late"]) == ("한*윤", False)
    assert one["caller"] == "한서윤"
    assert (twice.status_code, twice.json()["code"]) == (409, "refused")
    assert (after["state"], after["cases"][0]["case_no"]) == ("REGISTERED", case["case_no"])
    assert after["cases"][0]["unit_phone"] == "02-0000-1000"
    shown = (await api.get(f"/api/v1/cases/{case['id']}")).json()
    assert (shown["channel"], shown["caller"]) == ("WEB_PORTAL", "한서윤")
    assert (shown["email"], shown["submission_id"]) == ("caller@example.com", one["id"])
    assert (await api.get(PATH)).json()["items"] == []
    async with runtime.work.open(city) as ctx:
        assert receipt["code"] not in str(await ctx.db.all(_RAW))
    for secret in ("한서윤", "caller@example", receipt["code"], receipt["receipt_no"]):
        assert secret not in str(lines)


async def test_wrong_numbers_all_look_the_same(web: Web):
    anyone = web.api()
    receipt = (await anyone.post(PATH, json=FILING)).json()
    tries = (
        (receipt["receipt_no"], "AAAA2222"),
        ("AAAAAAAAAA", receipt["code"]),
        ("AAAAAAAAAA", "AAAA2222"),
        ("", ""),
        ("가" * 5000, "\u0000'; --"),
    )
    seen = set()
    for receipt_no, code in tries:
        answer = await anyone.post(f"{PATH}/follow", json={"receipt_no": receipt_no, "code": code})
        problem = {k: v for k, v in answer.json().items() if k != "request"}
        seen.add((answer.status_code, str(problem)))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 404


async def test_ten_an_hour_from_one_place(web: Web):
    anyone = web.api()
    with clock.frozen(AT):
        first = [(await anyone.post(PATH, json=FILING)).status_code for _ in range(10)]
        refused = await anyone.post(PATH, json=FILING)
    with clock.frozen(AT + timedelta(hours=1, seconds=1)):
        later = await anyone.post(PATH, json=FILING)
    assert first == [201] * 10
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert "1시간에 10건" in refused.json()["title"]
    assert later.status_code == 201


async def test_numbers_are_random(web: Web):
    made = await asyncio.gather(*(web.api().post(PATH, json=FILING) for _ in range(8)))
    receipts = {m.json()["receipt_no"] for m in made}
    assert len(receipts) == len({m.json()["code"] for m in made}) == 8
    assert len({r[:4] for r in receipts}) > 1


async def test_what_a_filing_needs(web: Web):
    bad = {"consent": False, "phone": "12", "category": "NOPE", "business_no": "123-45-67890"}
    answer = await web.api().post(PATH, json=bad)
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == {
        *("company_name", "caller", "phone", "content", "consent", "category", "business_no")
    }


async def test_officers_only(web: Web, people: People):
    lead = web.api(await people.officer("LEAD_OFFICER"))
    assert (await web.api().get(PATH)).status_code == 401
    assert (await lead.get(PATH)).status_code == 403
    assert (await lead.post("/api/v1/cases", json={})).status_code == 403
