"""What a session costs: the dated rules, and approving a fee under both yearly caps (A4).

A fee counts in the year of its session. Approvals for one expert or one company take turns by
locking both rows, in one order; so two at the same time can never pay more than a cap together.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Uuid, bindparam, func, literal_column, select

from sinmungo import clock
from sinmungo.companies.models import companies
from sinmungo.errors import InvalidError, RefusedError
from sinmungo.experts import advice_queries as q
from sinmungo.experts import events, rules
from sinmungo.experts.models import experts
from sinmungo.experts.record import FieldProblemError, whole_number
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.text.dates import parse_date
from sinmungo.text.money import parse as parse_won
from sinmungo.web.forms import Gather
from sinmungo_tenants import read

MAX_YEARS = 10
MAX_DAYS = 60
MAX_WON = 2_000_000_000
_TAKEN = "같은 날부터 적용하는 기준이 이미 있습니다."
_ID = bindparam("id", type_=Uuid())
_LOCK_EXPERT = read(
    select(experts.c.id).where(experts.c.id == _ID).with_for_update(key_share=True), UUID
)
_LOCK_COMPANY = read(
    select(companies.c.id).where(companies.c.id == _ID).with_for_update(key_share=True), UUID
)


class Spent(msgspec.Struct):
    """What was paid in a year: to the expert, and for the company."""

    expert: int
    company: int


class Due(msgspec.Struct, kw_only=True):
    """What may be paid for a session: `full` = hours x rate, `fee` = within both caps."""

    full: int
    fee: int
    company_left: int
    expert_left: int


_r = q.r
_FROM, _TO = bindparam("year_from", type_=Date()), bindparam("year_to", type_=Date())


def _paid(column: Any, name: str) -> Any:
    total = func.coalesce(func.sum(_r.fee), literal_column("0"))
    return (
        select(total)
        .where(
            column == bindparam(name, type_=Uuid()),
            _r.state == "PAID",
            _r.held_on >= _FROM,
            _r.held_on < _TO,
        )
        .scalar_subquery()
    )


_SPENT = read(
    select(
        _paid(_r.expert_id, "expert_id").label("expert"),
        _paid(_r.company_id, "company_id").label("company"),
    ),
    Spent,
)


async def list_rules(ctx: Ctx) -> list[q.RuleRow]:
    """Return every rule, the newest first."""
    return await ctx.db.all(q.RULES)


async def rule_authors(ctx: Ctx) -> dict[UUID, q.RuleAuthor]:
    """Return who set each rule, and when."""
    return {row.id: row for row in await ctx.db.all(q.RULE_AUTHORS)}


async def rule_on(ctx: Ctx, day: date) -> q.RuleRow:
    """Return the rule in force on a day; RefusedError when none was set."""
    found = await ctx.db.first(q.RULE_ON, on=day)
    if found is None:
        raise RefusedError("이 날의 자문료 기준이 없습니다. 관리자에게 정해 달라고 해 주세요.")
    return found


class RuleIn(msgspec.Struct, kw_only=True):
    """A rule as it was typed, understood."""

    valid_from: date
    hourly: int
    company_cap: int
    expert_cap: int
    conflict_years: int
    report_days: int


class RulePreview(msgspec.Struct, kw_only=True):
    """What a rule would change: the one that holds on its day now (None: none).

    `replaces` if one was set for that very day already.
    """

    new: RuleIn
    before: q.RuleRow | None
    replaces: bool


def understand_rule(texts: Mapping[str, str]) -> RuleIn:
    """Return a typed rule; won as people type it ("15만원"). Raises `InvalidError`."""
    gather = Gather()
    values: dict[str, Any] = {
        field: gather.take(field, _won, texts.get(field, ""), 0)
        for field in ("hourly", "company_cap", "expert_cap")
    }
    for field, most in (("conflict_years", MAX_YEARS), ("report_days", MAX_DAYS)):
        parse = partial(whole_number, most=most)
        values[field] = gather.take(field, parse, texts.get(field, ""), 0)
    day = gather.take("valid_from", parse_date, texts.get("valid_from", ""), clock.today())
    gather.done()
    return RuleIn(valid_from=day, **values)


async def preview_rule(ctx: Ctx, texts: Mapping[str, str]) -> RulePreview:
    """Return what adding a rule would change; nothing is written. Raises `InvalidError`."""
    new = understand_rule(texts)
    before = await ctx.db.first(q.RULE_ON, on=new.valid_from)
    replaces = before is not None and before.valid_from == new.valid_from
    if replaces and new.valid_from <= clock.today():
        raise InvalidError({"valid_from": _TAKEN})
    return RulePreview(new=new, before=before, replaces=replaces)


async def add_rule(ctx: Ctx, texts: Mapping[str, str]) -> UUID:
    """Set rate, caps, conflict years and report days from a day on. Raises `InvalidError`.

    Sessions keep the rule that held on their day, so only one for a day to come is replaced.
    """
    seen = await preview_rule(ctx, texts)
    values = msgspec.structs.asdict(seen.new)
    day, rule_id = values.pop("valid_from"), clock.uuid7()
    who = {"created_at": clock.now(), "created_by": ctx.me.officer_id}
    if seen.replaces and seen.before is not None:
        rule_id = seen.before.id
        set_ = {"b_day": day, "b_today": clock.today(), **who, **values}
        done = await ctx.db.run(q.CHANGE_COMING_RULE, **set_)
    else:
        done = await ctx.db.run(q.ADD_RULE, id=rule_id, valid_from=day, **who, **values)
    if not done:
        raise InvalidError({"valid_from": _TAKEN})
    event = events.RuleAdded(valid_from=day, **values)
    await emit(ctx, event, subject_kind=events.RULE, subject_id=rule_id, seq=1 + seen.replaces)
    return rule_id


def _won(text: str) -> int:
    won = parse_won(text)
    if not 0 <= won <= MAX_WON:
        raise FieldProblemError(f"0원부터 {MAX_WON:,}원까지 적을 수 있습니다.")
    return won


async def due(ctx: Ctx, found: q.Brief) -> Due:
    """Return what may be paid for a held session now."""
    if found.rule_id is None or found.minutes is None or found.held_on is None:
        raise RefusedError("자문을 기록한 뒤에 자문료를 정할 수 있습니다.")
    rule = await ctx.db.one(q.RULE, id=found.rule_id)
    year = found.held_on.year
    spent = await ctx.db.one(
        _SPENT,
        expert_id=found.expert_id,
        company_id=found.company_id,
        year_from=date(year, 1, 1),
        year_to=date(year + 1, 1, 1),
    )
    full = rules.full_fee(found.minutes, rule.hourly)
    company_left = max(0, rule.company_cap - spent.company)
    expert_left = max(0, rule.expert_cap - spent.expert)
    return Due(
        full=full,
        fee=rules.payable(full, company_left, expert_left),
        company_left=company_left,
        expert_left=expert_left,
    )


async def lock(ctx: Ctx, found: q.Brief) -> None:
    """Let approvals of the same expert or company take turns until this one commits."""
    await ctx.db.first(_LOCK_EXPERT, id=found.expert_id)
    await ctx.db.first(_LOCK_COMPANY, id=found.company_id)
