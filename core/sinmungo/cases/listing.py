"""What is on one's desk, and what is found: forty rows a page, late first or newest first."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import listing_queries as q
from sinmungo.cases.cursors import DeskCursor, FoundCursor, read_cursor, write_cursor
from sinmungo.cases.history import waiting_at
from sinmungo.cases.numbers import OLD
from sinmungo.cases.reference import reference
from sinmungo.cases.types import CaseQuery, Desk, DeskRow, Found, View
from sinmungo.companies import service as companies
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.text import phone
from sinmungo.text.dates import parse_date
from sinmungo.text.normalise import clean
from sinmungo.text.search import query_grams
from sinmungo.web.forms import Gather

_CASE_NO = re.compile(r"[A-Za-z]{1,8}-?(\d{4})-?(\d{1,6})")
_DIGITS = re.compile(r"\d{1,6}")
_TAIL = 4
_NAMES = 30
_MAX_QUERY = 100
_FIRST = DeskCursor(False, datetime(2000, 1, 1, tzinfo=clock.SEOUL), UUID(int=0))
_NEWEST = FoundCursor(datetime(9999, 1, 1, tzinfo=clock.SEOUL), UUID(int=0))
_EARLIEST, _LATEST = date(2000, 1, 1), date(9998, 12, 31)


async def desk(
    ctx: Ctx, view: View, cursor: str | None = None, *, with_counts: bool = True
) -> Desk:
    """Return a page of a view: unanswered by due moment (late first), then what needs closing.

    One statement; `counts` of every view take another. Raises InvalidError for a foreign cursor.
    """
    start = read_cursor(cursor, DeskCursor) or _FIRST
    params = moments_of(ctx)
    wanted = NEEDED[view]
    rows = await q.DESK[view].all(
        ctx,
        c_answered=start.answered,
        c_due_at=start.due_at,
        c_id=start.id,
        on=clock.today(),
        **{name: params[name] for name in wanted},
    )
    following = None
    if len(rows) > q.PAGE:
        last = rows[q.PAGE - 1]
        following = write_cursor(DeskCursor(last.answered, last.due_at, last.id))
    counts = await _counts(ctx, params) if with_counts else {}
    return Desk(view=view, rows=_lines(ctx, rows), counts=counts, next=following)


NEEDED: dict[str, tuple[str, ...]] = {
    "MINE": ("me",),
    "UNIT": ("units",),
    "TODAY": ("now", "today_from", "today_to"),
    "LATE": ("now",),
    "ALL": (),
}


def moments_of(ctx: Ctx) -> dict[str, Any]:
    """Return the parameters of the views' conditions; `NEEDED` says which view takes which."""
    start = datetime.combine(clock.today(), time.min, clock.SEOUL)
    return {
        "me": ctx.me.officer_id,
        "units": list(ctx.me.scope_units),
        "now": clock.now(),
        "today_from": start,
        "today_to": start + timedelta(days=1),
    }


async def desk_counts(ctx: Ctx) -> dict[str, int]:
    """Return how many cases each view has, at most 1,001 each."""
    return await _counts(ctx, moments_of(ctx))


async def _counts(ctx: Ctx, params: dict[str, Any]) -> dict[str, int]:
    row = await q.COUNTS.first(ctx, **params)
    found = msgspec.structs.asdict(row) if row else {}
    return {name.upper(): count for name, count in found.items()}


def _lines(ctx: Ctx, rows: list[q.ListRow]) -> list[DeskRow]:
    now, names = clock.now(), _Names(ctx)
    return [_line(row, names.of(row), now) for row in rows[: q.PAGE]]


class _Names:
    """Officers' names of one page, each opened once."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._opened: dict[UUID, str] = {}

    def of(self, row: q.ListRow) -> str:
        """Return 이름 + 직위 of the row's officer, an empty text when there is none."""
        if row.officer_id is None:
            return ""
        if row.officer_id not in self._opened:
            name = unseal(self._ctx, "name", row.officer_name_sealed, row.officer_id)
            self._opened[row.officer_id] = f"{name} {row.officer_post or ''}".strip()
        return self._opened[row.officer_id]


