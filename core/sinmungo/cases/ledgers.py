"""접수대장 and 처리대장: the same lines for the screen and the file.

A register is walked page by page over a keyset, so that its length costs no memory. What is
printed about persons are masks.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import ledger_queries as q
from sinmungo.cases.ledger_lines import Book, cells_of
from sinmungo.cases.listing import NEEDED, filters_of, meaning_of, moments_of
from sinmungo.cases.reference import labels
from sinmungo.cases.types import CaseQuery, View
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.text.dates import parse_date
from sinmungo.text.normalise import clean
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.forms import Gather

SCREEN, FILE = 40, 500
_EARLIEST, _LATEST = date(2000, 1, 1), date(9998, 12, 31)
_START = datetime(1900, 1, 1, tzinfo=clock.SEOUL)
_END = datetime(9999, 1, 1, tzinfo=clock.SEOUL)
_NONE = UUID(int=0)
_WRONG_CURSOR = {"cursor": "다음 쪽 표시가 올바르지 않습니다."}


class LedgerQuery(msgspec.Struct, kw_only=True):
    """Which lines. Days are Seoul days as typed, both included: 접수일 or, of 처리대장, 처리일."""

    day_from: str | None = None
    day_to: str | None = None
    category: str | None = None
    channel: str | None = None
    status: str | None = None
    disposition: str | None = None
    unit_id: UUID | None = None
    cursor: str | None = None


class Line(msgspec.Struct):
    """One line of a register: the case behind it, and its cells in the order of the columns."""

    id: UUID
    cells: list[Any]


class LedgerPage(msgspec.Struct, kw_only=True):
    """A page of a register, and the cursor of the following one."""

    lines: list[Line]
    next: str | None


type Walk = Callable[[Any, int], Awaitable[Sequence[Any]]]


def ledger_walk(ctx: Ctx, book: Book, query: LedgerQuery) -> Walk:
    """Return how to go through a register, the oldest first. InvalidError for a wrong day."""
    gather = Gather()
    first = _day(gather, "day_from", query.day_from, _EARLIEST)
    last = _day(gather, "day_to", query.day_to, _LATEST)
    gather.done()
    params = {
        "category": query.category or None,
        "channel": query.channel or None,
        "status": query.status or None,
        "disposition": query.disposition or None,
        "lead_unit_id": query.unit_id,
        "from_at": datetime.combine(first, time.min, clock.SEOUL),
        "to_at": datetime.combine(last + timedelta(days=1), time.min, clock.SEOUL),
    }
    statement = q.RECEIVED if book == "received" else q.HANDLED

    async def walk(after: q.Place | None, size: int) -> Sequence[q.Place]:
        place = after or q.Place(_NONE, _START)
        return await statement.all(ctx, **params, c_at=place.at, c_id=place.id, size=size)

    return walk


async def found_walk(ctx: Ctx, query: CaseQuery) -> Walk:
    """Return how to go through what a search finds, the newest first."""
    filters = filters_of(query)
    mode, meant = await meaning_of(ctx, clean(query.q))

    async def walk(after: q.Place | None, size: int) -> Sequence[q.Place]:
        place = after or q.Place(_NONE, _END)
        return await q.FOUND[mode].all(
            ctx, **filters, **meant, c_at=place.at, c_id=place.id, size=size
        )

    return walk


def desk_walk(ctx: Ctx, view: View) -> Walk:
    """Return how to go through a view of the desk, in the order of the desk."""
    moments = moments_of(ctx)
    params = {name: moments[name] for name in NEEDED[view]}

    async def walk(after: q.DeskPlace | None, size: int) -> Sequence[q.DeskPlace]:
        place = after or q.DeskPlace(_NONE, answered=False, at=_START)
        return await q.DESK[view].all(
            ctx, **params, c_answered=place.answered, c_at=place.at, c_id=place.id, size=size
        )

    return walk


def _day(gather: Gather, field: str, text: str | None, default: date) -> date:
    day = gather.take(field, parse_date, text, default) if text and text.strip() else default
    return min(max(day, _EARLIEST), _LATEST)


async def ledger(ctx: Ctx, book: Book, query: LedgerQuery) -> LedgerPage:
    """Return forty lines of a register. Raises InvalidError for a wrong day or cursor."""
    number, after = _read_cursor(query.cursor)
    walk = ledger_walk(ctx, book, query)
    places = await walk(after, SCREEN + 1)
    shown = places[:SCREEN]
    lines = await _lines(ctx, book, shown, number)
    following = None
    if len(places) > SCREEN:
        last = shown[-1]
        following = encode_cursor(str(number + SCREEN), last.at.isoformat(), str(last.id))
    return LedgerPage(lines=lines, next=following)


async def ledger_pages(ctx: Ctx, book: Book, walk: Walk) -> AsyncIterator[list[Line]]:
    """Yield the lines of a walk, five hundred at a time, numbered through."""
    number, after = 0, None
    while places := await walk(after, FILE):
        yield await _lines(ctx, book, places, number)
        number, after = number + len(places), places[-1]
        if len(places) < FILE:
            return


async def _lines(ctx: Ctx, book: Book, places: Sequence[Any], before: int) -> list[Line]:
    ids = [place.id for place in places]
    rows = {row.id: row for row in await ctx.db.all(q.ROWS, ids=ids, on=clock.today())}
    known = await labels(ctx)
    return [
        Line(case_id, [number, *cells_of(book, rows[case_id], known)])
        for number, case_id in enumerate(ids, start=before + 1)
    ]


def _read_cursor(cursor: str | None) -> tuple[int, q.Place | None]:
    if not cursor:
        return 0, None
    number, at, row_id = decode_cursor(cursor, 3)
    try:
        place = q.Place(UUID(row_id), datetime.fromisoformat(at))
        before = int(number)
    except ValueError:
        raise InvalidError(_WRONG_CURSOR) from None
    if place.at.tzinfo is None:
        raise InvalidError(_WRONG_CURSOR)
    return before, place
