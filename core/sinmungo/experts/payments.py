"""자문료 지급명세: what was approved in a year, to which account; masked unless asked openly."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Date, bindparam, select

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.experts import words
from sinmungo.experts.models import advice_requests, expert_tax, experts
from sinmungo.experts.register import FIRST
from sinmungo.host.access_log import download_reason, note_download
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.web.sheets import Column, Sheet
from sinmungo_tenants import read

LIST, LIST_OPEN = "experts.payments", "experts.payments_open"
COLUMNS = (
    Column("번호", 12),
    Column("자문일", 12, "date"),
    Column("전문가", 10, group="받는 사람"),
    Column("소속", 22, group="받는 사람"),
    Column("소득 구분", 12, group="받는 사람"),
    Column("은행", 14, group="계좌"),
    Column("계좌번호", 20, group="계좌"),
    Column("예금주", 10, group="계좌"),
    Column("자문료", 12, "money"),
)
_MASKED = "전문가, 계좌번호, 예금주는 가려서 적습니다."
_OPEN = "개인정보가 가림 없이 들어 있습니다. 지급을 마치면 지워 주세요."
_NO_ACCOUNT = "은행이 빈 줄은 지급자료를 아직 적지 않은 전문가입니다."


class _Line(msgspec.Struct):
    no: str
    held_on: date
    fee: int
    expert_id: UUID
    affiliation: str
    name_sealed: bytes | None
    name_mask: str | None
    income: str | None
    bank: str | None
    account_sealed: bytes | None
    account_mask: str | None
    holder_sealed: bytes | None
    holder_mask: str | None


_r = advice_requests.c
_PAID = read(
    select(
        _r.no,
        _r.held_on,
        _r.fee,
        _r.expert_id,
        experts.c.affiliation,
        experts.c.name_sealed,
        experts.c.name_mask,
        expert_tax.c.income,
        expert_tax.c.bank,
        expert_tax.c.account_sealed,
        expert_tax.c.account_mask,
        expert_tax.c.holder_sealed,
        expert_tax.c.holder_mask,
    )
    .join(experts, experts.c.id == _r.expert_id)
    .outerjoin(expert_tax, expert_tax.c.expert_id == _r.expert_id)
    .where(
        _r.state == "PAID",
        _r.held_on >= bindparam("held_from", type_=Date()),
        _r.held_on < bindparam("held_to", type_=Date()),
    )
    .order_by(_r.held_on, _r.no),
    _Line,
)


async def take_payments(ctx: Ctx, year: int, reason: str, *, opened: bool = False) -> Sheet:
    """Return the sheet of a year's approved fees, the oldest first.

    Persons and accounts are masked unless `opened`. Who took it, which of the two, and why is
    written down. Raises InvalidError ("year", "reason").
    """
    if not FIRST <= year <= clock.today().year:
        raise InvalidError({"year": "연도를 골라 주세요."})
    why = download_reason(reason)
    rows = await ctx.db.all(_PAID, held_from=date(year, 1, 1), held_to=date(year + 1, 1, 1))
    await note_download(ctx, LIST_OPEN if opened else LIST, why, len(rows))
    notes = (_OPEN if opened else _MASKED, _NO_ACCOUNT)
    cells = [_cells(ctx, row, opened=opened) for row in rows]
    return Sheet(f"{year}년 자문료 지급명세", COLUMNS, cells, clock.today(), notes, "건")


def _cells(ctx: Ctx, row: _Line, *, opened: bool) -> tuple[object, ...]:
    name, account, holder = row.name_mask, row.account_mask, row.holder_mask
    if opened:
        name = unseal(ctx, "name", row.name_sealed, row.expert_id) or name
        account = unseal(ctx, "account", row.account_sealed, row.expert_id)
        holder = unseal(ctx, "holder", row.holder_sealed, row.expert_id)
    income = words.INCOME.get(row.income) if row.income else None
    return (
        *(row.no, row.held_on, name, row.affiliation),
        *(income, row.bank, account or None, holder or None, row.fee),
    )
