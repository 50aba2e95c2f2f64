"""What the lines of 접수대장 and 처리대장 say, column by column (domain.md 2.5)."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases.ledger_queries import LedgerRow
from sinmungo.cases.types import Labels
from sinmungo.errors import MissingError
from sinmungo.web.sheets import Column

type Book = Literal["received", "handled"]

_DAY = Decimal(86_400)
TITLES: dict[str, str] = {"received": "접수대장", "handled": "처리대장"}
_RECEIVED = (
    Column("연번", 6, "number"),
    Column("접수번호", 17),
    Column("접수일시", 17, "datetime"),
    Column("접수경로", 10),
    Column("업체명", 20, group="업체"),
    Column("대표자", 9, group="업체"),
    Column("소재지", 26, group="업체"),
    Column("업종", 14, group="업체"),
    Column("종업원수", 9, "number", group="업체"),
    Column("담당자·연락처", 22, group="업체"),
    Column("분야", 12, group="애로"),
    Column("내용(요지)", 40, group="애로"),
    Column("주관부서", 14, group="처리"),
    Column("담당자", 13, group="처리"),
    Column("처리기한", 17, "datetime", group="처리"),
    Column("비고", 18),
)
_HANDLED = (
    Column("연번", 6, "number"),
    Column("접수번호", 17),
    Column("업체명", 20),
    Column("애로내용", 40),
    Column("협조부서", 12),
    Column("처리내용", 44, group="처리결과"),
    Column("처리구분", 11, group="처리결과"),
    Column("처리일", 12, "date", group="처리결과"),
    Column("소요일수", 9, "number", group="처리결과"),
    Column("연장·보완", 10, group="처리결과"),
    Column("회신방법", 10),
    Column("만족도", 8, "number"),
    Column("사후관리", 11),
    Column("비고", 18),
)
COLUMNS: dict[str, tuple[Column, ...]] = {"received": _RECEIVED, "handled": _HANDLED}
FOOTNOTES: dict[str, tuple[str, ...]] = {
    "received": ("이름과 연락처는 가림 처리한 값입니다.",),
    "handled": (
        "소요일수는 접수부터 답변까지 걸린 날이며 소수 둘째 자리에서 반올림합니다.",
        "협조부서와 연장·보완의 ‘-’는 여기에서 하지 않았음을 뜻합니다.",
        "만족도는 누가 답했는지 알 수 없게 모으므로 건마다 적지 않습니다.",
    ),
}


def book_of(name: str) -> Book:
    """Return the register of this name; MissingError for any other."""
    match name:
        case "received" | "handled":
            return name
        case _:
            raise MissingError


def cells_of(book: Book, row: LedgerRow, known: Labels) -> list[Any]:
    """Return the cells after 연번, in the order of the columns."""
    return (_received if book == "received" else _handled)(row, known)


def _received(row: LedgerRow, known: Labels) -> list[Any]:
    return [
        row.case_no,
        row.registered_at,
        known.all_channels.get(row.channel, row.channel),
        row.company_name,
        row.representative_mask,
        row.address,
        row.industry,
        row.employees,
        _joined(row.caller_mask, row.phone_mask),
        known.all_categories.get(row.category, row.category),
        row.summary,
        row.lead_unit_name,
        _joined(row.officer_mask, row.officer_post),
        row.due_at,
        _remarks(row),
    ]


def _handled(row: LedgerRow, _: Labels) -> list[Any]:
    answered = row.answered_at
    return [
        row.case_no,
        row.company_name,
        row.content,
        "-",
        row.answer,
        words.DISPOSITION.get(row.disposition or ""),
        clock.to_seoul(answered).date() if answered else None,
        _days(row.registered_at, answered) if answered else None,
        "보완" if row.supplemented else "-",
        _told_by(row),
        None,
        words.IMPLEMENTATION.get(row.implementation or ""),
        _remarks(row),
    ]


def _joined(*parts: str | None) -> str | None:
    return " ".join(part for part in parts if part) or None


def _remarks(row: LedgerRow) -> str | None:
    urgent = words.PRIORITY["HIGH"] if row.priority == "HIGH" else ""
    closed = words.CLOSE_REASONS.get(row.close_reason or "", "")
    parts = [urgent, *(words.WAIT[code] for code in row.waits), closed]
    return ", ".join(part for part in parts if part) or None


def _told_by(row: LedgerRow) -> str | None:
    """Return how the company learns of its answer; None where it is told by word of mouth."""
    if row.disposition == "ACCEPTED_ON_SITE":
        return "현장"
    ways = ["전자우편"] * row.by_mail + ["누리집"] * row.by_portal
    return "·".join(ways) or None


def _days(start: datetime, end: datetime) -> Decimal:
    seconds = Decimal((end - start).total_seconds())
    return (seconds / _DAY).quantize(Decimal("0.1"), ROUND_HALF_UP)
