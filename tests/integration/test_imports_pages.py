"""The administrator's pages: hand in, match, watch, mend; all by forms, without JavaScript."""

import io
import re
from typing import Any

import httpx
import openpyxl
import pytest

from sinmungo.app import Runtime
from sinmungo.imports.header import REASON
from sinmungo.jobs.worker import Worker
from sinmungo.testing.books import CASE_HEAD, case_row, register, workbook
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

ROOT = "/admin/imports"
TITLE = "2019년 기업애로 접수대장"


@pytest.fixture
async def admin(web: Web, people: People) -> Browser:
    return web.browser(await people.officer("TENANT_ADMIN", "INTAKE_OFFICER"))


async def hand_in(
    admin: Browser, raw: bytes, kind: str = "CASES", name: str = "대장.xlsx"
) -> httpx.Response:
    await admin.get(ROOT)
    return await admin.client.post(
        ROOT, data={"kind": kind, "_csrf_token": admin._token}, files={"file": (name, raw)}
    )


def selects(html: str) -> dict[str, str]:
    """Return what each select of a page says now."""
    found = {}
    for name, inner in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return found


def fields(html: str) -> dict[str, str]:
    """Return a form as a browser would send it."""
    found = selects(html)
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and "checked" not in tag):
            found[name[1]] = value[1] if value else ""
    return found


async def work(runtime: Runtime, city: Tenant) -> None:
    await Worker(runtime.work, runtime.registry).drain(city)


async def save_and_start(admin: Browser, where: str, **terms: str) -> None:
    page = await admin.get(where)
    saved = await admin.post(f"{where}/columns", fields(page.text))
    assert saved.status_code == 303, saved.text
    words = await admin.get(where)
    begun = await admin.post(f"{where}/start", {**fields(words.text), **terms})
    assert begun.status_code == 303, begun.text


async def test_from_the_file_to_the_report(
    admin: Browser, web: Web, people: People, runtime: Runtime, city: Tenant
):
    rows = [case_row(n) for n in range(1, 6)]
    rows[1]["애로분야"] = "돈 문제"
    rows[3]["접수일자"] = "언젠가"
    answer = await hand_in(admin, register(rows, title=TITLE))
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    page = await admin.get(where)
    chosen = selects(page.text)
    assert chosen["sheet-0-column-B"] == "number"
    assert chosen["sheet-0-column-J"] == "content"
    saved = await admin.post(f"{where}/columns", fields(page.text))
    assert saved.status_code == 303
    words = await admin.get(where)
    assert "돈 문제" in words.text
    (name,) = selects(words.text)
    begun = await admin.post(f"{where}/start", {**fields(words.text), name: "FUNDS"})
    assert begun.status_code == 303
    assert "가져오는 중입니다" in (await admin.get(where)).text
    await work(runtime, city)
    report = await admin.get(where)
    assert "못 가져온 줄" in report.text
    assert "날짜를 알아볼 수 없습니다" in report.text
    api = web.api(await people.officer("INTAKE_OFFICER"))
    found = (await api.post("/api/v1/cases/search", json={"q": "구-2019-2"})).json()
    assert [item["category"] for item in found["rows"]] == ["FUNDS"]
    bad = await admin.client.get(f"{where}/bad-lines")
    sheet = openpyxl.load_workbook(io.BytesIO(bad.content)).worksheets[0]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    head = next(line for line in lines if "접수번호" in line)
    assert head == [*CASE_HEAD, REASON]
    told: list[list[Any]] = [
        ["2019.5.5." if cell == "언젠가" else cell for cell in line] for line in lines
    ]
    again = await hand_in(admin, workbook(("대장", told)))
    await save_and_start(admin, again.headers["location"])
    await work(runtime, city)
    report = await admin.get(again.headers["location"])
    assert "가져오기를 마쳤습니다." in report.text
    everything = (await api.post("/api/v1/cases/search", json={})).json()
    assert everything["total"] == 5


async def test_only_administrators_import(web: Web, people: People):
    intake = web.browser(await people.officer("INTAKE_OFFICER"))
    assert (await intake.get(ROOT)).status_code == 403


async def test_a_file_that_is_none_is_told_beside_the_field(admin: Browser):
    answer = await hand_in(admin, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, name="a.xls")
    assert answer.status_code == 422
    assert "옛 엑셀 파일" in answer.text
    assert 'id="f-file-error"' in answer.text


async def test_a_large_file_passes_and_a_larger_one_is_refused(admin: Browser):
    large = "업체명,애로내용,접수일\n".encode() + (b"#" * 100_000 + b"\n") * 120
    assert (await hand_in(admin, large, name="a.csv")).status_code == 303
    answer = await hand_in(admin, b"x" * (32 * 1024 * 1024), name="a.csv")
    assert answer.status_code == 413
