"""Lists taken away as files: reopened by another reader, they hold the rows of the screen."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host.models import downloads
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant, read

NOW = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
FILING = {
    "company_name": "=밤새움공업",
    "caller": "한서윤",
    "phone": "010-2345-6789",
    "category": "",
    "content": "야간 조명이 꺼졌습니다.",
    "consent": "1",
}


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def table(content: bytes, first: str) -> list[dict[str, Any]]:
    """Return the lines under the heading that begins with `first`."""
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    at = next(n for n, line in enumerate(lines) if line[0] == first)
    return [dict(zip(lines[at], line, strict=True)) for line in lines[at + 1 :] if any(line)]


async def both(browser: Browser, path: str, query: str = "") -> tuple[bytes, str]:
    """Return the XLSX and the CSV; another kind is not there."""
    assert (await browser.get(f"{path}/pdf{query}")).status_code == 404
    book, plain = [await browser.get(f"{path}/{kind}{query}") for kind in ("xlsx", "csv")]
    assert book.status_code == plain.status_code == 200
    return book.content, plain.content.decode("utf-8-sig")


async def test_what_waits_from_the_portal(web: Web, people: People):
    desk = web.browser(await people.officer("INTAKE_OFFICER"))
    company = web.anyone()
    await company.get("/cases/file")
    assert (await company.post("/cases/file", FILING)).status_code == 303
    page = (await desk.get("/office/cases/submissions")).text
    book, plain = await both(desk, "/office/cases/submissions/file")
    (row,) = table(book, "접수시한")
    assert row["신청번호"] in page
    assert (row["업체명"], row["신청인"]) == ("=밤새움공업", "한*윤")
    assert row["접수시한"] == datetime(2026, 11, 3, 10, 0)  # noqa: DTZ001 - a cell has no zone
    assert "'=밤새움공업" in plain
    assert "한서윤" not in plain
    assert "/office/cases/submissions/file/xlsx" in page


async def test_the_staff_list_asks_why(web: Web, people: People, runtime: Runtime, city: Tenant):
    admin = web.browser(await people.officer("TENANT_ADMIN", name="양하늘"))
    await people.officer("INTAKE_OFFICER", name="고은별")
    refused = await admin.post("/admin/people/file", {"kind": "xlsx", "reason": " "})
    assert refused.status_code == 422
    assert "내려받는 까닭을 적어 주세요." in refused.text
    answer = await admin.post("/admin/people/file", {"kind": "xlsx", "reason": "권한 점검"})
    rows = table(answer.content, "부서")
    roles = {row["이름"]: row["역할"] for row in rows if row["이름"]}
    assert set(roles) == {"양하늘", "고은별"}
    tree = (await admin.get("/admin/people")).text
    assert all(text in tree for pair in roles.items() for text in pair)
    async with runtime.work.open(city) as ctx:
        kept = await ctx.db.all(read(select(downloads.c.reason), str))
    assert kept == ["권한 점검"]
    other = web.browser(await people.officer("LEAD_OFFICER"))
    assert (await other.get("/admin/people/file")).status_code == 403


async def test_a_month_of_visits(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER", name="고은별")
    desk = web.browser(officer)
    for name, day in (("나중공업", "11.3"), ("먼저공업", "11.2"), ("지난공업", "10.30")):
        form = {"company_name": name, "day": day, "kind": "TASKFORCE", "act": "SAVE"}
        form |= {"started": "9시", "officers": str(officer.id), "items-0-content": ""}
        if day == "11.3":
            planned = await desk.post(
                "/office/visits/new",
                {"company_name": name, "day": day, "time": "14:00", "kind": "TASKFORCE"}
                | {"officers": str(officer.id)},
            )
            assert planned.status_code == 303, planned.text[:3000]
            continue
        assert (await desk.post("/office/visits/record", form)).status_code == 303
    page = (await desk.get("/office/visits?month=2026-11")).text
    book, plain = await both(desk, "/office/visits/file", "?month=2026-11")
    rows = table(book, "방문일")
    shown = re.findall(r'class="go"[^>]*><b>([^<]+)<', page)
    assert [row["업체명"] for row in rows] == shown == ["먼저공업", "나중공업"]
    assert [row["상태"] for row in rows] == ["방문함", "예정"]
    assert [row["애로(건)"] for row in rows] == [0, ""]
    assert "지난공업" not in plain


async def test_whom_to_visit(web: Web, people: People):
    desk = web.browser(await people.officer("INTAKE_OFFICER"))
    names = ["가람공업", "나래산업", "다온테크"]
    for name in names:
        made = await desk.post("/office/companies/new", {"name": name})
        assert made.status_code == 303, made.text[:3000]
    query = "?months=0&size="
    page = (await desk.get(f"/office/visits/targets{query}")).text
    link = "/office/visits/targets/file/xlsx?months=0"
    assert link in page
    book, plain = await both(desk, "/office/visits/targets/file", query)
    rows = table(book, "업체명")
    assert sorted(row["업체명"] for row in rows) == names
    assert all(name in page and name in plain for name in names)
    none = await desk.get("/office/visits/targets/file/csv?months=0&employees_from=8")
    assert "가람공업" not in none.text


async def test_likely_duplicates(web: Web, people: People):
    desk = web.browser(await people.officer("INTAKE_OFFICER"))
    for name in ("가람공업", "㈜가람공업", "다온테크"):
        form = {"name": name, "confirmed": "1"}
        made = await desk.post("/office/companies/new", form)
        assert made.status_code == 303, made.text[:3000]
    page = (await desk.get("/office/companies/duplicates")).text
    assert "/office/companies/duplicates/file/csv" in page
    _, plain = await both(desk, "/office/companies/duplicates/file")
    (line,) = [line for line in plain.splitlines() if "같은 이름" in line]
    assert "가람공업" in line
    assert "㈜가람공업" in line
    assert "다온테크" not in plain
