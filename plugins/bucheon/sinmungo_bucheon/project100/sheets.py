"""The project's lists as spreadsheets, with the names of persons masked."""

from collections.abc import Sequence
from typing import Any

from sinmungo.sdk import CaseLabels, Ctx, Sheet, SheetColumn, case_labels, clock
from sinmungo_bucheon.project100 import board
from sinmungo_bucheon.project100.cadence import days_of_year
from sinmungo_bucheon.project100.contact_queries import RegulationRow
from sinmungo_bucheon.project100.models import METHODS, REGULATION_STATES
from sinmungo_bucheon.project100.overdue import Owing
from sinmungo_bucheon.project100.regulations import regulations
from sinmungo_bucheon.project100.year import OUTCOMES, Year

_NO = SheetColumn("연번", 6, "number")
_COMPANY = SheetColumn("업체명", 24)


def board_sheet(of: board.Board) -> Sheet:
    """Return the companies of a round that the board shows."""
    columns = (
        _NO,
        _COMPANY,
        SheetColumn("상태", 12),
        SheetColumn("연락", 14),
        SheetColumn("전담관", 14),
        SheetColumn("마지막 연락", 14, "date"),
        SheetColumn("다음 기한", 14, "date"),
        SheetColumn("연락(회)", 9, "number"),
        SheetColumn("처리중 애로", 10, "number"),
        SheetColumn("종업원", 9, "number"),
        SheetColumn("관리 시작", 14, "date"),
        SheetColumn("신청 순번", 9, "number"),
    )
    rows = [
        (n, m.row.company_name, m.status, m.state_title or None, m.officer, m.row.last_contact_on,
         m.due_on, m.row.contacts, m.row.open_cases, m.row.employees, m.row.active_on,
         m.row.apply_no)
        for n, m in enumerate(of.members, 1)
    ]  # fmt: skip
    return Sheet(f"유망기업 100 {of.of.name}", columns, rows, clock.today(), unit="개사")


def owing_sheet(of: Owing) -> Sheet:
    """Return the companies that were not contacted in a period."""
    columns = (
        _NO,
        _COMPANY,
        SheetColumn("전담관", 14),
        SheetColumn("관리 시작", 14, "date"),
        SheetColumn("마지막 연락", 14, "date"),
        SheetColumn("연락 기한", 14, "date"),
        SheetColumn("처리중 애로", 10, "number"),
    )
    rows = [
        (n, m.row.company_name, m.officer, m.row.active_on, m.row.last_contact_on, of.period.end,
         m.row.open_cases)
        for n, m in enumerate(of.members, 1)
    ]  # fmt: skip
    title = f"유망기업 100 연락하지 못한 업체 ({of.period.title})"
    note = f"연락 대상 {of.obliged}개사 가운데 {of.contacted}개사에 연락했습니다."
    return Sheet(title, columns, rows, clock.today(), (note,))


def regulation_sheet(found: Sequence[RegulationRow], labels: CaseLabels) -> Sheet:
    """Return the rules that companies named."""
    columns = (
        _NO,
        _COMPANY,
        SheetColumn("확인한 날", 14, "date"),
        SheetColumn("현행 규정", 30),
        SheetColumn("내용(요지)", 50),
        SheetColumn("분야", 14),
        SheetColumn("접수번호", 18),
        SheetColumn("애로 상태", 10),
        SheetColumn("검토", 14),
        SheetColumn("검토 의견", 30),
    )
    rows = [
        (n, r.company_name, r.contacted_on, r.rule, r.summary,
         labels.all_categories.get(r.category, r.category), r.case_no,
         labels.statuses.get(r.case_status, r.case_status), REGULATION_STATES[r.state],
         r.state_note)
        for n, r in enumerate(found, 1)
    ]  # fmt: skip
    return Sheet("유망기업 100 성장을 막는 규제", columns, rows, clock.today(), unit="건")


async def year_sheets(ctx: Ctx, of: Year) -> list[Sheet]:
    """Return the year of every company, the contacts behind it, and the rules named in it."""
    first, last = days_of_year(of.year)
    named = [r for r in await regulations(ctx) if first <= r.contacted_on <= last]
    return [
        _companies(of),
        _contacts(of, await board.contacts_between(ctx, first, last)),
        regulation_sheet(named, await case_labels(ctx)),
    ]


def _companies(of: Year) -> Sheet:
    columns = (
        _NO,
        _COMPANY,
        SheetColumn("전담관", 14),
        SheetColumn("상태", 10),
        SheetColumn("관리 시작", 14, "date"),
        *(SheetColumn(_part(p.title), 9, "number", "연락(회)") for p in of.periods),
        SheetColumn("계", 8, "number", "연락(회)"),
        SheetColumn("연락 없던 주기", 12, "number"),
        SheetColumn("접수", 8, "number", "애로(건)"),
        *(SheetColumn(title, 9, "number", "애로(건)") for title in OUTCOMES.values()),
        SheetColumn("규제(건)", 9, "number"),
    )
    rows: list[tuple[Any, ...]] = [
        (n, x.member.row.company_name, x.member.officer, x.member.status, x.member.row.active_on,
         *x.contacts, x.total_contacts, x.missed, x.cases,
         *(x.outcomes.get(code, 0) for code in OUTCOMES), x.regulations)
        for n, x in enumerate(of.lines, 1)
    ]  # fmt: skip
    rows.append(
        (None, f"계 {len(of.lines)}개사", None, None, None, *of.contacts, sum(of.contacts),
         of.missed, of.cases, *of.outcomes.values(), of.regulations)
    )  # fmt: skip
    notes = (
        "애로는 그해에 접수된 건을 지금의 처리 상태로 나눕니다. 수용에는 현장수용을 넣습니다.",
        "연락 없던 주기는 끝난 주기만 셉니다.",
    )
    return Sheet(f"유망기업 100 연말 정리 ({of.year}년)", columns, rows, clock.today(), notes)


def _part(title: str) -> str:
    return title.split("년", 1)[1].strip() or title


def _contacts(of: Year, found: Sequence[board.Contact]) -> Sheet:
    columns = (
        _NO,
        SheetColumn("연락한 날", 14, "date"),
        _COMPANY,
        SheetColumn("방법", 10),
        SheetColumn("연락한 사람", 14),
        SheetColumn("만난 분", 16),
        SheetColumn("나눈 이야기", 60),
        SheetColumn("애로(건)", 9, "number"),
        SheetColumn("규제(건)", 9, "number"),
    )
    rows = [
        (n, c.row.contacted_on, c.row.company_name, METHODS[c.row.method], c.officer, c.met,
         c.row.summary, c.row.cases, c.row.regulations)
        for n, c in enumerate(found, 1)
    ]  # fmt: skip
    return Sheet(f"연락 대장 ({of.year}년)", columns, rows, clock.today(), unit="회")
