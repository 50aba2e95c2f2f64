"""The screens, as officers use them; without JavaScript, which they do not need."""

import re
from uuid import UUID

import pytest

from sinmungo.sdk import find_companies

HOME = "/office/bucheon/project100"
ACTS = ["new", "find", "rounds"]


@pytest.fixture
async def manager(web, project):
    return web.browser(project.officer)


async def test_first_round_then_the_board(manager):
    start = (await manager.get(HOME)).text
    assert "아직 회차가 없습니다" in start
    form = (await manager.get(f"{HOME}/rounds")).text
    assert 'name="capacity" value="100"' in form
    assert 'name="min_employees" value="50"' in form
    wrong = await manager.post(
        f"{HOME}/rounds",
        {"name": "", "selected_on": "13.45", "capacity": "백", "min_employees": "50"},
    )
    assert wrong.status_code == 422
    for said in ("회차 이름을 적어", "달력에 없는", "숫자로 적어", 'value="백"'):
        assert said in wrong.text
    made = await manager.post(
        f"{HOME}/rounds",
        {"name": "2026년", "selected_on": "3.2", "capacity": "100", "min_employees": "50"},
    )
    assert made.status_code == 303
    shown = (await manager.get(made.headers["location"])).text
    assert "선정일 2026. 3. 2.(월)" in shown
    assert "정원 100" in shown
    again = await manager.post(
        f"{HOME}/rounds",
        {"name": "2026년", "selected_on": "3.2", "capacity": "100", "min_employees": "50"},
    )
    assert "같은 이름의 회차" in again.text


async def test_take_a_company_in(manager, project, make_company, people):
    round_id = await project.open_round()
    company = await make_company("52", name="㈜가온정밀")
    officer = await people.officer("LEAD_OFFICER", name="남도윤")
    await manager.get(f"{HOME}/new")
    found = await manager.post(f"{HOME}/find", {"round_id": round_id, "q": "ㄱㅇㅈㅁ"})
    link = re.search(rf'href="({HOME}/new[^"]*{company})"', found.text)
    assert link
    checked = (await manager.get(link[1].replace("&amp;", "&"))).text
    assert "52명" in checked
    assert "100자리가 남았습니다" in checked
    form = {"round_id": round_id, "company_id": str(company)}
    nobody = await manager.post(f"{HOME}/new", form)
    assert nobody.status_code == 422
    assert "전담관을 골라 주세요" in nobody.text
    assert "㈜가온정밀" in nobody.text
    done = await manager.post(f"{HOME}/new", {**form, "officer_id": str(officer.id)})
    assert done.status_code == 303
    board = (await manager.get(HOME)).text
    assert "㈜가온정밀" in board
    assert "남도윤 주무관" in board
    assert "52명" in (await manager.get(f"{HOME}?view=list")).text


async def test_a_refusal_is_seen_before_saving(manager, project, make_company):
    round_id = await project.open_round()
    company = await make_company("49")
    shown = (await manager.get(f"{HOME}/new?round_id={round_id}&company_id={company}")).text
    assert "50명 이상이어야 합니다" in shown
    assert 'name="officer_id"' not in shown
    form = {
        "round_id": round_id,
        "company_id": str(company),
        "officer_id": str(project.officer.id),
    }
    refused = await manager.post(f"{HOME}/new", form)
    assert refused.status_code == 422
    assert "50명 이상이어야 합니다" in refused.text


async def test_seat_free_next_in_line_moves_up(manager, project, make_company):
    round_id = await project.open_round(capacity=1)
    first = await project.enrol(round_id, await make_company(name="㈜첫째"))
    second = await project.enrol(round_id, await make_company(name="㈜둘째"))
    path = f"{HOME}/{second['id']}"
    assert "대기에서 선정" not in (await manager.get(path)).text
    await manager.get(f"{HOME}/{first['id']}/end")
    unsaid = await manager.post(f"{HOME}/{first['id']}/end", {"row_version": "1"})
    assert unsaid.status_code == 422
    assert "사유를 골라 주세요" in unsaid.text
    ended = await manager.post(
        f"{HOME}/{first['id']}/end", {"row_version": "1", "reason": "MOVED_OUT"}
    )
    board = (await manager.get(ended.headers["location"])).text
    assert "다음 차례" in board
    assert "㈜둘째" in board
    assert "대기에서 선정" in (await manager.get(path)).text
    moved = await manager.post(f"{path}/promote", {"row_version": "1"})
    assert moved.status_code == 303
    shown = (await manager.get(path)).text
    assert "관리 중" in shown
    assert "대기에서 선정" in shown  # now as a line of the history
    assert "다음 차례" not in (await manager.get(HOME)).text


async def test_filters(manager, project, make_company, people):
    after = await people.officer("LEAD_OFFICER", name="남도윤")
    round_id = await project.open_round(capacity=2)
    await project.enrol(round_id, await make_company(name="㈜하나"))
    await project.enrol(round_id, await make_company(name="㈜두리"), after.id)
    await project.enrol(round_id, await make_company(name="㈜세찬"))
    waiting = (await manager.get(f"{HOME}?status=WAITING")).text
    assert "㈜세찬" in waiting
    assert "㈜하나" not in waiting
    mine = (await manager.get(f"{HOME}?officer=me")).text
    assert "㈜하나" in mine
    assert "㈜두리" not in mine
    his = (await manager.get(f"{HOME}?officer={after.id}&status=ACTIVE")).text
    assert "㈜두리" in his
    assert "㈜하나" not in his
    assert "이 조건에 맞는 업체가 없습니다" in (await manager.get(f"{HOME}?status=ENDED")).text


