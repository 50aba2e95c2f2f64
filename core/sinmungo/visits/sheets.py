"""방문관리대장 as a file: the sums, the visits and the difficulties, all of the same book."""

from typing import Any

from sinmungo.cases import service as cases
from sinmungo.cases.labels import STATUS
from sinmungo.host.context import Ctx
from sinmungo.visits import ledger_queries as q
from sinmungo.visits.labels import KIND, OUTCOME
from sinmungo.visits.ledger import (
    DIMENSIONS,
    MANY,
    LedgerLine,
    LedgerQuery,
    items_behind,
    ledger,
    visits_behind,
    whole_book,
)
from sinmungo.web.sheets import Column, Sheet

_COUNTS = ("received", "on_site", "handled", "notified", "proposed", "unclassed")
_TITLES = ("접수", "현장해결", "즉시처리", "부서통보", "상급건의", "미분류")
_WAYS = [
    Column(title, 9, "number", "검토" if title in {"즉시처리", "부서통보"} else None)
    for title in _TITLES
]
_SUM = "접수 = 현장해결 + 검토(즉시처리 + 부서통보) + 상급건의 + 미분류"
_NOTES = (
    _SUM,
    "방문(회), 업체(개사), 애로(건)는 서로 다른 수입니다. 업체의 계는 같은 업체를 한 번만 셉니다.",
)


async def book_sheets(ctx: Ctx, asked: LedgerQuery) -> list[Sheet]:
    """Return three sheets as the book stood on the day: 집계, 방문, 애로."""
    book = await ledger(ctx, asked)
    visits, items = await whole_book(ctx, asked)
    words = (await cases.labels(ctx)).all_categories
    return [
        _sums(asked, [book.total, *book.lines]),
        _visits(asked, visits),
        _items(asked, items, words),
    ]


async def rows_sheet(
    ctx: Ctx, asked: LedgerQuery, what: str, line: str | None, outcome: str | None
) -> Sheet:
    """Return the rows behind a number of the book: "visits" or "items"."""
    if what == "visits":
        return _visits(asked, (await visits_behind(ctx, asked, line=line, size=MANY)).items)
    items = await items_behind(ctx, asked, line=line, outcome=outcome, size=MANY)
    return _items(asked, items.items, (await cases.labels(ctx)).all_categories)


def _sums(asked: LedgerQuery, lines: list[LedgerLine]) -> Sheet:
    columns = [Column(DIMENSIONS[asked.dimension], 20), Column("방문(회)", 9, "number")]
    columns += [Column("업체(개사)", 9, "number"), *_WAYS]
    rows = [
        [line.title, line.visits, line.companies, *(getattr(line, c) for c in _COUNTS)]
        for line in lines
    ]
    return Sheet("방문관리대장 집계", columns, rows, asked.day, _NOTES)


def _visits(asked: LedgerQuery, visits: list[q.BookedVisit]) -> Sheet:
    columns = [
        Column("연번", 6, "number"),
        Column("방문번호", 14),
        Column("방문일", 12, "date"),
        Column("방문구분", 14),
        Column("업체명", 24),
        Column("장소", 18),
        Column("방문부서", 16),
        *_WAYS,
    ]
    rows = [[n, *_visit(v)] for n, v in enumerate(visits, start=1)]
    return Sheet("방문관리대장", columns, rows, asked.day, (_SUM,), "건")


def _visit(visit: q.BookedVisit) -> list[Any]:
    return [
        visit.visit_no,
        visit.visited_on,
        KIND.get(visit.kind, visit.kind),
        visit.company_name,
        visit.place,
        visit.unit_name,
        *(getattr(visit, name) for name in _COUNTS),
    ]


def _items(asked: LedgerQuery, items: list[q.BookedItem], words: dict[str, str]) -> Sheet:
    columns = [
        Column("연번", 6, "number"),
        Column("방문번호", 14),
        Column("방문일", 12, "date"),
        Column("업체명", 24),
        Column("접수번호", 18),
        Column("애로분야", 14),
        Column("애로내용", 50),
        Column("처리구분", 10),
        Column("통보부서", 16),
        Column("건의기관", 18),
        Column("구분한 날", 14, "datetime"),
        Column("현재 상태", 10),
    ]
    rows = [[n, *_item(item, words)] for n, item in enumerate(items, start=1)]
    return Sheet("방문 발굴 애로", columns, rows, asked.day, ("현재 상태는 오늘의 상태입니다.",))


def _item(item: q.BookedItem, words: dict[str, str]) -> list[Any]:
    return [
        item.visit_no,
        item.visited_on,
        item.company_name,
        item.case_no,
        words.get(item.category, item.category),
        item.content,
        OUTCOME.get(item.outcome, item.outcome),
        item.unit_name,
        item.agency_name,
        item.occurred_at,
        STATUS.get(item.case_status, item.case_status),
    ]
