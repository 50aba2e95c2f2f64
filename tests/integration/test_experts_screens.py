"""Sessions and the register on the screen, in files, in reports; and what stays out of logs."""

from datetime import datetime

import pytest
import pytest_asyncio
from sqlalchemy import select

from sinmungo import clock
from sinmungo.experts import service
from sinmungo.host.models import downloads
from sinmungo.testing.experts import EXPERT, AdviceScene, made
from sinmungo_tenants import read

API = "/api/v1/experts"
HOME = "/office/experts/advice"


@pytest.fixture(autouse=True)
def _a_working_day():
    with clock.frozen(datetime.fromisoformat("2026-11-02T10:00+09:00")) as now:
        yield now


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city):
    return await make_city(plugins=("experts",))


@pytest_asyncio.fixture(loop_scope="session")
async def lead(people):
    return await people.officer("LEAD_OFFICER", "INTAKE_OFFICER", name="탁승우")


@pytest_asyncio.fixture(loop_scope="session")
async def boss(people):
    return await people.officer("TEAM_LEADER", name="금나래")


@pytest.fixture
def scene(ctx):
    return AdviceScene(ctx)


async def test_the_register_as_a_file_holds_the_rows_of_the_screen(web, boss, runtime, city):
    from io import BytesIO

    from openpyxl import load_workbook

    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        await scene.rule()
        done = await scene.reported(await scene.expert(), await scene.case())
        await service.approve(ctx, done.id, 300_000, done.row_version)
        await scene.asked(await scene.case("㈜둘째"))
    browser = web.browser(boss)
    await browser.get(f"{HOME}/register")
    form = {"year": "2026", "kind": "xlsx", "reason": "감사자료"}
    unsaid = await browser.post(f"{HOME}/register", {**form, "reason": ""})
    assert unsaid.status_code == 422
    assert "내려받는 까닭을 적어 주세요" in unsaid.text
    answer = await browser.post(f"{HOME}/register", form)
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    assert "자문대장" in rows[0][0]
    lines = {row[0]: row for row in rows if str(row[0]).startswith("2026-")}
    assert list(lines) == ["2026-0001", "2026-0002"]
    first = lines["2026-0001"]
    assert first[5] == "남**람"
    assert (first[10], first[13], first[16]) == (2, 300_000, "지급")
    assert lines["2026-0002"][13] is None
    assert "남궁가람" not in str(rows)
    body = {"year": 2026, "reason": "감사자료", "kind": "csv"}
    plain = await web.api(boss).post(f"{API}/advice/register", json=body)
    assert plain.text.count("2026-000") == 2
    query = read(select(downloads.c.reason).where(downloads.c.officer_id == boss.id), str)
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(query) == ["감사자료", "감사자료"]


