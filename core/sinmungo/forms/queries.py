"""Statements about definitions and answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, Uuid, bindparam, delete, func, select, update

from sinmungo.forms.models import form_fields, form_values
from sinmungo.forms.types import Field
from sinmungo_tenants import insert_into, read, write

SUBJECT = "form_field"
_f, _v = form_fields.c, form_values.c


class ValueRow(msgspec.Struct):
    """A stored answer with what its definition says of it."""

    id: UUID
    field_id: UUID
    code: str
    label: str
    kind: str
    content: dict[str, Any] | None
    content_sealed: bytes | None
    answered_at: datetime
    row_version: int


_fields = select(*(_f[name] for name in Field.__struct_fields__))
ALL = read(_fields.order_by(_f.record_kind, _f.position, _f.code), Field)
ONE = read(_fields.where(_f.id == bindparam("id", type_=Uuid())), Field)
ADD = insert_into(form_fields)
_EDITED = (
    *("category", "label", "help", "unit", "choices", "required", "personal"),
    *("on_portal", "on_office", "valid_from", "valid_to"),
)
_of_version = update(form_fields).where(
    _f.id == bindparam("b_id"), _f.row_version == bindparam("b_version")
)
EDIT = write(
    _of_version.values(
        **{name: bindparam(name, type_=_f[name].type) for name in _EDITED},
        row_version=_f.row_version + 1,
    )
)
PLACE = write(_of_version.values(position=bindparam("position"), row_version=_f.row_version + 1))

OF_RECORD = read(
    select(
        _v.id,
        _v.field_id,
        _f.code,
        _v.label,
        _f.kind,
        _v.content,
        _v.content_sealed,
        _v.answered_at,
        _v.row_version,
    )
    .join(form_fields, _f.id == _v.field_id)
    .where(
        _v.record_id == bindparam("record_id", type_=Uuid()),
        _v.record_kind == bindparam("record_kind", type_=Text()),
    )
    .order_by(_f.position, _f.code),
    ValueRow,
)
HOW_MANY = read(
    select(func.count().label("n")).where(_v.field_id == bindparam("field_id", type_=Uuid())), int
)
ADD_VALUE = insert_into(form_values)
CHANGE_VALUE = write(
    update(form_values)
    .where(_v.id == bindparam("b_id"))
    .values(
        field_version=bindparam("field_version"),
        label=bindparam("label"),
        content=bindparam("content", type_=_v.content.type),
        content_sealed=bindparam("content_sealed", type_=_v.content_sealed.type),
        answered_at=bindparam("answered_at"),
        answered_by=bindparam("answered_by", type_=_v.answered_by.type),
        row_version=_v.row_version + 1,
    )
)
DROP_VALUE = write(delete(form_values).where(_v.id == bindparam("b_id")))
