"""`/api/v1/cases/ledgers`: 접수대장 and 처리대장 as lines or as a file."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody

from sinmungo.cases.ledger_lines import COLUMNS, book_of
from sinmungo.cases.ledger_sheets import ledger_file
from sinmungo.cases.ledgers import LedgerQuery, ledger, ledger_walk
from sinmungo.cases.permissions import DOWNLOAD, READ
from sinmungo.web.access import heavy, needs
from sinmungo.web.types import CtxDep


class FileBody(LedgerQuery, kw_only=True):
    """Which lines, as which kind of file, and why they are taken away."""

    kind: Literal["xlsx", "csv"] = "xlsx"
    reason: str = ""


class LedgerItem(msgspec.Struct):
    """A line; `cells` stand in the order of the columns."""

    id: UUID
    cells: list[Any]


class LedgerItems(msgspec.Struct):
    """A page of a register, the oldest first."""

    columns: list[str]
    items: list[LedgerItem]
    next: str | None


class LedgersApi(Controller):
    """Registers; of persons they hold masks only."""

    path = "/ledgers"
    tags = ("cases",)

    @post("/{book:str}", opt=needs(READ), status_code=200)
    async def lines(
        self, ctx: CtxDep, book: FromPath[str], data: JSONBody[LedgerQuery]
    ) -> LedgerItems:
        """Return forty lines of a register ("received" or "handled")."""
        name = book_of(book)
        found = await ledger(ctx, name, data)
        items = [LedgerItem(line.id, line.cells) for line in found.lines]
        return LedgerItems([c.title for c in COLUMNS[name]], items, found.next)

    @post("/{book:str}/file", opt=heavy(needs(DOWNLOAD)), status_code=200)
    async def file(
        self, ctx: CtxDep, book: FromPath[str], data: JSONBody[FileBody]
    ) -> Response[bytes]:
        """Return the whole register as XLSX or CSV; the reason is written down."""
        name = book_of(book)
        return await ledger_file(ctx, name, ledger_walk(ctx, name, data), data.kind, data.reason)


API = (LedgersApi,)
