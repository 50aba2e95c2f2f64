"""Statements of the merge. Those that move rows are built once per table that points at companies.

Both companies are locked before anything is read: a row that is being added for one of them is then
either there to be moved, or waits and stays with the merged company, whose page leads on.
"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from sinmungo.companies.models import (
    companies,
    company_merge_rows,
    company_merges,
    company_pairs,
    contacts,
)
from sinmungo.companies.queries import company_name_of
from sinmungo.host.types import MergeTable
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Read, Write


class LockedRow(msgspec.Struct):
    """A company locked for a merge."""

    id: UUID
    merged_into: UUID | None
    row_version: int


class CountRow(msgspec.Struct):
    """How many rows of the table in this place point at a company."""

    place: int
    count: int


class MergeRow(msgspec.Struct):
    """A merge, with what it wrote over: texts by field before and after."""

    id: UUID
    keep_id: UUID
    drop_id: UUID
    keep_name: str
    drop_name: str
    before: dict[str, str]
    after: dict[str, str]
    representative_sealed: bytes | None
    merged_at: datetime
    merged_by: UUID | None
    undone_at: datetime | None
    undone_by: UUID | None
    row_version: int


class MovedRow(msgspec.Struct):
    """The rows of one table that a merge moved."""

    table_name: str
    row_ids: list[UUID]


class PairRow(msgspec.Struct):
    """Two companies that may be one, and what speaks for it: NAME, PHONE or CONTACT."""

    low_id: UUID
    high_id: UUID
    why: str


class Moves(msgspec.Struct):
    """The statements for one table: which rows may follow, and letting them go over."""

    movable: Read[UUID]
    move: Write


_c, _g, _r = companies.c, company_merges.c, company_merge_rows.c
_FROM = bindparam("from_id", type_=Uuid())
_TO = bindparam("to_id", type_=Uuid())

LOCK = read(
    select(_c.id, _c.merged_into, _c.row_version)
    .where(any_of(_c.id, "ids", Uuid()))
    .order_by(_c.id)
    .with_for_update(),
    LockedRow,
)
MERGE_AWAY = write(
    update(companies)
    .where(_c.id == bindparam("b_id"))
    .values(
        merged_into=bindparam("into_id", type_=Uuid()),
        business_no=bindparam("number", type_=_c.business_no.type),
        row_version=_c.row_version + 1,
    )
)
SET_NUMBER = write(
    update(companies)
    .where(_c.id == bindparam("b_id"))
    .values(business_no=bindparam("number", type_=_c.business_no.type))
)
SET_STATE = write(
    update(companies)
    .where(_c.id == bindparam("b_id"))
    .values(
        state=bindparam("state"),
        state_on=bindparam("state_on", type_=_c.state_on.type),
        state_reason=bindparam("state_reason", type_=_c.state_reason.type),
    )
)

_gone = companies.alias("gone")
NAMES_MERGED_INTO = read(
    select(
        union(
            select(_gone.c.name.label("name")).where(_gone.c.merged_into == bindparam("id")),
            select(_g.before["name"].astext.label("name")).where(
                _g.undone_at.is_(None),
                _g.before.has_key("name"),
                or_(
                    _g.keep_id == bindparam("id"),
                    _g.keep_id.in_(
                        select(_gone.c.id).where(_gone.c.merged_into == bindparam("id"))
                    ),
                ),
            ),
        )
        .subquery()
        .c.name
    ),
    str,
)

ADD = insert_into(company_merges)
ADD_ROWS = insert_into(company_merge_rows)
_MERGE = select(
    _g.id,
    _g.keep_id,
    _g.drop_id,
    company_name_of(_g.keep_id).label("keep_name"),
    company_name_of(_g.drop_id).label("drop_name"),
    _g.before,
    _g.after,
    _g.representative_sealed,
    _g.merged_at,
    _g.merged_by,
    _g.undone_at,
    _g.undone_by,
    _g.row_version,
)
ONE = read(_MERGE.where(_g.id == bindparam("id")), MergeRow)
OF_COMPANY = read(
    _MERGE.where(_g.keep_id == bindparam("id"), _g.undone_at.is_(None)).order_by(
        _g.merged_at.desc(), _g.id.desc()
    ),
    MergeRow,
)
LIST = read(
    _MERGE.order_by(_g.merged_at.desc(), _g.id.desc()).limit(bindparam("size", type_=Integer())),
    MergeRow,
)
MOVED = read(
    select(_r.table_name, _r.row_ids).where(_r.merge_id == bindparam("id")).order_by(_r.id),
    MovedRow,
)
UNDO = write(
    update(company_merges)
    .where(
        _g.id == bindparam("b_id"), _g.row_version == bindparam("b_version"), _g.undone_at.is_(None)
    )
    .values(
        undone_at=bindparam("undone_at", type_=_g.undone_at.type),
        undone_by=bindparam("undone_by", type_=Uuid()),
        row_version=_g.row_version + 1,
    )
)


@cache
def moves(item: MergeTable) -> Moves:
    """Return the statements that let a table's rows follow a merged company."""
    own = item.table
    movable = select(own.c.id).where(own.c[item.column] == _FROM)
    if item.one_per is not None:
        movable = movable.where(not_(_clashes(item)))
    return Moves(
        read(movable.order_by(own.c.id), UUID),
        write(
            update(own)
            .where(any_of(own.c.id, "ids", Uuid()), own.c[item.column] == bindparam("from_id"))
            .values({item.column: bindparam("to_id", type_=Uuid())})
        ),
    )


