"""B4 and the lists an office works down: the board, whom to contact, the year's end."""

import dataclasses
import io
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook

from sinmungo.sdk import clock

HOME = "/office/bucheon/project100"


def at(day: str):
    return clock.frozen(datetime.fromisoformat(f"{day}T10:00+09:00"))


async def desk(web, officer):
    """Sign in again: a session of a month ago has ended."""
    async with web.people.runtime.work.open(web.people.city) as ctx:
        session = await web.people.runtime.identifier.open_session(ctx, officer.id)
    return web.browser(dataclasses.replace(officer, session=session))


async def talk(project, row, day: str, **more):
    with at(day):
        body = {"contacted_on": day, "method": "PHONE", "summary": "안부", **more}
        return await project.log(row, **body)


@pytest.fixture
async def four(project, make_company):
    round_id = await project.open_round()
    names = ("㈜가람", "㈜나래", "㈜다솜", "㈜라온")
    with at("2026-02-27"):
        return [await project.enrol(round_id, await make_company(name=n)) for n in names]


async def overdue(project, period: str = "", **more):
    params = {"period": period, **more}
    answer = await project.api.get(f"{project.path}/overdue", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_as_09_overdue_list_for_the_fourth_quarter(project, four):
    for row in four:
        for day in ("2026-03-20", "2026-06-30", "2026-09-01"):
            await talk(project, row, day)
    await talk(project, four[1], "2026-10-05")
    with at("2026-11-22"):
        now = await overdue(project)
        assert (now["title"], now["over"], now["obliged"]) == ("2026년 4분기", False, 4)
        assert [r["company_name"] for r in now["items"]] == ["㈜가람", "㈜다솜", "㈜라온"]
        assert {r["state"] for r in now["items"]} == {"DUE"}
        assert {r["due_on"] for r in now["items"]} == {"2026-12-31"}
    await talk(project, four[2], "2026-12-31", method="VISIT")
    with at("2027-01-04"):
        after = await overdue(project, "2026-10")
        assert after["over"] is True
        assert [r["company_name"] for r in after["items"]] == ["㈜가람", "㈜라온"]
        assert {r["state"] for r in after["items"]} == {"LATE"}
    await talk(project, four[0], "2027-01-05")
    with at("2027-01-06"):
        states = {r["company_name"]: r["state"] for r in await project.rows(four[0]["round_id"])}
        assert states == {"㈜가람": "DONE", "㈜나래": "DUE", "㈜다솜": "DUE", "㈜라온": "LATE"}
        # A call in January does not undo that the fourth quarter went by without one.
        still = await overdue(project, "2026-11")
        assert [r["company_name"] for r in still["items"]] == ["㈜라온", "㈜가람"]


async def test_who_owes_in_a_period(project, four, make_company):
    """Late comers owe from the next period, those who left owe no more."""
    with at("2026-06-20"):
        late = await project.enrol(four[0]["round_id"], await make_company(name="㈜마루"))
        await project.act(four[3], "end", reason="WITHDREW")
        second = await overdue(project, "2026-04")
        names = {r["company_name"] for r in second["items"]}
        assert names == {"㈜가람", "㈜나래", "㈜다솜"}
        assert (await project.get(late))["due_on"] == "2026-09-30"
        first = await overdue(project, "2026-01")
        assert "㈜라온" in {r["company_name"] for r in first["items"]}


async def test_the_cycle_is_the_citys(project, four, web, people):
    await talk(project, four[0], "2026-03-20")
    path = f"{project.path}/cycle"
    assert (await project.api.get(path)).json() == {"months": 3}
    assert (await project.api.put(path, json={"months": 5})).status_code == 422
    reader = web.api(await people.officer("AUDITOR"))
    assert (await reader.put(path, json={"months": 1})).status_code == 403
    assert (await project.api.put(path, json={"months": 1})).json() == {"months": 1}
    with at("2026-04-10"):
        assert (await project.get(four[0]))["due_on"] == "2026-04-30"
        assert (await overdue(project))["title"] == "2026년 4월"
        browser = await desk(web, project.officer)
        assert "한 달에 한 번" in (await browser.get(HOME)).text
        done = await browser.post(f"{HOME}/rounds/cycle", {"months": "6"})
        assert done.status_code == 303
        assert (await project.get(four[0]))["due_on"] == "2026-12-31"


async def test_board_shows_everyone_with_colours_and_filters(project, four, web, people):
    other = await people.officer("DEDICATED_OFFICER", name="남도윤")
    await project.act(four[1], "officer", officer_id=str(other.id))
    item = {"category": "FUNDS", "content": "자금이 부족합니다"}
    await talk(project, four[0], "2026-03-20", items=[item])
    with at("2026-04-20"):
        browser = await desk(web, project.officer)
        page = (await browser.get(HOME)).text
        assert page.count('class="tile ') == 4 + 96
        for said in ("1건</em>", "3.20→", "6.30", "없음→", "3.31", "기한 지남", "남도윤 주무관"):
            assert said in page
        assert page.count('class="tile danger"') == 3
        assert page.count('class="tile info"') == 1
        late = (await browser.get(f"{HOME}?state=LATE")).text
        assert "㈜가람" not in late
        assert "㈜나래" in late
        his = (await browser.get(f"{HOME}?officer={other.id}")).text
        assert "㈜나래" in his
        assert "㈜다솜" not in his
        listed = (await browser.get(f"{HOME}?view=list")).text
        assert "tile" not in listed.split("<main")[1]
        assert "2026. 6. 30.(화)" in listed
        assert "1회" in listed
        assert f"{HOME}/board/table.csv?round=" in late
        file = await browser.get(f"{HOME}/board/table.xlsx?state=LATE&officer={other.id}")
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0)
        filed = [row for row in book.to_python() if isinstance(row[0], float)]
        assert [row[1:6] for row in filed] == [
            ["㈜나래", "관리 중", "기한 지남", "남도윤 주무관", ""]
        ]


