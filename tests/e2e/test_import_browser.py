"""A register brought in on the screen: corrected columns, matched words, progress, mended lines."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from sinmungo.imports.header import REASON
from sinmungo.testing.books import CASE_HEAD, case_row, workbook
from sinmungo.testing.browser import Screen
from sinmungo.testing.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
SLUG = min(p.stem for p in (Path(__file__).parents[2] / "tenants").glob("*.toml"))
LINES = 1200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(params=[False, True], ids=["desk", "phone"])
def screen(browser: Browser, demo: DemoProcess, request: pytest.FixtureRequest) -> Iterator[Screen]:
    made = Screen(browser, demo.url(SLUG, ""), phone=request.param)
    made.sign_in("admin", "sinmungo-demo")
    yield made
    made.close()


def register(mark: str) -> bytes:
    """Return two years in two sheets, with a merged title, and a sheet that is none."""
    sheets = []
    for year, count in ((2018, 40), (2019, LINES)):
        rows = [case_row(n) for n in range(1, count + 1)]
        lines = []
        for n, row in enumerate(rows, start=1):
            month = n % 12 + 1
            told = {**row, "접수번호": f"{mark}{year}-{n}", "접수일자": f"{month}.{n % 27 + 1}"}
            told |= {"처리일": f"{month}.28", "주관부서": "옛 기업과", "애로분야": f"자금 {mark}"}
            lines.append([told[h] for h in CASE_HEAD])
        sheets.append(
            (
                f"{year}년",
                [["기업애로 접수대장"], [], ["연번", f"옛날 {mark}", *CASE_HEAD[2:]], *lines],
            )
        )
    sheets[1][1][5][2] = "봄날"
    sheets[1][1][9][9] = None
    return workbook(*sheets, ("읽어 주세요", [["이 파일은 이렇게 씁니다"]]), merges=["A1:N1"])


def hand_in(page: Page, name: str, raw: bytes) -> None:
    page.goto("/admin/imports")
    page.get_by_label("무엇을 가져옵니까").select_option(label="기업애로 대장")
    page.get_by_label("파일", exact=False).first.set_input_files(
        {"name": name, "mimeType": XLSX, "buffer": raw}
    )
    page.get_by_role("button", name="올리기").click()
    page.wait_for_url(re.compile(r"/admin/imports/[0-9a-f-]{36}"))


def count(page: Page, label: str) -> int:
    box = page.locator(".stats > div", has_text=label).locator("b")
    return int(box.inner_text().replace(",", ""))


def bring_in(page: Page) -> None:
    page.get_by_role("button", name="저장하고 다음").click()
    page.get_by_role("button", name="가져오기 시작").click()
    expect(page.locator(".stats")).to_be_visible(timeout=60_000)


def mend(raw: bytes) -> bytes:
    """Return the workbook of bad lines as a person would mend it."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    (sheet,) = book.worksheets
    head = next(row for row in sheet.iter_rows() if row[-1].value == REASON)
    for cell in (c for line in sheet.iter_rows(min_row=head[0].row + 1) for c in line):
        if cell.value == "봄날":
            cell.value = "2019. 4. 5."
        elif cell.value is None and sheet.cell(head[0].row, cell.column).value == "애로내용":
            cell.value = "빠졌던 내용"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_register_is_brought_in_mended_and_not_doubled(screen: Screen, tmp_path: Path):
    page = screen.page
    mark = "폰" if page.viewport_size and page.viewport_size["width"] < 700 else "책"
    raw = register(mark)
    hand_in(page, "지난 대장.xlsx", raw)
    screen.check("columns")
    expect(page.get_by_label("이 시트를 가져옵니다")).to_have_count(3)
    expect(page.get_by_label("이 시트를 가져옵니다").nth(2)).not_to_be_checked()
    for year in ("2018년", "2019년"):
        column = page.get_by_label(f"{year} B열 옛날 {mark}")
        expect(column).to_have_value("")
        column.select_option(label="접수번호")
    page.get_by_role("button", name="저장하고 다음").click()
    screen.check("words")
    page.get_by_label(f"애로분야 자금 {mark}").select_option(label="자금")
    unit = page.get_by_label("주관부서 옛 기업과")
    if unit.count():
        unit.select_option(label="부서 없이")
    page.get_by_role("button", name="가져오기 시작").click()
    expect(page.locator(".stats")).to_be_visible(timeout=60_000)
    screen.check("report")
    assert count(page, "읽은 줄") == LINES + 40
    assert count(page, "못 가져옴") == 2
    assert count(page, "새로 들어감") == LINES + 38
    with page.expect_download() as download:
        page.get_by_role("link", name="엑셀로 내려받기").click()
    file = tmp_path / "bad.xlsx"
    download.value.save_as(file)
    hand_in(page, "고친 줄.xlsx", mend(file.read_bytes()))
    expect(page.get_by_text("지난번에 맞춘 대로")).to_be_visible()
    bring_in(page)
    assert (count(page, "새로 들어감"), count(page, "못 가져옴")) == (2, 0)
    hand_in(page, "지난 대장.xlsx", raw)
    expect(page.get_by_text("같은 파일을 이미 가져왔습니다")).to_be_visible()
    bring_in(page)
    assert (count(page, "새로 들어감"), count(page, "이미 있음")) == (0, LINES + 38)
    page.goto("/admin/imports")
    screen.check("list")
    page.goto("/admin/imports/terms")
    screen.check("terms")
