"""접수대장, 처리대장 and 방문관리대장 of a city that leaves, as a city hall prints them.

Tables are for programs; who comes after reads these. They say what the screens say: cases and
visits by their numbers, persons masked.
"""

from collections.abc import AsyncIterator
from typing import Any

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases.ledger_lines import COLUMNS, FOOTNOTES, TITLES, book_of
from sinmungo.cases.ledgers import LedgerQuery, ledger_pages, ledger_walk
from sinmungo.host.context import Ctx
from sinmungo.visits.ledger import LedgerQuery as VisitQuery
from sinmungo.visits.sheets import book_sheets
from sinmungo.web.sheets import Sheet, download_pages, xlsx
from sinmungo_tenants import Tenant


async def registers(runtime: Runtime, city: Tenant) -> dict[str, bytes]:
    """Return the whole registers of a city as XLSX files, by their names in an export."""
    async with runtime.work.open(city) as ctx:
        found = {f"registers/{TITLES[name]}.xlsx": await _ledger(ctx, name) for name in TITLES}
        sheets = await book_sheets(ctx, VisitQuery())
    return {**found, "registers/방문관리대장.xlsx": xlsx(sheets)}


async def _ledger(ctx: Ctx, name: str) -> bytes:
    book = book_of(name)

    async def pages() -> AsyncIterator[list[list[Any]]]:
        async for lines in ledger_pages(ctx, book, ledger_walk(ctx, book, LedgerQuery())):
            yield [line.cells for line in lines]

    sheet = Sheet(TITLES[book], COLUMNS[book], (), clock.today(), FOOTNOTES[book], "건")
    made = await download_pages(TITLES[book], sheet, pages(), "xlsx")
    return made.content
