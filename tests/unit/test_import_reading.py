"""Files as city halls send them: refused, or read into the same lines whatever their shape."""

import io
import zipfile
from datetime import date, datetime, time

import pytest

from sinmungo import clock
from sinmungo.imports import files, reader
from sinmungo.imports.header import find_header, header_at, signature
from sinmungo.imports.plan import Plan, SheetPlan, guess_days
from sinmungo.imports.problems import FileProblemError, LineProblemError
from sinmungo.imports.reader import Line, plain_cell, read_sheets
from sinmungo.imports.values import (
    Years,
    as_of_in,
    count,
    day,
    moment,
    name_beside_phone,
    number,
    telephone,
    year_in,
)
from sinmungo.testing.books import workbook

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=clock.SEOUL)


def lines_of(raw: bytes) -> list[list[object]]:
    (sheet,) = read_sheets(raw, files.sniff(raw))
    return [line.cells for line in sheet.lines]


def archive(parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


SHELL = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "빈 파일"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "옛 엑셀 파일"),
        (archive({"word/document.xml": b"<w/>"}), "엑셀 파일(.xlsx)이 아닙니다"),
        (archive({**SHELL, "xl/vbaProject.bin": b"x"}), "매크로"),
        (archive({**SHELL, "xl/embeddings/oleObject1.bin": b"x"}), "다른 파일이 들어 있는"),
        (archive({**SHELL, "xl/worksheets/sheet1.xml": bytes(40 << 20)}), "지나치게 커지는"),
        (archive(SHELL)[:-30], "손상"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "웹 문서"),
        (b"%PDF-1.7\0\0\0", "엑셀 파일(.xlsx)이나 CSV"),
        (b"\xff\x00\xfa\x81\x80\x80", "글자를 읽을 수 없습니다"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(raw: bytes, told: str):
    with pytest.raises(FileProblemError) as problem:
        files.sniff(raw)
    assert told in problem.value.message


def test_cells_far_apart_do_not_fill_the_memory():
    sheet = b'<worksheet><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></worksheet>'
    with pytest.raises(FileProblemError, match="표 밖 멀리"):
        files.sniff(archive({**SHELL, "xl/worksheets/sheet1.xml": sheet}))


def test_an_empty_cell_far_away_is_no_harm():
    sheet = b'<worksheet><c r="A1"><v>1</v></c><c r="XFD900000" s="3"/></worksheet>'
    assert files.sniff(archive({**SHELL, "xl/worksheets/sheet1.xml": sheet})) == "XLSX"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_any_coding(coding: str, delimiter: str):
    text = f'업체명{delimiter}내용\r\n㈜하나{delimiter}"줄을\r\n바꿔 적음"\r\n'
    assert lines_of(text.encode(coding.replace("cp949", "cp949"))) == [
        ["업체명", "내용"],
        ["㈜하나", "줄을\r\n바꿔 적음"],
    ]


def test_lines_keep_their_numbers_and_merged_cells_their_value():
    raw = workbook(
        (
            "대장",
            [[None], ["업체명", "내용"], ["㈜하나", "첫째"], [None, "둘째"], ["㈜둘", "셋째"]],
        ),
        merges=["A3:A4"],
    )
    (sheet,) = read_sheets(raw, "XLSX")
    found = [(line.number, line.cells) for line in sheet.lines]
    assert found == [
        (2, ["업체명", "내용"]),
        (3, ["㈜하나", "첫째"]),
        (4, ["㈜하나", "둘째"]),
        (5, ["㈜둘", "셋째"]),
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (3.0, 3),
        (11.22, 11.22),
        (True, "Y"),
        (datetime.fromisoformat("2024-03-05T14:30"), "2024-03-05T14:30:00"),
        (date(2024, 3, 5), "2024-03-05T00:00:00"),
        (time(9, 5), "09:05"),
        ("", None),
        (" \u00a0 ", None),
        (1234567890.0, 1234567890),
    ],
)
def test_plain_cells(value: object, cell: object):
    assert plain_cell(value) == cell