async def test_overdue_page_and_file(project, four, web):
    await talk(project, four[0], "2026-03-20")
    with at("2026-04-02"):
        browser = await desk(web, project.officer)
        page = (await browser.get(f"{HOME}/overdue?period=2026-01")).text
        assert "연락 없이 기한이 지난 업체 3곳" in page
        assert "㈜가람" not in page.split("<tbody")[1]
        assert f"{HOME}/{four[1]['id']}/contacts" in page
        mine = (await browser.get(f"{HOME}/overdue?period=2026-01&officer=me")).text
        assert "㈜라온" in mine
        file = await browser.get(f"{HOME}/overdue/table.xlsx?period=2026-01")
        rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0)
        cells = [str(c) for row in rows.to_python() for c in row]
        assert "㈜나래" in cells
        assert "㈜가람" not in cells
        assert any("4개사 가운데 1개사" in c for c in cells)
        empty = (await browser.get(f"{HOME}/overdue?period=2020-01")).text
        assert "이 기간에 연락할 업체가 없습니다" in empty
        assert (await browser.get(f"{HOME}/overdue?period=nonsense")).status_code == 200


async def test_year_end_adds_up_and_opens(project, four, web):
    item = {"category": "FUNDS", "content": "자금이 부족합니다"}
    told = {**item, "settled": "INFORMED", "answer": "안내했습니다"}
    rule = {**item, "regulation": True, "rule": "어떤 규정"}
    await talk(project, four[0], "2026-03-20", items=[item, told, rule])
    await talk(project, four[0], "2026-08-20")
    await talk(project, four[1], "2026-12-30", items=[item])
    with at("2027-01-10"):
        year = (await project.api.get(f"{project.path}/years/2026")).json()
        assert year["periods"] == [f"2026년 {n}분기" for n in (1, 2, 3, 4)]
        assert year["contacts"] == [1, 0, 1, 1]
        assert (year["cases"], year["regulations"]) == (4, 1)
        assert year["outcomes"]["OPEN"] == 3
        assert year["outcomes"]["INFO_PROVIDED"] == 1
        lines = {x["company_name"]: x for x in year["items"]}
        assert [lines[n]["missed"] for n in ("㈜가람", "㈜나래", "㈜다솜")] == [2, 3, 4]
        for line in lines.values():
            assert sum(line["outcomes"].values()) == line["cases"]
        assert (await project.api.get(f"{project.path}/years/1")).status_code == 404
        nothing = (await project.api.get(f"{project.path}/years/2025")).json()
        assert nothing["items"] == []
        browser = await desk(web, project.officer)
        page = (await browser.get(f"{HOME}/year?year=2026")).text
        assert f'href="{HOME}/{four[0]["id"]}"' in page
        assert (await browser.get(f"{HOME}/year?year=x")).status_code == 200
        file = await browser.get(f"{HOME}/year/table.xlsx?year=2026")
        assert "spreadsheet" in file.headers["content-type"]
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        assert len(book.sheet_names) == 3
        cells = [str(c) for row in book.get_sheet_by_index(0).to_python() for c in row]
        assert {"㈜가람", "계 4개사"} <= set(cells)
        plain = await browser.get(f"{HOME}/year/table.csv?year=2026")
        assert "㈜나래" in plain.content.decode("utf-8-sig")
        assert (await browser.get(f"{HOME}/year/table.pdf?year=2026")).status_code == 404


async def test_rules_page_and_file(project, four, web):
    rule = {"category": "SAFETY", "content": "소량에도 큰 시설이 듭니다", "regulation": True}
    await talk(project, four[0], "2026-03-20", items=[{**rule, "rule": "어떤 규정"}])
    browser = web.browser(project.officer)
    page = (await browser.get(f"{HOME}/regulations")).text
    assert "어떤 규정" in page
    found = (await project.api.get(f"{project.path}/regulations")).json()["items"][0]
    assert f"/office/cases/{found['case_id']}/propose" in page
    path = f"{HOME}/regulations/{found['id']}"
    unsaid = await browser.post(path, {"state": "DROPPED", "row_version": "1"})
    assert unsaid.status_code == 422
    assert "까닭을 적어" in unsaid.text
    done = await browser.post(path, {"state": "DROPPED", "note": "고친 규정", "row_version": "1"})
    assert done.status_code == 303
    assert "고친 규정" in (await browser.get(f"{HOME}/regulations?state=DROPPED")).text
    assert "어떤 규정" not in (await browser.get(f"{HOME}/regulations?state=CANDIDATE")).text
    file = await browser.get(f"{HOME}/regulations/table.csv")
    assert "고친 규정" in file.content.decode("utf-8-sig")
    table = await project.api.get(
        "/api/v1/reporting/bucheon-project100-regulations",
        params={"dimension": "state", "from": "2026-01-01", "to": "2026-12-31"},
    )
    cells = {c["column"]: c["value"] for c in table.json()["total"]["cells"]}
    assert (cells["named"], cells["dropped"], cells["candidate"]) == (1, 1, 0)


async def test_every_list_says_so_when_it_is_empty(project, web):
    browser = web.browser(project.officer)
    for path in ("overdue", "regulations", "year", "rounds", "handover"):
        assert (await browser.get(f"{HOME}/{path}")).status_code == 200
    await project.open_round()
    assert "아직 선정한 업체가 없습니다" in (await browser.get(HOME)).text
