"""B5: contacts, the cases that come of them, and the rules that stand in the way of growth."""

from datetime import datetime
from uuid import UUID

import pytest

from sinmungo.sdk import clock, find_agencies

TALK = {"contacted_on": "2026-03-03", "method": "VISIT", "summary": "설비를 늘릴 계획입니다."}
FUNDS = {"category": "FUNDS", "content": "새 설비를 들일 자금이 부족합니다"}
RULE = {
    "category": "ENVIRONMENT",
    "content": "설비만 바꾸어도 허가를 처음부터 다시 받아야 합니다",
    "regulation": True,
    "rule": "대기환경보전법 시행령의 변경허가 기준",
}


@pytest.fixture
async def row(project, make_company):
    return await project.enrol(await project.open_round(), await make_company(name="㈜가온정밀"))


async def test_items_become_cases_with_priority(web, people, project, row):
    body = {**TALK, "met": "김서연", "met_title": "대표", "items": [FUNDS, RULE]}
    made = await project.log(row, **body)
    assert len(made["case_nos"]) == 2
    found = await project.get(row)
    assert (found["cases"], found["open_cases"], found["contacts"]) == (2, 2, 1)
    assert found["last_contact_on"] == "2026-03-03"
    desk = web.api(await people.officer("INTAKE_OFFICER"))
    for number, item in zip(made["case_nos"], (FUNDS, RULE), strict=True):
        case = (await desk.post("/api/v1/cases/search", json={"q": number})).json()["rows"][0]
        assert case["priority"] == "HIGH"
        assert case["channel"] == "FIELD_VISIT"
        assert case["category"] == item["category"]
        whole = (await desk.get(f"/api/v1/cases/{case['id']}")).json()
        assert whole["content"] == item["content"]
        assert whole["caller"] == "김서연"
    contact = (await project.contacts(row))[0]
    assert (contact["cases"], contact["regulations"]) == (2, 1)
    assert contact["officer"] == "서가람 팀장"
    assert contact["met_mask"] == "김*연"
    assert "김서연" not in str(contact)


async def test_settled_in_the_very_contact(project, row):
    informed = {**FUNDS, "settled": "INFORMED", "answer": "융자 신청을 안내했습니다."}
    accepted = {**FUNDS, "settled": "ACCEPTED", "answer": "표지판을 바로 세웠습니다."}
    made = await project.log(row, **TALK, items=[informed, accepted, FUNDS])
    assert len(made["case_nos"]) == 3
    found = await project.get(row)
    assert (found["cases"], found["open_cases"]) == (3, 1)
    year = (await project.api.get(f"{project.path}/years/2026")).json()
    outcomes = year["items"][0]["outcomes"]
    assert outcomes == {"INFO_PROVIDED": 1, "ACCEPTED": 1, "OPEN": 1}


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"contacted_on": "2026-03-04"}, "contacted_on", "오지 않은"),
        ({"contacted_on": "2026-03-02"}, "contacted_on", "앞선 날"),
        ({"method": "TELEPATHY"}, "method", "방법"),
        ({"summary": "  "}, "summary", "이야기"),
        ({"summary": "대표 900101-1234567"}, "summary", "주민등록번호"),
        ({"met": "900101-1234567"}, "met", "주민등록번호"),
        ({"items": [{"category": "FUNDS", "content": " "}]}, "items-0-content", "내용"),
        ({"items": [FUNDS, {**FUNDS, "category": "NO"}]}, "items-1-category", "분야"),
        ({"items": [{**FUNDS, "settled": "INFORMED"}]}, "items-0-answer", "적어"),
        ({"items": [{**FUNDS, "answer": "안내"}]}, "items-0-settled", "골라"),
        (
            {"method": "PHONE", "items": [{**FUNDS, "settled": "ACCEPTED", "answer": "함"}]},
            "items-0-settled",
            "방문",
        ),
        ({"items": [{**RULE, "settled": "INFORMED", "answer": "함"}]}, "items-0-settled", "규제"),
        ({"officer_id": str(UUID(int=7))}, "officer_id", "목록"),
        ({"items": [FUNDS] * 11}, "items", "10건"),
    ],
)
async def test_what_cannot_be_taken_writes_nothing(project, row, given, field, said):
    answer = await project.try_log(row, **{**TALK, **given})
    assert answer.status_code == 422
    assert said in answer.json()["errors"][field]
    assert await project.contacts(row) == []
    assert (await project.get(row))["cases"] == 0