@pytest.mark.parametrize("value", ["대표 900101-1234567 씨", "9001011234567", 9001011234567.0])
def test_a_resident_number_never_gets_past_the_reader(value: object):
    cell = plain_cell(value)
    assert reader.RESIDENT_MARK in str(cell)
    assert "1234567" not in str(cell)


HEAD = ["연번", "접수번호", "접수일자", "업 체 명", "애로사항(요지)", "처리부서", "비고"]


def lines(*rows: list[object], first: int = 1) -> list[Line]:
    return [Line(n, row) for n, row in enumerate(rows, start=first)]  # type: ignore[arg-type]


def test_the_header_is_found_below_titles():
    head = lines(["2019년 접수대장"], ["2019. 12. 31. 기준"], HEAD, [1, "1", "2019.1.2", "㈜하나"])
    found = find_header("CASES", head, [])
    assert (found.first, found.last) == (3, 3)
    assert found.fields == ["serial", "number", "registered", "company", "content", "unit", "note"]


def test_a_header_of_two_lines_with_merged_groups():
    top = ["회사명", "단지명", "종업원수", None, None, "전화번호"]
    bottom = [None, None, "남", "여", "외국인", None]
    found = find_header("COMPANIES", lines(["공장등록현황"], top, bottom), [(2, 2, 4)])
    assert (found.first, found.last) == (2, 3)
    assert found.fields == ["company", "complex", "men", "women", "foreign", "phone"]
    assert found.labels[3] == "종업원수 여"


def test_the_plainer_name_wins_a_field():
    found = find_header(
        "CASES", lines(["번호", "접수번호", "일자", "기업명", "애로내용", "내용"]), []
    )
    assert found.fields == ["", "number", "registered", "company", "content", ""]


def test_a_header_may_be_pointed_at():
    head = lines(["가", "나"], ["업체명", "내용"], ["㈜하나", "x"])
    assert header_at("CASES", head, [], 1, 1).labels == ["가", "나"]
    assert header_at("CASES", head, [], 9, 9).first == 0


def test_equal_headers_share_a_signature_also_with_a_column_of_reasons():
    one = find_header("CASES", lines(HEAD), [])
    spelled = [str(h).replace(" ", "").replace("(요지)", " (요지) ") for h in HEAD]
    other = find_header("CASES", lines([*spelled, "가져오지 못한 까닭"]), [])
    assert signature(one) == signature(other)
    assert signature(one) != signature(find_header("CASES", lines(HEAD[:-1]), []))


@pytest.mark.parametrize(
    ("cell", "title", "told"),
    [
        ("2019.11.22", None, "2019-11-22T00:00"),
        ("11.22", 2019, "2019-11-22T00:00"),
        (11.22, 2019, "2019-11-22T00:00"),
        ("1.1", 2019, "2019-01-01T00:00"),
        ("12.31", 2019, "2019-12-31T00:00"),
        ("12.31", 2020, "2020-12-31T00:00"),
        ("1. 1.(화)", 2019, "2019-01-01T00:00"),
        ("19.11.22", None, "2019-11-22T00:00"),
        ("2019년 11월 22일", None, "2019-11-22T00:00"),
        (43791, None, "2019-11-22T00:00"),
        (43791.5, None, "2019-11-22T12:00"),
        ("2019-11-22T14:30:00", None, "2019-11-22T14:30"),
        ("2019-11-22 14:30", None, "2019-11-22T14:30"),
        (20191122, None, "2019-11-22T00:00"),
        ("11월 22일", 2019, "2019-11-22T00:00"),
        ("'19. 3. 15.", None, "2019-03-15T00:00"),
        ("\u201919. 3. 15.(금) 14:00", None, "2019-03-15T14:00"),
        ("19. 12. 31.", 2020, "2019-12-31T00:00"),
        ("12. 8. 14:00", 2020, "2020-12-08T14:00"),
        ("２０１９．３．５", None, "2019-03-05T00:00"),
        ("43791", None, "2019-11-22T00:00"),
    ],
)
def test_days_as_registers_have_them(cell: object, title: int | None, told: str):
    with clock.frozen(NOW):
        found = moment(cell, Years(title=title))  # type: ignore[arg-type]
    assert found is not None
    assert clock.to_seoul(found).isoformat()[:16] == told


