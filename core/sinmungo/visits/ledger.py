"""방문관리대장: what was received at visits and what became of it, as of any day.

received = settled on site + under review (handled at once, or notified) + proposed upstream + not
yet classed, in every line and on every day. Three kinds of numbers, never mixed: visits (회),
companies (개사, each once), difficulties (건).
"""

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.people.service import unit_names_on
from sinmungo.text.money import ratio_pct
from sinmungo.visits import ledger_queries as q
from sinmungo.visits.labels import KIND, OUTCOME
from sinmungo.visits.scope import scope
from sinmungo.web.cursors import decode_place, encode_cursor

type Dimension = Literal["month", "kind", "unit"]
DIMENSIONS: dict[str, str] = {"month": "월별", "kind": "구분별", "unit": "부서별"}
REVIEW = "REVIEW"
"""Asks for rows of HANDLED and NOTIFIED together."""
MANY = 100_000


class LedgerQuery(msgspec.Struct, kw_only=True):
    """What to count: visits of a period (both days counted), as the book stood on `as_of`.

    `as_of` None is today; a day without a book (before the first visit) gives zeros.
    """

    first: date | None = None
    last: date | None = None
    kind: str | None = None
    agency_id: UUID | None = None
    as_of: date | None = None
    dimension: Dimension = "month"

    @property
    def day(self) -> date:
        """The day on which the book is read."""
        return self.as_of or clock.today()


class LedgerLine(msgspec.Struct, kw_only=True):
    """One line; `code` None is the total. `review` = `handled` + `notified`.

    `shares` are percentages of `received` by on_site, review, proposed, unclassed; None where
    nothing was received.
    """

    code: str | None
    title: str
    visits: int
    companies: int
    received: int
    on_site: int
    handled: int
    notified: int
    review: int
    proposed: int
    unclassed: int
    shares: dict[str, Decimal | None]


class Ledger(msgspec.Struct, kw_only=True):
    """The lines of a dimension and their total, as of a day."""

    as_of: date
    dimension: str
    total: LedgerLine
    lines: list[LedgerLine]


class Rows[T](msgspec.Struct, kw_only=True):
    """A page of the rows behind a number."""

    items: list[T]
    next: str | None


async def ledger(ctx: Ctx, asked: LedgerQuery) -> Ledger:
    """Count the book: one statement, and one for names of units."""
    rows = await ctx.db.all(q.LEDGER[_dimension(asked)], **_params(ctx, asked))
    titles = await _titles(ctx, asked, [r.code for r in rows if r.code])
    lines = [_line(row, titles.get(row.code or "", row.code or "")) for row in rows]
    whole = next((n for n, row in enumerate(rows) if row.whole), None)
    empty = q.LedgerRow(None, True, 0, 0, 0, 0, 0, 0, 0, 0)
    total = _line(rows[whole] if whole is not None else empty, "계")
    kept = [line for line, row in zip(lines, rows, strict=True) if not row.whole]
    return Ledger(as_of=asked.day, dimension=asked.dimension, total=total, lines=kept)


def _line(row: q.LedgerRow, title: str) -> LedgerLine:
    review = row.handled + row.notified
    parts = {
        "on_site": row.on_site,
        "review": review,
        "proposed": row.proposed,
        "unclassed": row.unclassed,
    }
    counts = {f: getattr(row, f) for f in row.__struct_fields__ if f not in {"code", "whole"}}
    return LedgerLine(
        code=row.code,
        title=title,
        review=review,
        shares={name: ratio_pct(part, row.received) for name, part in parts.items()},
        **counts,
    )


async def _titles(ctx: Ctx, asked: LedgerQuery, codes: list[str]) -> Mapping[str, str]:
    match asked.dimension:
        case "kind":
            return KIND
        case "month":
            return {code: f"{code[:4]}년 {int(code[5:])}월" for code in codes}
        case _:
            ids = [UUID(code) for code in codes if code != "-"]
            names = {row.id: row.name for row in await ctx.db.all(q.UNIT_NAMES, ids=ids)}
            names |= await unit_names_on(ctx, ids, asked.day)
            return {"-": "부서 미지정", **{str(i): name for i, name in names.items()}}


async def visits_behind(
    ctx: Ctx, asked: LedgerQuery, *, line: str | None = None, cursor: str = "", size: int = q.PAGE
) -> Rows[q.BookedVisit]:
    """Return the visits behind a number, newest first; `line` None: of every line."""
    rows = await ctx.db.all(
        q.VISITS[_dimension(asked)],
        line=line,
        size=size + 1,
        **_after(cursor),
        **_params(ctx, asked),
    )
    return Rows(items=rows[:size], next=_next(rows, size))


async def items_behind(
    ctx: Ctx,
    asked: LedgerQuery,
    *,
    outcome: str | None = None,
    line: str | None = None,
    cursor: str = "",
    size: int = q.PAGE,
) -> Rows[q.BookedItem]:
    """Return the difficulties behind a number: of one outcome, of REVIEW, or all (None)."""
    if outcome is not None and outcome != REVIEW and outcome not in OUTCOME:
        raise InvalidError({"outcome": "없는 처리 구분입니다."})
    rows = await ctx.db.all(
        q.ITEMS[_dimension(asked)],
        line=line,
        outcome=outcome,
        size=size + 1,
        **_after(cursor),
        **_params(ctx, asked),
    )
    return Rows(items=rows[:size], next=_next(rows, size))


async def whole_book(
    ctx: Ctx, asked: LedgerQuery
) -> tuple[list[q.BookedVisit], list[q.BookedItem]]:
    """Return every visit and difficulty of the book, oldest first, for a file."""
    visits = await visits_behind(ctx, asked, size=MANY)
    items = await items_behind(ctx, asked, size=MANY)
    return visits.items[::-1], items.items[::-1]


def _dimension(asked: LedgerQuery) -> str:
    if asked.dimension not in DIMENSIONS:
        raise InvalidError({"dimension": "없는 구분입니다."})
    return asked.dimension


def _params(ctx: Ctx, asked: LedgerQuery) -> dict[str, Any]:
    """Return the parameters of the conditions; the book of a day ends at its midnight in Seoul."""
    until = clock.at(asked.day + timedelta(days=1), "00:00").astimezone(UTC)
    return {
        "first": asked.first,
        "last": asked.last,
        "kind": asked.kind or None,
        "agency_id": asked.agency_id,
        "until": until,
        **scope(ctx),
    }


def _after(cursor: str) -> dict[str, Any]:
    if not cursor:
        return {"c_day": None, "c_id": None}
    day, row_id = decode_place(cursor)
    try:
        return {"c_day": date.fromisoformat(day), "c_id": row_id}
    except ValueError:
        raise InvalidError({"cursor": "다음 쪽 표시가 올바르지 않습니다."}) from None


def _next(rows: list[Any], size: int) -> str | None:
    if len(rows) <= size:
        return None
    return encode_cursor(rows[size - 1].visited_on.isoformat(), str(rows[size - 1].id))
