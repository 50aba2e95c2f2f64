"""접수대장, 처리대장: the screen and the file hold the same lines, and of persons only masks."""

import html
import io
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import ledgers, service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.host.context import Ctx
from sinmungo.host.models import access_log, downloads
from sinmungo.testing.cases import BareCases
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant, read

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
PAGE = "/office/cases/ledgers"
WHY = "11월 도 제출용"


class Taken(msgspec.Struct):
    officer_id: UUID
    what: str
    reason: str
    row_count: int


class Looked(msgspec.Struct):
    officer_id: UUID | None
    subject_kind: str


_TAKEN = read(
    select(
        downloads.c.officer_id, downloads.c.what, downloads.c.reason, downloads.c.row_count
    ).order_by(downloads.c.at, downloads.c.id),
    Taken,
)
_LOOKED = read(
    select(access_log.c.officer_id, access_log.c.subject_kind).where(
        access_log.c.act == "DOWNLOAD"
    ),
    Looked,
)


@pytest.fixture
async def clerk(people: People) -> Officer:
    return await people.officer("INTAKE_OFFICER", name="최지우")


@pytest.fixture
async def lead(people: People) -> Officer:
    return await people.officer("LEAD_OFFICER", "INTAKE_OFFICER", name="박도윤")


async def _calls(web: Web, clerk: Officer, lead: Officer) -> list[str]:
    """Three calls: one answered after a day and a half, one assigned, one only registered."""
    api, made = web.api(clerk), []
    for number, category in enumerate(("FUNDS", "INFRA", "FUNDS")):
        with clock.frozen(AT + timedelta(hours=number)):
            body = {
                "company_name": f"=가온정밀{number}",
                "caller": "한서윤",
                "phone": "010-2345-6789",
                "priority": "HIGH" if number == 1 else "NORMAL",
                "rows": [{"category": category, "content": f"내용 {number}번입니다."}],
            }
            answer = await api.post("/api/v1/cases", json=body)
            made.append(answer.json()["items"][0]["id"])
    target = {"unit_id": str(lead.unit_id), "officer_id": str(lead.id)}
    for case in made[:2]:
        await api.post(f"/api/v1/cases/{case}/assign", json=target, headers={"if-match": '"1"'})
    worker = web.api(lead)
    await worker.post(f"/api/v1/cases/{made[0]}/review", headers={"if-match": '"2"'})
    with clock.frozen(AT + timedelta(hours=36)):
        answer = {"disposition": "ACCEPTED", "implementation": "PLANNED", "text": "지원합니다."}
        path = f"/api/v1/cases/{made[0]}/answer"
        done = await worker.post(path, json=answer, headers={"if-match": '"3"'})
        assert done.status_code == 200, done.text
    return made