def _clashes(item: MergeTable) -> ColumnElement[bool]:
    own, theirs = item.table, item.table.alias("theirs")
    there = select(theirs.c.id).where(
        theirs.c[item.column] == _TO,
        *(theirs.c[name] == own.c[name] for name in item.one_per or ()),
        _holds(item, theirs),
    )
    return and_(_holds(item, own), exists(there))


def _holds(item: MergeTable, rows: FromClause) -> ColumnElement[bool]:
    return item.one_while(rows) if item.one_while else true()


@cache
def counts(items: tuple[MergeTable, ...]) -> Read[CountRow]:
    """Return one statement that counts the rows of each table that point at `company_id`."""
    company = bindparam("company_id", type_=Uuid())
    parts = [
        select(literal(place, Integer()).label("place"), func.count().label("count"))
        .select_from(item.table)
        .where(item.table.c[item.column] == company)
        for place, item in enumerate(items)
    ]
    found = union_all(*parts).subquery()
    return read(select(found.c.place, found.c["count"]), CountRow)


_a, _b = companies.alias("a"), companies.alias("b")
_one, _two = contacts.alias("one"), contacts.alias("two")
_STAND = and_(_a.c.merged_into.is_(None), _b.c.merged_into.is_(None), _a.c.id < _b.c.id)


def _pair(why: str) -> tuple[Any, ...]:
    return _a.c.id.label("low_id"), _b.c.id.label("high_id"), literal(why).label("why")


_found = union_all(
    select(*_pair("NAME")).where(_STAND, _a.c.name_key == _b.c.name_key),
    select(*_pair("PHONE")).where(_STAND, _a.c.phone == _b.c.phone),
    select(*_pair("CONTACT"))
    .where(_STAND, _one.c.phone_hash == _two.c.phone_hash)
    .where(_one.c.company_id == _a.c.id, _two.c.company_id == _b.c.id)
    .distinct(),
).subquery("found")
PAIRS = read(
    select(_found.c.low_id, _found.c.high_id, _found.c.why)
    .where(
        not_(
            exists(
                select(company_pairs.c.id).where(
                    company_pairs.c.low_id == _found.c.low_id,
                    company_pairs.c.high_id == _found.c.high_id,
                )
            )
        )
    )
    .order_by(_found.c.low_id, _found.c.high_id, _found.c.why)
    .limit(bindparam("size", type_=Integer())),
    PairRow,
)
DISTINCT = Write(
    insert(company_pairs)
    .values({c.name: bindparam(c.name, type_=c.type) for c in company_pairs.c})
    .on_conflict_do_nothing(index_elements=["low_id", "high_id"]),
    frozenset({"decided_by"}),
)
