"""Registers as files: of persons only masks, and each download written down with its reason.

The order on safety measures for personal data asks for that reason (domain.md, 6).
"""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Response

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import proposal_list, reference
from sinmungo.cases.ledger_lines import COLUMNS, FOOTNOTES, TITLES, Book
from sinmungo.cases.ledgers import Walk, ledger_pages
from sinmungo.cases.proposal_list import ProposalQuery
from sinmungo.cases.proposal_queries import ProposalRow
from sinmungo.cases.types import Labels
from sinmungo.host.access_log import download_reason, note_download
from sinmungo.host.context import Ctx
from sinmungo.web.sheets import Column, FileKind, Sheet, download_pages

_PROPOSALS = (
    Column("연번", 6, "number"),
    Column("건의일", 12, "date", group="건의"),
    Column("기관", 18, group="건의"),
    Column("건의 내용", 44, group="건의"),
    Column("건의 부서", 14, group="건의"),
    Column("업체명", 20, group="애로"),
    Column("접수번호", 17, group="애로"),
    Column("분야", 12, group="애로"),
    Column("상태", 10, group="회신"),
    Column("회신일", 12, "date", group="회신"),
    Column("결과", 10, group="회신"),
    Column("회신 내용", 44, group="회신"),
)


async def ledger_file(
    ctx: Ctx, book: Book, walk: Walk, kind: FileKind, reason: str
) -> Response[bytes]:
    """Return a register as a file, and write down who took it and why."""
    why, number = download_reason(reason), 0

    async def pages() -> AsyncIterator[list[list[Any]]]:
        nonlocal number
        async for lines in ledger_pages(ctx, book, walk):
            number += len(lines)
            yield [line.cells for line in lines]

    title = TITLES[book]
    sheet = Sheet(title, COLUMNS[book], (), clock.today(), FOOTNOTES[book], "건")
    made = await download_pages(_named(title), sheet, pages(), kind)
    await note_download(ctx, f"cases.{book}", why, number)
    return made


async def proposal_file(ctx: Ctx, query: ProposalQuery, kind: FileKind) -> Response[bytes]:
    """Return 건의과제 관리대장 as a file; it names companies and no person."""
    known, number = await reference.labels(ctx), 0

    async def pages() -> AsyncIterator[list[list[Any]]]:
        nonlocal number
        async for rows in proposal_list.proposal_pages(ctx, query):
            yield [_cells(number + at, row, known) for at, row in enumerate(rows, start=1)]
            number += len(rows)

    title = "건의과제 관리대장"
    sheet = Sheet(title, _PROPOSALS, (), clock.today(), (), "건")
    return await download_pages(_named(title), sheet, pages(), kind)


def _cells(number: int, row: ProposalRow, known: Labels) -> list[Any]:
    return [
        number,
        row.proposed_on,
        row.agency_name,
        row.gist,
        row.unit_name,
        row.company_name,
        row.case_no,
        known.all_categories.get(row.category, row.category),
        words.PROPOSAL_STATE[row.state],
        row.replied_on,
        words.OUTCOME.get(row.outcome or ""),
        row.reply,
    ]


def _named(title: str) -> str:
    return f"{title.replace(' ', '')}_{clock.today():%Y%m%d}"
