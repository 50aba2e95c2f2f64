"""Ties of an expert to companies, and what is needed to pay him: both kept beside the record."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.companies.service import company_brief
from sinmungo.errors import MissingError, RefusedError, StaleError
from sinmungo.experts import events, words
from sinmungo.experts import queries as q
from sinmungo.experts.pool import stored
from sinmungo.experts.record import FieldProblemError, line
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.host.types import Event
from sinmungo.settings.banks import banks
from sinmungo.text.dates import parse_date
from sinmungo.text.normalise import company_key
from sinmungo.web.forms import Gather


class NewTie(msgspec.Struct, kw_only=True):
    """A tie: to a company of the city's list, or to a business by its name."""

    kind: str
    company_id: UUID | None = None
    business: str = ""
    valid_from: str = ""
    valid_to: str = ""
    note: str = ""


class Tax(msgspec.Struct, kw_only=True):
    """What is needed to pay an expert, opened."""

    income: str
    bank: str
    account: str
    holder: str
    row_version: int


async def list_ties(ctx: Ctx, expert_id: UUID) -> list[q.TieRow]:
    """Return the ties of an expert, the newest first."""
    return await ctx.db.all(q.TIES, expert_id=expert_id)


async def add_tie(ctx: Ctx, expert_id: UUID, new: NewTie, row_version: int) -> UUID:
    """Write down a tie; an empty first day means today. Raises `InvalidError`, `StaleError`."""
    gather = Gather()
    gather.need("kind", new.kind in words.TIE, "이해관계를 골라 주세요.")
    business = gather.take("business", line, new.business, "")
    gather.need("business", business or new.company_id, "기업을 찾아 고르거나 이름을 적어 주세요.")
    first = gather.take("valid_from", _day, new.valid_from, None) or clock.today()
    last = gather.take("valid_to", _day, new.valid_to, None)
    gather.need("valid_to", last is None or first <= last, "시작일과 같거나 늦은 날이어야 합니다.")
    note = gather.take("note", line, new.note, "")
    gather.done()
    if new.company_id is not None:
        await company_brief(ctx, new.company_id)
    await _touch(ctx, expert_id, row_version)
    tie_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_TIE,
        id=tie_id,
        expert_id=expert_id,
        company_id=new.company_id,
        business=business or None,
        business_key=company_key(business) if business else None,
        kind=new.kind,
        valid_from=first,
        valid_to=last,
        note=note or None,
        created_at=clock.now(),
        created_by=ctx.me.officer_id,
        row_version=1,
    )
    await _tell(ctx, events.TieAdded(tie_id=tie_id, tie=new.kind), expert_id, row_version + 1)
    return tie_id


async def end_tie(ctx: Ctx, expert_id: UUID, tie_id: UUID, valid_to: str, row_version: int) -> None:
    """Give a tie its last day (empty: today); `row_version` is the tie's."""
    gather = Gather()
    last = gather.take("valid_to", _day, valid_to, None) or clock.today()
    gather.done()
    found = next((t for t in await list_ties(ctx, expert_id) if t.id == tie_id), None)
    if found is None:
        raise MissingError
    if last < found.valid_from:
        raise RefusedError("끝난 날이 시작한 날보다 앞설 수 없습니다.")
    touched = await ctx.db.run(
        q.END_TIE, b_id=tie_id, b_expert=expert_id, b_version=row_version, valid_to=last
    )
    if not touched:
        raise StaleError
    version = (await stored(ctx, expert_id)).row_version
    await _touch(ctx, expert_id, version)
    await _tell(ctx, events.TieEnded(tie_id=tie_id, valid_to=last), expert_id, version + 1)


def _day(text: str) -> date | None:
    return parse_date(text) if text.strip() else None


async def tax(ctx: Ctx, expert_id: UUID) -> Tax:
    """Return what is needed to pay an expert, opened; row version 0 when nothing is kept yet."""
    await stored(ctx, expert_id)
    await note_access(ctx, "VIEW_TAX", subject_kind=events.EXPERT, subject_id=expert_id)
    row = await ctx.db.first(q.TAX, expert_id=expert_id)
    if row is None:
        return Tax(income="", bank="", account="", holder="", row_version=0)
    return Tax(
        income=row.income,
        bank=row.bank,
        account=unseal(ctx, "account", row.account_sealed, expert_id),
        holder=unseal(ctx, "holder", row.holder_sealed, expert_id),
        row_version=row.row_version,
    )


async def save_tax(ctx: Ctx, expert_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Keep what is needed to pay; `row_version` 0 for the first time. Return the new version.

    The bank is one of the city's list, or the one that is already written down.
    """
    now = await ctx.db.first(q.TAX, expert_id=expert_id)
    known = [*await banks(ctx), *([now.bank] if now else [])]
    columns = _tax_columns(ctx, expert_id, texts, known)
    found = await stored(ctx, expert_id)
    if row_version == 0:
        if now is not None:
            raise StaleError
        await ctx.db.run(q.ADD_TAX, expert_id=expert_id, row_version=1, **columns)
    elif not await ctx.db.run(q.EDIT_TAX, b_id=expert_id, b_version=row_version, **columns):
        raise StaleError
    await _touch(ctx, expert_id, found.row_version)
    await _tell(ctx, events.TaxChanged(), expert_id, found.row_version + 1)
    return row_version + 1


def _tax_columns(
    ctx: Ctx, expert_id: UUID, texts: Mapping[str, str], known: list[str]
) -> dict[str, Any]:
    gather = Gather()
    income = texts.get("income", "")
    gather.need("income", income in words.INCOME, "소득 구분을 골라 주세요.")
    bank, holder = (gather.take(f, line, texts.get(f, ""), "") for f in ("bank", "holder"))
    account = gather.take("account", _account, texts.get("account", ""), "")
    gather.need("bank", bank in known, "은행을 목록에서 골라 주세요.")
    gather.need("account", account, "계좌번호를 적어 주세요.")
    gather.need("holder", holder, "예금주를 적어 주세요.")
    gather.done()
    return {
        "income": income,
        "bank": bank,
        "changed_at": clock.now(),
        **seal(ctx, "account", account, "name", expert_id),
        **seal(ctx, "holder", holder, "name", expert_id),
    }


def _account(text: str) -> str:
    plain = text.replace(" ", "")
    if plain and not plain.replace("-", "").isdigit():
        raise FieldProblemError("계좌번호는 숫자와 - 로 적어 주세요.")
    return line(plain)


async def _touch(ctx: Ctx, expert_id: UUID, row_version: int) -> None:
    if not await ctx.db.run(q.TOUCH, b_id=expert_id, b_version=row_version):
        await stored(ctx, expert_id)
        raise StaleError


async def _tell(ctx: Ctx, event: Event, expert_id: UUID, seq: int) -> None:
    await emit(ctx, event, subject_kind=events.EXPERT, subject_id=expert_id, seq=seq)
