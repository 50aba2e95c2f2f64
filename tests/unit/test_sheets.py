"""Files, read again by an independent reader: real numbers and days, merged headers, no formula."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from sinmungo.errors import MissingError
from sinmungo.web.sheets import (
    Column,
    Sheet,
    csv_bytes,
    download,
    download_pages,
    file_kind,
    plain_text,
    xlsx,
)

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
COLUMNS = (
    Column("업체명", 24),
    Column("접수", 10, "number", group="건수"),
    Column("처리율", 10, "number", group="건수"),
    Column("지원금", 14, "money"),
    Column("처리일", 14, "date", group="날짜"),
    Column("접수일시", 18, "datetime", group="날짜"),
)
ROWS: list[tuple[Any, ...]] = [
    ("=1+1", 1234, Decimal("99.6"), -1500, DAY, AT),
    ("가온정밀", 0, "-", None, None, None),
]
SHEET = Sheet("처리 현황", COLUMNS, ROWS, DAY, ("각주입니다.",), "건")


def reopened(content: bytes) -> Worksheet:
    found = load_workbook(io.BytesIO(content)).active
    assert isinstance(found, Worksheet)
    return found


def test_title_day_header_and_rows_stand_where_they_should():
    sheet = reopened(xlsx([SHEET]))
    assert sheet["A1"].value == "처리 현황"
    assert sheet["A2"].value == "2026. 11. 22. 기준, 단위: 건"
    assert [c.value for c in sheet[3]] == ["업체명", "건수", None, "지원금", "날짜", None]
    assert [c.value for c in sheet[4]] == [None, "접수", "처리율", None, "처리일", "접수일시"]
    merged = {str(found) for found in sheet.merged_cells.ranges}
    assert merged == {"A1:F1", "A2:F2", "A3:A4", "B3:C3", "D3:D4", "E3:F3"}
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$1:$4")
    assert sheet["A7"].value == "※ 각주입니다."
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.auto_filter.ref is None


def test_numbers_days_blank_dash_and_zero_are_what_they_are():
    sheet = reopened(xlsx([SHEET]))
    text, number, rate, money, day, moment = sheet[5]
    assert (text.value, text.data_type) == ("=1+1", "s")
    assert (number.value, number.data_type, number.number_format) == (1234, "n", "#,##0")
    assert (rate.value, rate.data_type) == (99.6, "n")
    assert (money.value, money.number_format) == (-1500, '#,##0;"△"#,##0')
    assert (day.value, day.is_date) == (datetime(2026, 11, 22), True)  # noqa: DTZ001 - Excel has no zones
    assert moment.value == datetime(2026, 11, 22, 14, 30)  # noqa: DTZ001 - Seoul's wall clock
    assert day.number_format == 'yyyy". "m". "d"."'
    assert [c.value for c in sheet[6]] == ["가온정밀", 0, "-", None, None, None]


def test_a_plain_header_can_be_filtered():
    sheet = Sheet("목록", (Column("가"), Column("나", 10, "number")), [("x", 1), ("y", 2)], None)
    found = reopened(xlsx([sheet]))
    assert [c.value for c in found[2]] == ["가", "나"]
    assert found.auto_filter.ref == "A2:B4"
    assert found.freeze_panes == "A3"


def test_sheets_of_one_title_get_names_of_their_own():
    sheet = Sheet("현황: 1/4분기 [가]", (Column("가"),), [("x",)], None)
    names = load_workbook(io.BytesIO(xlsx([sheet, sheet]))).sheetnames
    assert names == ["현황  1 4분기  가", "현황  1 4분기  가(2)"]


def test_csv_is_a_table_first_and_says_what_it_is_after():
    content = csv_bytes(SHEET)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [
        ["업체명", "건수 접수", "건수 처리율", "지원금", "날짜 처리일", "날짜 접수일시"],
        ["'=1+1", "1234", "99.6", "-1500", "2026-11-22", "2026-11-22 14:30"],
        ["가온정밀", "0", "-", "", "", ""],
        [],
        ["처리 현황 (2026. 11. 22. 기준, 단위: 건)"],
        ["각주입니다."],
    ]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1"])
def test_a_text_that_acts_is_quoted(text: str):
    assert plain_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["자금", "", "판로·마케팅", "1-2", "a=b"])
def test_a_plain_text_stays(text: str):
    assert plain_text(text) == text


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60)


@settings(max_examples=20)
@given(st.lists(ANY_TEXT, min_size=1, max_size=20))
def test_any_text_comes_back_as_a_text(texts: list[str]):
    lines = [(text, 7) for text in texts]
    sheet = Sheet("표", (Column("가"), Column("나", 10, "number")), lines, None)
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx([sheet])))
    found = book.get_sheet_by_index(0).to_python()[2:]
    assert found == [[text, 7.0] for text in texts]


def test_a_file_has_its_korean_name_and_is_not_kept():
    made = download("접수대장_20261122", [SHEET], "xlsx")
    named = made.headers["content-disposition"]
    assert 'filename="20261122.xlsx"' in named
    assert unquote(named.partition("filename*=UTF-8''")[2]) == "접수대장_20261122.xlsx"
    assert made.headers["cache-control"] == "no-store"
    assert download("목록", [SHEET], "csv").media_type == "text/csv; charset=utf-8"


async def test_pages_make_the_file_that_rows_would_make():
    whole = Sheet("목록", (Column("가"), Column("나", 10, "number")), [], DAY)
    rows = [(f"줄 {n}", n) for n in range(1200)]

    async def pages() -> AsyncIterator[list[tuple[str, int]]]:
        for start in range(0, len(rows), 500):
            yield rows[start : start + 500]

    made = await download_pages("목록", whole, pages(), "xlsx")
    found = [tuple(c.value for c in row) for row in reopened(made.content)["A4:B1203"]]
    assert found == rows
    text = (await download_pages("목록", whole, pages(), "csv")).content
    assert text == csv_bytes(Sheet("목록", whole.columns, rows, DAY))


def test_only_kinds_that_exist():
    assert (file_kind("xlsx"), file_kind("csv")) == ("xlsx", "csv")
    with pytest.raises(MissingError):
        file_kind("hwp")
