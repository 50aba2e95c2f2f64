"""Statements about the city's words and rules."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.postgresql import JSONB, insert

from sinmungo.cases.models import categories, channels, deadline_rules, holiday_changes
from sinmungo.host.models import settings
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write

MARKER_KEY = "cases.reference_version"


class Entry(msgspec.Struct):
    """One word or rule of any kind; `extra` is what only its kind has."""

    kind: str
    code: str
    label: str
    position: int
    active: bool
    extra: Any


class RuleRow(msgspec.Struct):
    """A deadline rule with the marker that was current when it was read."""

    id: UUID
    petition_type: str
    amount: int
    unit: str
    marker: str | None


class HolidayChange(msgspec.Struct):
    """A day off that the city added, or a national one that it works on."""

    day: date
    kind: str
    name: str


class CategoryLine(msgspec.Struct):
    """A category as it is stored."""

    code: str
    label: str
    position: int
    active: bool
    row_version: int


def _words(table: Any, kind: str) -> Select[Any]:
    return select(
        literal_column(f"'{kind}'", Text).label("kind"),
        table.c.code,
        table.c.label,
        table.c.position,
        table.c.active,
        cast(None, JSONB).label("extra"),
    )


_TRUE = literal_column("true", Boolean)
_ZERO = literal_column("0", Integer)
_RULES = select(
    literal_column("'rule'", Text),
    deadline_rules.c.petition_type,
    deadline_rules.c.label,
    deadline_rules.c.position,
    _TRUE,
    cast(None, JSONB),
).where(
    deadline_rules.c.valid_from <= bindparam("today"),
    or_(deadline_rules.c.valid_to.is_(None), deadline_rules.c.valid_to > bindparam("today")),
)
_HOLIDAYS = select(
    literal_column("'holiday'", Text),
    cast(holiday_changes.c.day, Text),
    holiday_changes.c.name,
    _ZERO,
    _TRUE,
    func.to_jsonb(holiday_changes.c.kind),
)
_SETTINGS = select(
    literal_column("'setting'", Text),
    settings.c.key,
    literal_column("''", Text),
    _ZERO,
    _TRUE,
    settings.c.value,
).where(or_(settings.c.key.between("cases.", "cases/"), settings.c.key.between("hours.", "hours/")))
_all = union_all(
    _words(categories, "category"), _words(channels, "channel"), _RULES, _HOLIDAYS, _SETTINGS
).subquery()
ALL = read(select(*_all.c).order_by(_all.c.kind, _all.c.position, _all.c.code), Entry)

_marker = (
    select(settings.c.value.op("#>>")(literal_column("'{}'")))
    .where(settings.c.key == MARKER_KEY)
    .scalar_subquery()
)


def _valid_on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    rules = deadline_rules.c
    return and_(rules.valid_from <= day, or_(rules.valid_to.is_(None), rules.valid_to > day))


RULES = read(
    select(
        deadline_rules.c.id,
        deadline_rules.c.petition_type,
        deadline_rules.c.amount,
        deadline_rules.c.unit,
        _marker.label("marker"),
    )
    .where(
        any_of(deadline_rules.c.petition_type, "types"), _valid_on(bindparam("on", type_=Date()))
    )
    .order_by(deadline_rules.c.position.desc(), deadline_rules.c.valid_from),
    RuleRow,
)
RULED_TYPES = read(select(deadline_rules.c.petition_type), str)
ADD_RULE = insert_into(deadline_rules)


def _seed(table: Any) -> Write:
    values = {c.name: bindparam(c.name, type_=c.type) for c in table.c}
    return write(insert(table).values(values).on_conflict_do_nothing(index_elements=["code"]))


ADD_CATEGORY = _seed(categories)
ADD_CHANNEL = _seed(channels)
CATEGORIES = read(
    select(*(categories.c[n] for n in CategoryLine.__struct_fields__)).order_by(
        categories.c.position, categories.c.code
    ),
    CategoryLine,
)
CHANGE_CATEGORY = write(
    update(categories)
    .where(categories.c.code == bindparam("b_code"), categories.c.row_version == bindparam("b_v"))
    .values(
        label=bindparam("label"),
        position=bindparam("position"),
        active=bindparam("active"),
        row_version=categories.c.row_version + 1,
    )
)
HOLIDAYS = read(
    select(*(holiday_changes.c[n] for n in HolidayChange.__struct_fields__)).order_by(
        holiday_changes.c.day
    ),
    HolidayChange,
)


def _put_holiday() -> Write:
    values: dict[str, Any] = {
        c.name: bindparam(c.name) for c in holiday_changes.c if c.name != "row_version"
    }
    made = insert(holiday_changes).values(**values, row_version=1)
    return write(
        made.on_conflict_do_update(
            index_elements=["day"],
            set_={
                "kind": made.excluded.kind,
                "name": made.excluded.name,
                "changed_at": made.excluded.changed_at,
                "row_version": holiday_changes.c.row_version + 1,
            },
        )
    )


PUT_HOLIDAY = _put_holiday()
DROP_HOLIDAY = write(delete_from(holiday_changes).where(holiday_changes.c.day == bindparam("day")))