async def test_only_of_companies_looked_after(project, make_company):
    round_id = await project.open_round(capacity=1)
    active, waiting = [await project.enrol(round_id, await make_company()) for _ in range(2)]
    assert (await project.try_log(waiting, **TALK)).status_code == 409
    await project.act(active, "end", reason="WITHDREW")
    assert (await project.try_log(active, **TALK)).status_code == 409
    assert (await project.try_log({"id": UUID(int=5)}, **TALK)).status_code == 404


async def test_the_same_request_twice_is_one_contact(project, row):
    for _ in range(2):
        await project.log(row, key="k1", **TALK, items=[FUNDS])
    assert len(await project.contacts(row)) == 1
    assert (await project.get(row))["cases"] == 1


async def test_a_contact_taken_back_counts_no_more(project, row):
    await project.log(row, **TALK, items=[FUNDS])
    contact = (await project.contacts(row))[0]
    path = f"{project.path}/contacts/{contact['id']}/void"
    unsaid = await project.api.post(path, json={"reason": " "}, headers={"if-match": '"1"'})
    assert "reason" in unsaid.json()["errors"]
    stale = await project.api.post(path, json={"reason": "잘못"}, headers={"if-match": '"7"'})
    assert stale.status_code == 412
    done = await project.api.post(path, json={"reason": "잘못"}, headers={"if-match": '"1"'})
    assert done.status_code == 200
    again = await project.api.post(path, json={"reason": "또"}, headers={"if-match": '"2"'})
    assert again.status_code == 409
    found = await project.get(row)
    assert (found["contacts"], found["last_contact_on"], found["cases"]) == (0, None, 1)
    assert found["due_on"] == "2026-06-30"
    table = (
        await project.api.get(
            "/api/v1/reporting/bucheon-project100-contacts",
            params={"dimension": "method", "from": "2026-01-01", "to": "2026-12-31"},
        )
    ).json()
    assert {c["column"]: c["value"] for c in table["total"]["cells"]}["contacts"] == 0


async def test_rules_are_listed_and_left_with_a_reason(project, row):
    await project.log(row, **TALK, items=[RULE, FUNDS])
    rules = (await project.api.get(f"{project.path}/regulations")).json()["items"]
    assert [r["rule"] for r in rules] == [RULE["rule"]]
    assert rules[0]["state"] == "CANDIDATE"
    path = f"{project.path}/regulations/{rules[0]['id']}"
    etag = {"if-match": (await project.api.get(path)).headers["etag"]}
    silent = await project.api.post(f"{path}/decide", json={"state": "DROPPED"}, headers=etag)
    assert "note" in silent.json()["errors"]
    by_hand = await project.api.post(
        f"{path}/decide", json={"state": "PROPOSED", "note": "함"}, headers=etag
    )
    assert "state" in by_hand.json()["errors"]
    body = {"state": "DROPPED", "note": "이미 고친 규정"}
    left = await project.api.post(f"{path}/decide", json=body, headers=etag)
    assert left.json()["state"] == "DROPPED"
    listed = await project.api.get(f"{project.path}/regulations", params={"status": "CANDIDATE"})
    assert listed.json()["items"] == []


