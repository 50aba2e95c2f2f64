"""Statements about the history of settings and about logos."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, or_, select

from sinmungo.host.models import settings_history
from sinmungo.settings.models import city_logos
from sinmungo_tenants import insert_into, read

PAGE = 30


class HistoryRow(msgspec.Struct):
    """One key of one change."""

    change_id: UUID
    key: str
    old: Any
    new: Any
    changed_at: datetime
    changed_by: UUID | None


class LogoRow(msgspec.Struct):
    """A picture and what it is."""

    content: bytes
    media_type: str


_h = settings_history.c
_columns = [_h[name] for name in HistoryRow.__struct_fields__]
_changes = (
    select(_h.change_id)
    .where(
        _h.group_slug == bindparam("group_slug"),
        or_(
            bindparam("before", type_=Uuid()).is_(None),
            _h.change_id < bindparam("before", type_=Uuid()),
        ),
    )
    .group_by(_h.change_id)
    .order_by(_h.change_id.desc())
    .limit(PAGE)
    .subquery()
)
HISTORY = read(
    select(*_columns)
    .join(_changes, _changes.c.change_id == _h.change_id)
    .order_by(_h.change_id.desc(), _h.id),
    HistoryRow,
)
CHANGE = read(
    select(*_columns)
    .where(_h.change_id == bindparam("change_id"), _h.group_slug == bindparam("group_slug"))
    .order_by(_h.id),
    HistoryRow,
)
ADD_LOGO = insert_into(city_logos)
LOGO = read(
    select(city_logos.c.content, city_logos.c.media_type).where(city_logos.c.id == bindparam("id")),
    LogoRow,
)