async def test_screens_lead_from_the_case_to_the_fee(web, lead, boss, runtime, city):
    more = {f"free{n}": {"name": f"이다{'가나다라'[n]}"} for n in range(4)}
    busy = {"name": "박바쁨", "capacity": "0"}
    case_id, ids = await made(
        runtime, city, own={}, rival={"affiliation": "㈜새봄정밀"}, busy=busy, **more
    )
    browser, head = web.browser(lead), web.browser(boss)
    form = await browser.get(f"{HOME}/new?case={case_id}")
    assert "취업규칙을 바꿔야 합니다" in form.text
    empty = await browser.post(f"{HOME}/new", {"case": str(case_id), "field": "LABOR"})
    assert "자문받을 내용을 적어 주세요" in empty.text
    ask = {"case": str(case_id), "field": "LABOR", "question": "무엇을 바꿉니까?"}
    path = (await browser.post(f"{HOME}/new", ask)).headers["location"]
    page = (await browser.get(path)).text
    assert "요청 분야(노무)가 맞습니다" in page
    assert "맡길 수 없는 전문가 1명" in page
    first, rest = page.split("다음 순서 전문가 1명")
    assert first.count("맡기기<") == 5
    assert "박*쁨" in rest
    assert "이달 맡은 자문이 0건으로 가득 찼습니다" in rest

    async def act(who, name, version, **given):
        return await who.post(f"{path}/{name}", {"row_version": str(version), **given})

    assert (await act(browser, "match", 1, expert_id=str(ids["own"]))).status_code == 303
    none = await act(browser, "pledge", 2, paper_on="")
    assert "날짜를 적어 주세요" in none.text
    await act(browser, "pledge", 2, paper_on="11.2")
    await act(browser, "plan", 3, session_at="11.2 14:00", plan_mode="VISIT", place="본사")
    wrong = await act(browser, "hold", 4, held_on="12.24", hours="99", mode="VISIT")
    assert 'value="99"' in wrong.text
    assert "오늘까지의 날짜로" in wrong.text
    await act(browser, "hold", 4, held_on="11.2", hours="2", mode="VISIT")
    await act(browser, "report", 5, report="이렇게 하기로 했습니다.")
    page = (await head.get(path)).text
    assert "300,000원 승인" in page
    paid = await act(head, "pay", 6, fee="300000")
    assert paid.status_code == 303
    assert "300,000원" in (await browser.get(path)).text
    late = await act(browser, "report", 6, report="너무 늦은 글")
    assert "너무 늦은 글" in late.text
    assert (await browser.get(f"{path}/report")).status_code == 303


async def test_advice_is_asked_from_a_visit_too(web, lead, runtime, city):
    await made(runtime, city, own={})
    visit = await web.api(lead).post(
        "/api/v1/visits/recorded",
        json={"company_name": "㈜새봄정밀", "day": "2026-11-02", "started": "09:30"},
    )
    assert visit.status_code == 201, visit.text
    visit_id, browser = visit.json()["id"], web.browser(lead)
    panel = f"{HOME.rpartition('/')[0]}/of-visit/{visit_id}"
    assert panel in (await browser.get(f"/office/visits/{visit_id}")).text
    assert f"{HOME}/new?visit={visit_id}" in (await browser.get(panel)).text
    assert (await browser.get(f"{HOME}/new?visit={visit_id}")).status_code == 200
    ask = {"visit": visit_id, "field": "LABOR", "question": "무엇을 바꿉니까?"}
    path = (await browser.post(f"{HOME}/new", ask)).headers["location"]
    assert "무엇을 바꿉니까?" in (await browser.get(path)).text
    assert path in (await browser.get(panel)).text


async def test_sessions_are_counted_by_the_reports(web, boss, runtime, city):
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        await scene.rule()
        await scene.reported(await scene.expert(), await scene.case())
    page = await web.browser(boss).get("/office/reporting/advice?period=2026")
    assert page.status_code == 200
    assert "심층자문 실적" in page.text


async def test_a_name_that_is_sought_stays_out_of_the_log(capsys, web, lead):
    await web.api(lead).post(f"{API}/search", json={"q": EXPERT["name"]})
    assert EXPERT["name"] not in "".join(capsys.readouterr())


async def test_the_list_of_experts_as_a_file_is_masked_and_noted(web, boss, runtime, city):
    from io import BytesIO

    from openpyxl import load_workbook

    async with runtime.work.open(city) as ctx:
        await AdviceScene(ctx).expert()
    browser = web.browser(boss)
    unsaid = await browser.post("/office/experts/file", {"reason": "", "kind": "xlsx"})
    assert unsaid.status_code == 422
    assert "내려받는 까닭을 적어 주세요" in unsaid.text
    answer = await browser.post("/office/experts/file", {"reason": "위촉 보고", "kind": "xlsx"})
    rows = [[c.value for c in row] for row in load_workbook(BytesIO(answer.content)).active]
    assert [row[0] for row in rows if row[0] == "남**람"] == ["남**람"]
    assert "남궁가람" not in str(rows)
    query = read(select(downloads.c.reason).where(downloads.c.what == "experts.pool"), str)
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(query) == ["위촉 보고"]
