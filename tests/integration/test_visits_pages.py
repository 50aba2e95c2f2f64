"""The screens of visits: what was typed stays, numbers open their rows, the file says the same."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from sinmungo import clock

MONDAY = datetime.fromisoformat("2026-11-02T10:00+09:00")
ROOT = "/office/visits"


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def officer(people: Any) -> Any:
    return await people.officer("INTAKE_OFFICER", name="고은별")


@pytest.fixture
async def desk(web: Any, officer: Any) -> Any:
    return web.browser(officer)


def form(officer: Any, **more: str) -> dict[str, str]:
    return {
        "company_name": "㈜가온정밀",
        "day": "11.2",
        "started": "오전 9시 30분",
        "kind": "TASKFORCE",
        "officers": str(officer.id),
        "act": "SAVE",
        **more,
    }


def row(index: int, **fields: str) -> dict[str, str]:
    return {f"items-{index}-{name}": value for name, value in fields.items()}


async def save(desk: Any, officer: Any, **more: str) -> str:
    response = await desk.post(f"{ROOT}/record", form(officer, **more))
    assert response.status_code == 303, response.text[:3000]
    return str(response.headers["location"]).partition("?")[0]


async def test_a_journal_is_recorded_and_says_what_it_understood(desk: Any, officer: Any):
    rows = {
        **row(0, category="INFRA", content="진입로", outcome="ON_SITE", answer="고칩니다"),
        **row(3, category="FUNDS", content="자금", outcome="HANDLED", answer=""),
    }
    people = {"people-0-name": "한서윤", "people-0-title": "이사", "sales": "120억"}
    where = await save(desk, officer, **rows, **people)
    page = await desk.get(where)
    assert (
        "V-2026-0001 방문을 기록했습니다. 애로 2건(현장해결 1, 즉시처리 1)을 접수했습니다."
        in page.text
    )
    assert "한서윤 이사" in page.text
    assert "2026. 11. 2.(월)" in page.text
    assert "12,000,000,000원" in page.text
    assert "고은별" in page.text


async def test_what_was_typed_stays_when_it_is_refused(desk: Any, officer: Any):
    rows = row(2, category="FUNDS", content="자금이 부족합니다", outcome="NOTIFIED", target="")
    response = await desk.post(f"{ROOT}/record", form(officer, sales="많이", **rows))
    assert response.status_code == 422
    assert "금액" in response.text
    response = await desk.post(f"{ROOT}/record", form(officer, **rows))
    assert response.status_code == 422
    assert "자금이 부족합니다" in response.text
    assert "통보한 부서를 골라 주세요." in response.text
    assert 'name="items-0-content"' in response.text
    assert "data-draft-kept" in response.text


async def test_without_javascript_rows_are_added_and_the_company_found(desk: Any, officer: Any):
    await save(desk, officer)
    page = await desk.post(f"{ROOT}/record", form(officer, company_name="가온", act="FIND"))
    assert page.status_code == 200
    assert "㈜가온정밀" in page.text
    rows = row(0, category="FUNDS", content="자금")
    page = await desk.post(f"{ROOT}/record", form(officer, act="ITEM", **rows))
    assert 'name="items-1-content"' in page.text
    page = await desk.post(f"{ROOT}/record", form(officer, act="PERSON"))
    assert 'name="people-0-name"' in page.text


async def test_a_plan_warns_offers_to_join_and_is_confirmed(
    desk: Any, officer: Any, web: Any, people: Any
):
    plan = {k: v for k, v in form(officer, day="11.10", time="14:00").items() if k != "act"}
    first = await desk.post(f"{ROOT}/new", plan)
    assert first.status_code == 303
    other = await people.officer("LEAD_OFFICER", name="탁승우")
    theirs = web.browser(other)
    again = {**plan, "officers": str(other.id), "day": "11.20"}
    warned = await theirs.post(f"{ROOT}/new", again)
    assert warned.status_code == 422
    assert "이 방문에 함께 가기" in warned.text
    join = re.search(rf'action="({ROOT}/[0-9a-f-]+/join)"', warned.text)
    assert join
    joined = await theirs.post(join[1], {"row_version": "1"})
    assert joined.status_code == 303
    assert "탁승우" in (await theirs.get(joined.headers["location"])).text
    done = await theirs.post(f"{ROOT}/new", {**again, "confirmed": "1"})
    assert done.status_code == 303


async def test_a_plan_becomes_a_journal_or_is_called_off(desk: Any, officer: Any):
    plan = form(officer, day="11.2", time="14:00")
    where = (await desk.post(f"{ROOT}/new", {**plan, "act": ""})).headers["location"]
    assert "방문 기록하기" in (await desk.get(where)).text
    moved = await desk.post(
        f"{where}/move", {**plan, "day": "11.2", "time": "16:00", "row_version": "1", "act": ""}
    )
    assert moved.status_code == 303
    assert "16:00" in (await desk.get(where)).text
    assert "㈜가온정밀" in (await desk.get(f"{where}/record")).text
    done = await desk.post(f"{where}/record", form(officer, row_version="2"))
    assert done.status_code == 303
    assert f"saved={where.rpartition('/')[2]}" in done.headers["location"]
    late = await desk.post(f"{where}/cancel", {"row_version": "3", "reason": "x"})
    assert late.status_code == 409


async def test_the_month_lists_by_day_and_panels_show_it(desk: Any, officer: Any):
    where = await save(desk, officer, **row(0, category="FUNDS", content="자금", outcome="HANDLED"))
    month = await desk.get(f"{ROOT}?month=2026-11")
    assert "㈜가온정밀" in month.text
    assert "애로 1건" in month.text
    assert "㈜가온정밀" not in (await desk.get(f"{ROOT}?month=2026-10")).text
    page = await desk.get(where)
    company = re.search(r"/office/companies/([0-9a-f-]{36})", page.text)
    case = re.search(r"/office/cases/([0-9a-f-]{36})", page.text)
    assert company
    assert case
    assert "V-2026-0001" in (await desk.get(f"{ROOT}/of-company/{company[1]}")).text
    assert "즉시처리" in (await desk.get(f"{ROOT}/of-case/{case[1]}")).text
    assert f"{ROOT}/of-case/{case[1]}" in (await desk.get(f"/office/cases/{case[1]}")).text
    assert (
        f"{ROOT}/of-company/{company[1]}"
        in (await desk.get(f"/office/companies/{company[1]}")).text
    )
    assert (await desk.get(f"{ROOT}/mine")).status_code == 200
    assert (await desk.get(f"{ROOT}/targets?months=0")).text.count("㈜가온정밀") > 0


async def test_an_item_is_classed_anew_on_the_page(desk: Any, officer: Any, people: Any):
    where = await save(desk, officer, **row(0, category="FUNDS", content="자금"))
    page = await desk.get(where)
    item = re.search(rf'action="({where}/items/[0-9a-f-]+)"', page.text)
    assert item
    refused = await desk.post(item[1], {"row_version": "1", "outcome": "NOTIFIED", "target": ""})
    assert refused.status_code == 422
    assert "통보한 부서를 골라 주세요." in refused.text
    unit = await people.unit("도로과")
    done = await desk.post(
        item[1], {"row_version": "1", "outcome": "NOTIFIED", "target": f"u:{unit}"}
    )
    assert done.status_code == 303
    assert "도로과에 통보" in (await desk.get(where)).text
    told = (await desk.get(f"{ROOT}/ledger/items?outcome=NOTIFIED")).text
    assert re.search(r"도로과</td><td[^>]*>2026\. 11\. 2\.\(월\)</td>", told)
    assert "미분류 → 부서통보" in (await desk.get(where)).text


async def test_every_number_of_the_ledger_opens_its_rows(desk: Any, officer: Any, people: Any):
    unit = await people.unit("도로과")
    rows = {
        **row(0, category="INFRA", content="진입로", outcome="ON_SITE", answer="고칩니다"),
        **row(1, category="FUNDS", content="자금", outcome="NOTIFIED", target=f"u:{unit}"),
        **row(2, category="ETC", content="그 밖"),
    }
    await save(desk, officer, **rows)
    await save(desk, officer, day="10.20", company_name="㈜나래테크")
    for by in ("month", "kind", "unit"):
        page = await desk.get(f"{ROOT}/ledger?by={by}")
        assert page.status_code == 200
        cells = re.findall(
            r'href="(/office/visits/ledger/(?:visits|items)\?[^"]*)">([\d,]+)<', page.text
        )
        assert len(cells) > 8
        for href, number in cells:
            opened = await desk.get(href.replace("&amp;", "&"))
            found = len(re.findall(r"<tr><td class=\"nowrap\"", opened.text))
            companies = len(set(re.findall(r"/office/companies/[0-9a-f-]{36}", opened.text)))
            assert int(number) in {found, companies}, href
    assert (await desk.get(f"{ROOT}/ledger?first=없는날")).status_code == 422


async def test_the_file_holds_what_the_screen_shows(desk: Any, officer: Any, people: Any):
    unit = await people.unit("도로과")
    rows = {
        **row(0, category="INFRA", content="=진입로()", outcome="ON_SITE", answer="고칩니다"),
        **row(1, category="FUNDS", content="자금", outcome="NOTIFIED", target=f"u:{unit}"),
    }
    await save(desk, officer, **rows)
    await save(desk, officer, day="10.20", company_name="㈜나래테크")
    response = await desk.get(f"{ROOT}/ledger/file.xlsx")
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    sums, visits, items = book.worksheets
    flat = [list(r) for r in sums.iter_rows(values_only=True)]
    assert any("2026. 11. 2. 기준" in str(c) for r in flat for c in r if c)
    total = next(r for r in flat if r[0] == "계")
    assert total[1:9] == [2, 2, 2, 1, 0, 1, 0, 0]
    lines = [list(r) for r in visits.iter_rows(values_only=True)]
    numbers = [r[1] for r in lines if str(r[1]).startswith("V-")]
    assert numbers == ["V-2026-0002", "V-2026-0001"]
    texts = [c for r in items.iter_rows(values_only=True) for c in r if c]
    assert "=진입로()" in texts
    cell = next(c for r in items.iter_rows() for c in r if c.value == "=진입로()")
    assert cell.data_type == "s"
    assert "도로과" in texts
    merged = {str(r) for r in visits.merged_cells.ranges}
    assert merged
    asked = "outcome=NOTIFIED&by=kind"
    page = (await desk.get(f"{ROOT}/ledger/items?{asked}")).text
    assert f'{ROOT}/ledger/items.csv?by=kind&amp;outcome=NOTIFIED"' in page
    behind = await desk.get(f"{ROOT}/ledger/items.xlsx?{asked}")
    sheet = openpyxl.load_workbook(io.BytesIO(behind.content)).active
    found = [r[6] for r in sheet.iter_rows(values_only=True) if isinstance(r[0], int)]
    assert found == ["자금"]
    plain = (await desk.get(f"{ROOT}/ledger/visits.csv?by=kind")).content.decode("utf-8-sig")
    assert plain.index("V-2026-0001") < plain.index("V-2026-0002")


async def test_only_those_who_record_see_the_forms(web: Any, people: Any):
    reader = web.browser(await people.officer("AUDITOR"))
    assert (await reader.get(f"{ROOT}/record")).status_code == 403
    assert "방문 기록하기" not in (await reader.get(ROOT)).text