@pytest.mark.parametrize(
    ("cell", "title", "told"),
    [
        ("11.22", None, "연도를 알 수 없습니다"),
        (11.2, 2019, "11월 2일인지 20일인지"),
        ("2.29", 2019, "2019년에 없는 날짜"),
        ("2027.1.1", None, "아직 오지 않은"),
        ("1960.1.1", None, "너무 오래된"),
        ("조만간", None, "날짜를 알아볼 수 없습니다"),
        ("12/5-7", 2019, "날짜를 알아볼 수 없습니다"),
    ],
)
def test_days_that_are_none(cell: object, title: int | None, told: str):
    with clock.frozen(NOW), pytest.raises(LineProblemError) as problem:
        moment(cell, Years(title=title))  # type: ignore[arg-type]
    assert told in problem.value.message


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("1962.3.2", date(1962, 3, 2)),
        ("98. 3. 2.", date(1998, 3, 2)),
        ("620302", date(1962, 3, 2)),
        ("12.3.2", date(2012, 3, 2)),
    ],
)
def test_a_company_may_be_older_than_any_register(cell: str, told: date):
    with clock.frozen(NOW):
        assert day(cell, Years()) == told


def test_the_year_may_come_from_the_lines_around():
    years = Years()
    with clock.frozen(NOW):
        moment("2018. 12. 30.", years)
        found = moment("1.2", years)
    assert found is not None
    assert clock.to_seoul(found).date() == date(2019, 1, 2)


def test_titles_tell_year_and_day():
    assert year_in("2019년 기업애로 접수대장") == 2019
    assert year_in("2018년~2019년") is None
    assert as_of_in("공장등록현황 (2024. 6. 30. 기준)") == date(2024, 6, 30)
    assert as_of_in("2024년 2월말 현재") == date(2024, 2, 29)
    sheet = SheetPlan("현황", False, [], lines(["2024년 12월 말 기준"], ["회사명"]), use=True)
    plan = Plan([sheet])
    guess_days(plan, "2023년 목록.xlsx")
    assert (plan.as_of, sheet.year) == (date(2024, 12, 31), 2024)


@pytest.mark.parametrize(
    ("cell", "people"), [("52명", 52), (52, 52), ("1,234", 1234), ("-", None), (None, None), (0, 0)]
)
def test_head_counts(cell: object, people: int | None):
    assert count(cell) == people  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "name", "digits"),
    [
        ("김하늘 과장 010-2345-6789", "김하늘 과장", "01023456789"),
        ("010-2345-6789(김하늘)", "김하늘", "01023456789"),
        ("김하늘\n02)700-1234", "김하늘", "027001234"),
        ("김*늘 010-****-6789", "", None),
        ("02-700-1234", "", "027001234"),
        ("문의: 담당 부서로 연락 바랍니다 02-700-1234", "", "027001234"),
        (None, "", None),
    ],
)
def test_a_person_beside_a_telephone(cell: str | None, name: str, digits: str | None):
    assert (name_beside_phone(cell), telephone(cell)) == (name, digits)


def test_numbers_and_telephones():
    assert number("123-45-67891") == "1234567891"
    assert number("123-45-67890") is None
    assert telephone("02-700-1234, 010-1234-5678") == "027001234"
    assert telephone(1012345678) == "01012345678"
    assert telephone("없음") is None
    with pytest.raises(LineProblemError):
        number("12345")