def _line(row: q.ListRow, officer: str, now: datetime) -> DeskRow:
    return DeskRow(
        id=row.id,
        case_no=row.case_no,
        company_id=row.company_id,
        company_name=row.company_name,
        category=row.category,
        channel=row.channel,
        summary=row.summary,
        status=row.status,
        priority=row.priority,
        lead_unit_name=row.lead_unit_name,
        officer_id=row.officer_id,
        officer_name=officer,
        waiting_at=waiting_at(row.status, row.lead_unit_name, officer),
        registered_at=row.registered_at,
        due_at=row.due_at,
        late=not row.answered and row.legal_until < now,
        disposition=row.disposition,
        waits=row.waits,
        row_version=row.row_version,
    )


async def search(ctx: Ctx, query: CaseQuery, *, with_total: bool = True) -> Found:
    """Return a page of the cases that a query means, the newest first, inside one's scope.

    Raises InvalidError for a day that cannot be read or a foreign cursor.
    """
    start = read_cursor(query.cursor, FoundCursor) or _NEWEST
    filters = filters_of(query)
    mode, meant = await meaning_of(ctx, clean(query.q)[:_MAX_QUERY])
    rows = await q.SEARCH[mode].all(
        ctx,
        **filters,
        **meant,
        c_registered_at=start.registered_at,
        c_id=start.id,
        on=clock.today(),
    )
    following = None
    if len(rows) > q.PAGE:
        last = rows[q.PAGE - 1]
        following = write_cursor(FoundCursor(last.registered_at, last.id))
    total = await q.TOTAL[mode].first(ctx, **filters, **meant) if with_total else None
    return Found(rows=_lines(ctx, rows), total=total, next=following)


def filters_of(query: CaseQuery) -> dict[str, Any]:
    """Return the parameters of the filters; InvalidError names a day that cannot be read."""
    gather = Gather()
    first = _day(gather, "registered_from", query.registered_from, _EARLIEST)
    last = _day(gather, "registered_to", query.registered_to, _LATEST)
    gather.done()
    return {
        "company_id": query.company_id,
        "category": query.category or None,
        "channel": query.channel or None,
        "petition_type": query.petition_type or None,
        "status": query.status or None,
        "disposition": query.disposition or None,
        "wait": query.wait or None,
        "lead_unit_id": query.unit_id,
        "officer_id": query.officer_id,
        "from_at": datetime.combine(first, time.min, clock.SEOUL),
        "to_at": datetime.combine(last + timedelta(days=1), time.min, clock.SEOUL),
    }


def _day(gather: Gather, field: str, text: str | None, default: date) -> date:
    day = gather.take(field, parse_date, text, default) if text and text.strip() else default
    return min(max(day, _EARLIEST), _LATEST)


async def meaning_of(ctx: Ctx, text: str) -> tuple[str, dict[str, Any]]:
    """Return how to search for what was typed, and the parameters of that way."""
    if not text:
        return "BROWSE", {}
    if number := _CASE_NO.fullmatch(text):
        prefix = text[: number.start(1)].rstrip("-").upper()
        case_no = f"{prefix}-{number[1]}-{int(number[2]):06d}"
        return "NUMBER", {"case_nos": [case_no, f"{OLD}-{text}", f"{OLD}-{text.upper()}"]}
    if _DIGITS.fullmatch(text):
        prefix = (await reference(ctx)).prefix
        case_no = f"{prefix}-{clock.today().year}-{int(text):06d}"
        return "DIGITS", {"case_nos": [case_no, f"{OLD}-{text}"], **_on_phone(ctx, text)}
    line = _parsed_phone(text)
    if line:
        return "PHONE", _on_phone(ctx, line)
    return "TEXT", await _words(ctx, text)


def _parsed_phone(text: str) -> str | None:
    try:
        return phone.parse(text)
    except phone.PhoneError:
        return None


def _on_phone(ctx: Ctx, digits: str) -> dict[str, Any]:
    whole = ctx.cipher.lookups(digits, "phone") if _parsed_phone(digits) else []
    tails = ctx.cipher.lookup_tails(digits) if len(digits) == _TAIL else []
    return {"hashes": whole, "tails": tails}


async def _words(ctx: Ctx, text: str) -> dict[str, Any]:
    """Return the 2-grams of the text, and the companies whose name it is in any spelling."""
    hits = await companies.find(ctx, text, limit=_NAMES)
    grams = query_grams(text)
    quoted = " & ".join(f"'{gram}'" + (":*" if len(gram) == 1 else "") for gram in grams)
    return {"lexemes": quoted, "company_ids": [hit.id for hit in hits]}
