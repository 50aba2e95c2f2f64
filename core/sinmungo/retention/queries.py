"""Statements of retention: those of each rule are made once from what the rule says."""

from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)

from sinmungo.host.types import RetentionRule
from sinmungo.retention.models import destructions, retention_holds, retention_runs
from sinmungo_tenants import Read, insert_into, read, write


class Due(msgspec.Struct):
    """A record whose time is over, or will be: what it is called and when its matter ended."""

    id: UUID
    label: str
    ended: date


class HoldRow(msgspec.Struct):
    """A record that is kept back, and why."""

    id: UUID
    subject_kind: str
    record_id: UUID
    label: str
    reason: str
    held_at: datetime
    held_by: UUID | None
    row_version: int


class ProofRow(msgspec.Struct):
    """What was destroyed by one run under one rule."""

    run_id: UUID
    rule: str
    title: str
    years: int
    ended_from: date
    ended_to: date
    record_count: int
    done_at: datetime
    asked_by: UUID | None


class RunRow(msgspec.Struct):
    """A run: asked by a person, or by the night (None)."""

    id: UUID
    asked_at: datetime
    asked_by: UUID | None
    finished_at: datetime | None


class Statements(msgspec.Struct):
    """What is asked of one rule's table. All take `before`, the day before which a matter ended."""

    count: Read[int]
    due: Read[Due]
    take: Read[Due]
    named: Read[Due]


@cache
def of(rule: RetentionRule) -> Statements:
    """Return the statements of a rule."""
    table, day = rule.table, _day(rule)
    where = (rule.held, _ended_before(rule), ~_kept_back(rule))
    line = select(table.c.id, cast(rule.label, Text).label("label"), day.label("ended"))
    due = line.where(*where).order_by(rule.ended, table.c.id).limit(bindparam("limit"))
    return Statements(
        count=read(select(func.count()).select_from(table).where(*where), int),
        due=read(due, Due),
        take=read(due.with_for_update(skip_locked=True, of=table), Due),
        named=read(
            line.where(
                rule.held,
                rule.ended.is_not(None),
                or_(
                    cast(rule.label, Text) == bindparam("label", type_=Text()),
                    table.c.id == bindparam("id", type_=Uuid()),
                ),
            ).limit(1),
            Due,
        ),
    )


def _ended_before(rule: RetentionRule) -> ColumnElement[bool]:
    before: ColumnElement[Any] = bindparam("before", type_=Date())
    if isinstance(rule.ended.type, DateTime):
        before = func.timezone("Asia/Seoul", cast(before, _PLAIN))
    return rule.ended < before


def _day(rule: RetentionRule) -> ColumnElement[Any]:
    if isinstance(rule.ended.type, DateTime):
        return cast(func.timezone("Asia/Seoul", rule.ended), Date)
    return rule.ended


def _kept_back(rule: RetentionRule) -> ColumnElement[bool]:
    return exists().where(
        retention_holds.c.subject_kind == rule.subject,
        retention_holds.c.record_id == rule.table.c.id,
        retention_holds.c.released_at.is_(None),
    )


PAGE = 50
_PLAIN = DateTime(timezone=False)
_h = retention_holds.c
HOLDS = read(
    select(*(_h[name] for name in HoldRow.__struct_fields__))
    .where(_h.released_at.is_(None))
    .order_by(_h.held_at.desc(), _h.id),
    HoldRow,
)
HELD = read(
    select(_h.id).where(
        _h.subject_kind == bindparam("subject_kind"),
        _h.record_id == bindparam("record_id", type_=Uuid()),
        _h.released_at.is_(None),
    ),
    UUID,
)
ADD_HOLD = insert_into(retention_holds)
RELEASE = write(
    update(retention_holds)
    .where(
        _h.id == bindparam("b_id", type_=Uuid()),
        _h.row_version == bindparam("b_version", type_=Integer()),
        _h.released_at.is_(None),
    )
    .values(
        released_at=bindparam("released_at"),
        released_by=bindparam("released_by", type_=Uuid()),
        row_version=_h.row_version + 1,
    )
)
_u = retention_runs.c
ADD_RUN = insert_into(retention_runs)
RUN = read(
    select(_u.id, _u.asked_at, _u.asked_by, _u.finished_at).where(
        _u.id == bindparam("id", type_=Uuid())
    ),
    RunRow,
)
LAST_RUNS = read(
    select(_u.id, _u.asked_at, _u.asked_by, _u.finished_at).order_by(_u.asked_at.desc()).limit(5),
    RunRow,
)
END_RUN = write(
    update(retention_runs)
    .where(_u.id == bindparam("b_id", type_=Uuid()))
    .values(finished_at=bindparam("finished_at"))
)
_d = destructions.c
ADD_PROOF = insert_into(destructions)
PROOFS = read(
    select(
        _d.run_id,
        _d.rule,
        func.max(_d.title).label("title"),
        func.max(_d.years).label("years"),
        func.min(_d.ended_from).label("ended_from"),
        func.max(_d.ended_to).label("ended_to"),
        cast(func.sum(_d.record_count), Integer).label("record_count"),
        func.max(_d.done_at).label("done_at"),
        _d.asked_by,
    )
    .where(
        or_(
            bindparam("before", type_=DateTime(timezone=True)).is_(None),
            _d.done_at < bindparam("before", type_=DateTime(timezone=True)),
        )
    )
    .group_by(_d.run_id, _d.rule, _d.asked_by)
    .order_by(func.max(_d.done_at).desc(), _d.rule)
    .limit(PAGE),
    ProofRow,
)