async def test_panel_and_hint_on_the_companys_page(manager, project, make_company, runtime, city):
    round_id = await project.open_round(capacity=1)
    company, other = await make_company(name="㈜가온정밀"), await make_company()
    row = await project.enrol(round_id, company)
    page = (await manager.get(f"/office/companies/{company}")).text
    assert "유망기업 100 · 전담 서가람 팀장" in page
    assert f"{HOME}/panel/{company}" in page
    fragment = await manager.get(f"{HOME}/panel/{company}", headers={"hx-request": "true"})
    assert "전담 서가람 팀장" in fragment.text
    assert row["id"] in fragment.text
    assert "<html" not in fragment.text
    assert "<html" in (await manager.get(f"{HOME}/panel/{company}")).text
    assert "든 적이 없습니다" in (await manager.get(f"{HOME}/panel/{other}")).text
    await project.enrol(round_id, other)
    assert "유망기업 100 · 대기 1번" in (await manager.get(f"/office/companies/{other}")).text
    async with runtime.work.open(city) as ctx:
        assert [c.id for c in await find_companies(ctx, "가온정밀")] == [company]


async def test_a_case_of_an_active_company_reaches_the_officer(
    web, people, project, make_company, manager
):
    round_id = await project.open_round(capacity=1)
    active, waiting, stranger = [await make_company() for _ in range(3)]
    rows = [await project.enrol(round_id, c) for c in (active, waiting)]
    desk = web.api(await people.officer("INTAKE_OFFICER"))
    made = []
    for company in (active, waiting, stranger, active):
        intake = {
            "company_id": str(company),
            "channel": "HOTLINE",
            "rows": [{"category": "FUNDS", "content": "설비 자금이 부족합니다"}],
        }
        answer = await desk.post("/api/v1/cases", json=intake)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["items"][0])
    seen, unseen = await project.get(rows[0]), await project.get(rows[1])
    assert (seen["cases"], unseen["cases"]) == (2, 0)
    page = (await manager.get(f"{HOME}/{rows[0]['id']}")).text
    linked = [c["case_no"] for c in made if f"/office/cases/{c['id']}" in page]
    assert linked == [made[0]["case_no"], made[3]["case_no"]]
    assert all(f">{number}</a>" in page for number in linked)


async def test_report_counts_companies_by_round_and_status(project, make_company):
    round_id = await project.open_round(capacity=2)
    rows = [await project.enrol(round_id, await make_company()) for _ in range(4)]
    await project.act(rows[0], "end", reason="WITHDREW")
    query = {"dimension": "round", "from": "2026-03-01", "to": "2026-03-31"}
    table = (await project.api.get("/api/v1/reporting/bucheon-project100", params=query)).json()
    assert table.get("unit") == "개사", table
    line = next(x for x in table["lines"] if x["code"] == round_id)
    found = {c["column"]: c["value"] for c in line["cells"]}
    assert {k: found[k] for k in ("applied", "active", "waiting", "ended")} == {
        "applied": 4, "active": 1, "waiting": 2, "ended": 1,
    }  # fmt: skip
    href = next(c["rows"] for c in line["cells"] if c["column"] == "waiting")
    evidence = (await project.api.get(href)).text
    assert rows[2]["id"] in evidence
    assert rows[3]["id"] in evidence
    assert rows[1]["id"] not in evidence


@pytest.mark.parametrize("role", ["LEAD_OFFICER", "DEDICATED_OFFICER", "AUDITOR"])
async def test_readers_read_and_do_not_write(web, people, project, make_company, role):
    round_id = await project.open_round()
    company = await make_company()
    row = await project.enrol(round_id, company)
    reader = await people.officer(role)
    browser, api = web.browser(reader), web.api(reader)
    page = await browser.get(HOME)
    assert page.status_code == 200
    assert "업체 선정" not in page.text
    assert (await browser.get(f"{HOME}/new")).status_code == 403
    assert (await browser.get(f"{HOME}/{row['id']}/end")).status_code == 403
    assert (await browser.post(f"{HOME}/{row['id']}/promote")).status_code == 403
    assert (await api.get(project.path)).status_code == 200
    assert (await api.post(project.path, json={})).status_code == 403
    assert (await api.post(f"{project.path}/{row['id']}/end", json={})).status_code == 403


async def test_nobody_and_unknown(web, project, manager):
    assert (await web.anyone().get(HOME)).status_code == 303
    assert (await web.api().get(project.path)).status_code == 401
    missing = UUID(int=5)
    assert (await manager.get(f"{HOME}/{missing}")).status_code == 404
    assert (await manager.get(f"{HOME}?round={missing}")).status_code == 404
    assert (await project.api.get(f"{project.path}/{missing}")).status_code == 404
    assert (await manager.get(f"{HOME}/panel/{missing}")).status_code == 404
