"""Workbooks as city halls have them, made by another writer than ours, for tests of imports."""

import io
from collections.abc import Sequence
from typing import Any

CASE_HEAD = (
    *(
        "연번",
        "접수번호",
        "접수일자",
        "접수경로",
        "업체명",
        "대표자",
        "소재지",
        "연락처",
        "애로분야",
    ),
    *("애로내용", "주관부서", "처리구분", "처리내용", "처리일"),
)


def case_row(number: int, **over: Any) -> dict[str, Any]:
    """Return a line of a register by its usual headings."""
    row: dict[str, Any] = {
        "연번": number,
        "접수번호": f"2019-{number}",
        "접수일자": f"2019.{number % 12 + 1}.{number % 28 + 1}.",
        "접수경로": "방문",
        "업체명": f"㈜시험{number % 7}정밀",
        "대표자": "홍길동",
        "소재지": f"시험로 {number}",
        "연락처": f"02-700-{number % 10000:04d}",
        "애로분야": "자금",
        "애로내용": f"{number}번째로 말한 어려움입니다",
        "주관부서": "기업지원과",
        "처리구분": "수용",
        "처리내용": "자금을 안내하고 신청을 도왔음",
        "처리일": f"2019.{number % 12 + 1}.28.",
    }
    return {**row, **over}


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], merges: Sequence[str] = ()) -> bytes:
    """Return an .xlsx of sheets (name, lines); `merges` are ranges of the first sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets:
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    for cells in merges:
        book.worksheets[0].merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def register(
    rows: Sequence[dict[str, Any]], head: Sequence[str] = CASE_HEAD, title: str = "접수대장"
) -> bytes:
    """Return a register of one sheet with a merged title above its headings."""
    lines: list[list[Any]] = [[title], [], list(head)]
    lines += [[row.get(name) for name in head] for row in rows]
    return workbook(("대장", lines), merges=["A1:N1"])
