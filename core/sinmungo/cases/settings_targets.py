"""처리 기간: dated rules of their own table; a case keeps the rule that it began with."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import msgspec

from sinmungo import clock
from sinmungo.cases import settings_queries as q
from sinmungo.cases.reference import LEGAL_RULES, reference, touch
from sinmungo.cases.reference_queries import ADD_RULE
from sinmungo.deadlines import Period, Unit, due_for
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample
from sinmungo.text.dates import datetime_ko

_SERVICE = "NOT_PETITION"
_UNITS = {"AT_ONCE": "즉시(3시간)", "HOURS": "시간", "DAYS": "일", "WORKING_DAYS": "근무일"}
_LONGEST_SERVICE, _LONGEST_STATUTORY = 60, 365
_LEGAL = {code: period for code, period, _ in LEGAL_RULES}


class TargetLine(msgspec.Struct, frozen=True):
    """How long an answer to one petition type may take. `legal` is the law's own period."""

    code: Annotated[str, about("코드", fixed=True)] = ""
    title: Annotated[str, about("민원 종류", fixed=True)] = ""
    legal: Annotated[str, about("법정 기간", fixed=True)] = ""
    amount: Annotated[int, about("우리 시 기간", ge=1, le=365)] = 1
    unit: Annotated[str, about("세는 단위", fixed=True)] = ""


class Targets(msgspec.Struct, frozen=True):
    """The periods of the petition types."""

    targets: Annotated[
        list[TargetLine],
        about(
            "처리 기간",
            "법정 기간보다 짧게 약속할 수 있고 길게는 할 수 없습니다. 오늘 접수하는 건부터 쓰고, "
            "진행 중인 건은 접수할 때의 기간을 지킵니다.",
            fixed=True,
        ),
    ] = []


async def load(ctx: Ctx) -> Mapping[str, Any]:
    """Return the rules of today."""
    rows = await ctx.db.all(q.TODAYS_RULES, today=clock.today())
    lines = [
        {
            "code": r.petition_type,
            "title": r.label,
            "legal": _legal_label(r),
            "amount": r.amount,
            "unit": _UNITS.get(r.unit, r.unit),
        }
        for r in rows
    ]
    return {"targets": lines}


def _legal_label(row: q.RuleRow) -> str:
    legal = _LEGAL.get(row.petition_type)
    if legal is not None:
        return legal.label
    return "법에 없음" if row.petition_type == _SERVICE else "개별법"


async def check(_: Ctx, new: Targets) -> Mapping[str, str]:
    """Refuse a period longer than the law allows."""
    errors = {}
    for index, line in enumerate(new.targets):
        most = _longest(line.code)
        if line.amount > most:
            errors[f"targets-{index}-amount"] = (
                f"법정 기간보다 길 수 없습니다. {most}까지 적어 주세요."
            )
    return errors


def _longest(code: str) -> int:
    legal = _LEGAL.get(code)
    if legal is not None:
        return legal.amount
    return _LONGEST_SERVICE if code == _SERVICE else _LONGEST_STATUTORY


async def samples(ctx: Ctx, new: Targets) -> Sequence[Sample]:
    """Say when a case that came in now would be due."""
    calendar = (await reference(ctx)).calendar
    units = {r.petition_type: r.unit for r in await ctx.db.all(q.TODAYS_RULES, today=clock.today())}
    lines = []
    for line in new.targets:
        period = Period(line.amount, Unit(units[line.code]))
        due = due_for(period, clock.now(), calendar).moment
        lines.append(f"{line.title} {period.label}: {datetime_ko(due)}까지")
    return (Sample("지금 접수하면", "\n".join(lines)),)


async def save(ctx: Ctx, old: Targets, new: Targets) -> None:
    """End the rules that change today and begin their successors; cases keep the rule they have."""
    before = {line.code: line.amount for line in old.targets}
    wanted = {t.code: t.amount for t in new.targets if before.get(t.code) != t.amount}
    today = clock.today()
    for row in await ctx.db.all(q.TODAYS_RULES, today=today):
        if row.petition_type in wanted:
            await _succeed(ctx, row, wanted[row.petition_type], today)
    await touch(ctx)


async def _succeed(ctx: Ctx, row: q.RuleRow, amount: int, today: date) -> None:
    await ctx.db.run(q.END_RULE, b_id=row.id, valid_to=today)
    await ctx.db.run(
        ADD_RULE,
        id=clock.uuid7(),
        petition_type=row.petition_type,
        label=row.label,
        amount=amount,
        unit=row.unit,
        position=row.position,
        source="시 지정",
        valid_from=today,
    )