def _table(page: str) -> tuple[list[str], list[list[str]]]:
    """Return the titles and the lines of the page's table, as text."""
    head = re.findall(r'<th scope="col"[^>]*>\s*([^<]*?)\s*</th>', page)
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    rows = [
        [_plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in body.split("<tr")[1:]
    ]
    return head, rows


def _plain(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()


async def _file(browser: Browser, **fields: str) -> Any:
    await browser.get(PAGE)
    asked = await browser.post(f"{PAGE}/ask", fields)
    assert asked.status_code == 200
    for name, value in fields.items():
        assert f'name="{name}" value="{value}"' in asked.text
    taken = await browser.post(f"{PAGE}/file", {**fields, "reason": WHY, "kind": "xlsx"})
    assert taken.status_code == 200, taken.text
    return load_workbook(io.BytesIO(taken.content)).active


def _lines(sheet: Any, top: int, width: int) -> list[list[Any]]:
    rows = sheet.iter_rows(min_row=top, max_col=width, values_only=True)
    return [list(row) for row in rows if isinstance(row[0], int)]


def _shown(value: Any) -> str:
    """Return a value of the file as the screen prints it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        days = "월화수목금토일"[value.weekday()]
        day = f"{value.year}. {value.month}. {value.day}.({days})"
        return f"{day} {value:%H:%M}" if (value.hour, value.minute) != (0, 0) else day
    return str(value)


async def test_the_received_ledger_on_screen_and_in_the_file(
    web: Web, clerk: Officer, lead: Officer
):
    await _calls(web, clerk, lead)
    browser = web.browser(clerk)
    with clock.frozen(AT + timedelta(days=2)):
        head, rows = _table((await browser.get(PAGE)).text)
        sheet = await _file(browser, list="received", day_from="2026-11-01")
    assert head == [
        *("연번", "접수번호", "접수일시", "접수경로", "업체명", "대표자", "소재지", "업종"),
        *(
            "종업원수",
            "담당자·연락처",
            "분야",
            "내용(요지)",
            "주관부서",
            "담당자",
            "처리기한",
            "비고",
        ),
    ]
    assert [row[:2] for row in rows] == [[str(n), f"TS-2026-00000{n}"] for n in (1, 2, 3)]
    filed = _lines(sheet, 5, 16)
    assert [[_shown(value) for value in line] for line in filed] == rows
    assert sheet["A1"].value == "접수대장"
    assert sheet["A2"].value == "2026. 11. 4. 기준, 단위: 건"
    merged = {str(found) for found in sheet.merged_cells.ranges}
    assert merged >= {"A1:P1", "E3:J3", "K3:L3", "M3:O3", "A3:A4"}
    number, at = sheet["A5"], sheet["C5"]
    assert (number.data_type, number.value) == ("n", 1)
    assert at.value == datetime(2026, 11, 2, 10)  # noqa: DTZ001 - Seoul's wall clock
    assert sheet["E5"].data_type == "s"
    assert (filed[0][4], filed[0][9]) == ("=가온정밀0", "한*윤 010-****-6789")
    assert filed[1][15] == "긴급"
    assert filed[0][13] == "박*윤"
    everything = str(filed)
    assert "한서윤" not in everything
    assert "23456789" not in everything


async def test_the_handled_ledger(web: Web, clerk: Officer, lead: Officer):
    await _calls(web, clerk, lead)
    browser = web.browser(clerk)
    with clock.frozen(AT + timedelta(days=2)):
        head, rows = _table((await browser.get(f"{PAGE}?book=handled&day_from=11.3")).text)
        none = (await browser.get(f"{PAGE}?book=handled&day_from=11.1&day_to=11.2")).text
        sheet = await _file(browser, list="handled", day_from="11.3")
    assert "적을 건이 없습니다" in none
    filed = _lines(sheet, 5, 14)
    assert [[_shown(value) for value in line] for line in filed] == rows
    line = dict(zip(head, filed[0], strict=True))
    assert (line["처리내용"], line["처리구분"]) == ("지원합니다.", "수용")
    assert (line["소요일수"], line["연장·보완"]) == (1.5, "-")
    assert (line["협조부서"], line["만족도"]) == ("-", None)
    assert line["사후관리"] == "추진 예정"


async def test_filters_hold_on_both(web: Web, clerk: Officer, lead: Officer):
    await _calls(web, clerk, lead)
    browser = web.browser(clerk)
    with clock.frozen(AT + timedelta(days=2)):
        page = (await browser.get(f"{PAGE}?category=FUNDS&status=REGISTERED&day_from=")).text
        sheet = await _file(browser, list="received", category="FUNDS", status="REGISTERED")
        wrong = await browser.get(f"{PAGE}?day_from=13.45")
    assert [row[1] for row in _table(page)[1]] == ["TS-2026-000003"]
    assert [line[1] for line in _lines(sheet, 5, 16)] == ["TS-2026-000003"]
    assert wrong.status_code == 422
    assert "f-day_from-error" in wrong.text


async def test_what_a_search_or_the_desk_shows_is_what_the_file_holds(
    web: Web, clerk: Officer, lead: Officer
):
    await _calls(web, clerk, lead)
    browser = web.browser(clerk)
    with clock.frozen(AT + timedelta(days=2)):
        await browser.get("/office/cases/search")
        asked = {"q": "내용", "category": "FUNDS"}
        found = (await browser.post("/office/cases/search", asked)).text
        of_search = _lines(await _file(browser, list="search", **asked), 5, 16)
        desk = (await browser.get("/office/cases?view=ALL")).text
        of_desk = _lines(await _file(browser, list="desk", view="ALL"), 5, 16)
    assert [line[1] for line in of_search] == [row[1] for row in _table(found)[1]]
    assert len(of_search) == 2
    assert [line[1] for line in of_desk] == [row[1] for row in _table(desk)[1]]
    assert len(of_desk) == 3


async def test_a_download_is_written_down_with_its_reason(
    web: Web, clerk: Officer, lead: Officer, runtime: Runtime, city: Tenant
):
    await _calls(web, clerk, lead)
    browser = web.browser(clerk)
    await browser.get(PAGE)
    fields = {"list": "received", "day_from": "2026-11-01", "kind": "csv"}
    refused = await browser.post(f"{PAGE}/file", {**fields, "reason": " "})
    assert refused.status_code == 422
    assert "내려받는 까닭을 적어 주세요." in refused.text
    assert 'name="day_from" value="2026-11-01"' in refused.text
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(_TAKEN) == []
    taken = await browser.post(f"{PAGE}/file", {**fields, "reason": WHY})
    assert taken.content.startswith(b"\xef\xbb\xbf")
    assert "'=가온정밀0" in taken.content.decode("utf-8-sig")
    assert "%EC%A0%91%EC%88%98%EB%8C%80%EC%9E%A5" in taken.headers["content-disposition"]
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(_TAKEN) == [Taken(clerk.id, "cases.received", WHY, 3)]
        assert await ctx.db.all(_LOOKED) == [Looked(clerk.id, "cases.received")]


async def test_the_api(web: Web, clerk: Officer, lead: Officer):
    await _calls(web, clerk, lead)
    api = web.api(clerk)
    body = {"day_from": "2026-11-01", "unit_id": str(lead.unit_id)}
    path = "/api/v1/cases/ledgers/received"
    listed = (await api.post(path, json=body)).json()
    assert listed["columns"][:2] == ["연번", "접수번호"]
    assert [line["cells"][1] for line in listed["items"]] == ["TS-2026-000001", "TS-2026-000002"]
    no_reason = await api.post(f"{path}/file", json=body)
    assert (no_reason.status_code, [*no_reason.json()["errors"]]) == (422, ["reason"])
    file = await api.post(f"{path}/file", json={**body, "reason": WHY})
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert [line[1] for line in _lines(sheet, 5, 16)] == ["TS-2026-000001", "TS-2026-000002"]
    assert (await api.post("/api/v1/cases/ledgers/other", json={})).status_code == 404
    assert (await api.post(path, json={"cursor": "x"})).status_code == 422


async def test_only_ones_own_scope_and_only_with_the_permission(
    web: Web, people: People, clerk: Officer, lead: Officer
):
    await _calls(web, clerk, lead)
    road = await people.officer("TEAM_LEADER", unit="도로과")
    assert "TS-2026" not in (await web.browser(road).get(f"{PAGE}?day_from=")).text
    sheet = await _file(web.browser(road), list="received", day_from="2026-11-01")
    assert _lines(sheet, 5, 16) == []
    worker = web.browser(await people.officer("LEAD_OFFICER"))
    page = await worker.get(PAGE)
    assert "내려받기" not in page.text
    assert (await worker.post(f"{PAGE}/file", {"list": "received"})).status_code == 403


async def test_many_lines_are_numbered_through_and_none_is_lost(
    web: Web, people: People, runtime: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ledgers, "FILE", 30)
    auditor = await people.officer("AUDITOR")
    async with runtime.work.open(city) as ctx:
        bare = await BareCases.prepare(ctx)
        for number in range(97):
            await bare.add(ctx, AT + timedelta(minutes=number // 3))
    browser = web.browser(auditor)
    seen: list[list[str]] = []
    path = f"{PAGE}?day_from=2026-11-01"
    while path:
        page = (await browser.get(path)).text
        seen += [row[:2] for row in _table(page)[1]]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = PAGE + html.unescape(following[1]) if following else ""
    sheet = await _file(browser, list="received", day_from="2026-11-01")
    assert [row[0] for row in seen] == [str(n) for n in range(1, 98)]
    assert [row[1] for row in seen] == [line[1] for line in _lines(sheet, 5, 16)]
    assert len({row[1] for row in seen}) == 97


async def test_what_was_settled_on_site_says_so(ctx: Ctx, people: People):
    rows = [IntakeRow(category="ETC", content="내용")]
    visit = Intake(company_name="가온", answer="고침", lead_unit_id=await people.unit(), rows=rows)
    with clock.frozen(AT):
        await service.register_on_site(ctx, visit)
        shown = await ledgers.ledger(ctx, "handled", ledgers.LedgerQuery())
    assert shown.lines[0].cells[6] == "현장수용"
    assert shown.lines[0].cells[8] == 0
    assert shown.lines[0].cells[10] == "현장"
