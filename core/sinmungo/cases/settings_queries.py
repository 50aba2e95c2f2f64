"""Statements behind the settings of cases: channels, periods, the last number."""

from uuid import UUID

import msgspec
from sqlalchemy import Date, bindparam, or_, select, update

from sinmungo.cases.models import case_numbers, categories, channels, deadline_rules
from sinmungo_tenants import read, write


class ChannelRow(msgspec.Struct):
    """A channel as it is stored."""

    code: str
    label: str
    active: bool


class RuleRow(msgspec.Struct):
    """A deadline rule that holds on a day."""

    id: UUID
    petition_type: str
    label: str
    amount: int
    unit: str
    position: int


LAST_NUMBER = read(select(case_numbers.c.last).where(case_numbers.c.year == bindparam("year")), int)
CHANNELS = read(
    select(channels.c.code, channels.c.label, channels.c.active).order_by(
        channels.c.position, channels.c.code
    ),
    ChannelRow,
)
CHANGE_CHANNEL = write(
    update(channels)
    .where(channels.c.code == bindparam("b_code"))
    .values(
        label=bindparam("label"),
        active=bindparam("active"),
        row_version=channels.c.row_version + 1,
    )
)
CHANGE_CATEGORY = write(
    update(categories)
    .where(categories.c.code == bindparam("b_code"))
    .values(
        label=bindparam("label"),
        position=bindparam("position"),
        active=bindparam("active"),
        row_version=categories.c.row_version + 1,
    )
)
_rules = deadline_rules.c
_today = bindparam("today", type_=Date())
TODAYS_RULES = read(
    select(*(_rules[name] for name in RuleRow.__struct_fields__))
    .where(
        _rules.valid_from <= _today,
        or_(_rules.valid_to.is_(None), _rules.valid_to > _today),
    )
    .order_by(_rules.position, _rules.petition_type),
    RuleRow,
)
END_RULE = write(
    update(deadline_rules)
    .where(deadline_rules.c.id == bindparam("b_id"))
    .values(valid_to=bindparam("valid_to"))
)