async def test_a_rule_is_proposed_by_proposing_its_case(web, people, project, row, runtime, city):
    await project.log(row, **TALK, items=[RULE])
    rule = (await project.api.get(f"{project.path}/regulations")).json()["items"][0]
    async with runtime.work.open(city) as ctx:
        agency = (await find_agencies(ctx, "환경부"))[0]
    head = web.api(await people.officer("DIVISION_HEAD", "INTAKE_OFFICER", is_head=True))
    case = await head.get(f"/api/v1/cases/{rule['case_id']}")
    made = await head.post(
        f"/api/v1/cases/{rule['case_id']}/proposals",
        json={"agency_id": str(agency.id), "gist": "변경허가 기준을 고쳐 주십시오"},
        headers={"if-match": case.headers["etag"]},
    )
    assert made.status_code == 201, made.text
    rule = (await project.api.get(f"{project.path}/regulations/{rule['id']}")).json()
    assert rule["state"] == "PROPOSED"
    answer = await project.api.post(
        f"{project.path}/regulations/{rule['id']}/decide",
        json={"state": "DROPPED", "note": "아님"},
        headers={"if-match": f'"{rule["row_version"]}"'},
    )
    assert answer.status_code == 409


async def test_no_name_in_events_and_a_look_is_noted(web, project, row, runtime, city):
    from sinmungo.sdk import timeline

    await project.log(row, **TALK, met="김서연", items=[FUNDS])
    contact = (await project.contacts(row))[0]
    async with runtime.work.open(city) as ctx:
        events = await timeline(ctx, UUID(contact["id"]))
    assert [e.kind for e in events] == ["bucheon.project100_contacted"]
    assert "서연" not in str(events)
    assert "설비" not in str(events)
    browser = web.browser(project.officer)
    page = (await browser.get(f"/office/bucheon/project100/contacts/{contact['id']}")).text
    assert "김서연" in page


async def test_who_may_only_read_writes_nothing(web, people, project, row):
    auditor = web.api(await people.officer("AUDITOR"))
    path = f"{project.path}/{row['id']}/contacts"
    assert (await auditor.get(path)).status_code == 200
    assert (await auditor.post(path, json=TALK)).status_code == 403
    dedicated = web.api(await people.officer("DEDICATED_OFFICER"))
    assert (await dedicated.post(path, json=TALK)).status_code == 201
    assert (await dedicated.post(f"{project.path}/handover", json={})).status_code == 403


async def test_the_form_keeps_what_was_typed(web, project, row):
    browser = web.browser(project.officer)
    path = f"/office/bucheon/project100/{row['id']}/contacts"
    assert 'value="2026-03-03"' in (await browser.get(path)).text
    typed = {
        "contacted_on": "3.3",
        "method": "PHONE",
        "met": "김서연",
        "summary": "",
        "items-0-category": "",
        "items-0-content": "",
        "items-3-category": "FUNDS",
        "items-3-content": "자금이 부족합니다",
        "items-3-settled": "ACCEPTED",
        "items-3-answer": "바로 했습니다",
    }
    wrong = await browser.post(path, typed)
    assert wrong.status_code == 422
    for said in (
        "나눈 이야기를 적어",
        "방문에만",
        "김서연",
        "자금이 부족합니다",
        "2026. 3. 3.(화)",
    ):
        assert said in wrong.text
    assert 'name="items-0-content"' in wrong.text
    more = await browser.post(path, {**typed, "act": "ROW"})
    assert more.status_code == 200
    assert more.text.count('-content"') > wrong.text.count('-content"')
    typed |= {"summary": "안부를 나누었습니다", "items-3-settled": "INFORMED"}
    done = await browser.post(path, typed)
    assert done.status_code == 303
    page = (await browser.get(done.headers["location"])).text
    assert "안부를 나누었습니다" in page
    assert "연락 1회" in page
    assert "김*연" in page


async def test_a_contact_page_takes_itself_back(web, project, row):
    await project.log(row, **TALK)
    contact = (await project.contacts(row))[0]
    browser = web.browser(project.officer)
    path = f"/office/bucheon/project100/contacts/{contact['id']}"
    assert "잘못 적은 기록 취소" in (await browser.get(path)).text
    assert (await browser.post(f"{path}/void", {"row_version": "1"})).status_code == 422
    done = await browser.post(f"{path}/void", {"row_version": "1", "reason": "다른 업체"})
    assert done.status_code == 303
    assert "다른 업체" in (await browser.get(path)).text
    with clock.frozen(datetime.fromisoformat("2026-03-04T10:00+09:00")):
        assert "아직 연락이 없습니다" not in (await browser.get(path)).text
