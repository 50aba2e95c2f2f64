"""Answers to a city's own questions go with the record: those that name persons first, texts later.

Choices, numbers and days stay: they are facts that reports count.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select

from sinmungo.forms.models import form_fields, form_values
from sinmungo.host.destroying import chosen
from sinmungo_tenants import Write, write

_SEALED = form_values.c.content_sealed.is_not(None)
_TEXT = form_values.c.field_id.in_(
    select(form_fields.c.id).where(or_(form_fields.c.kind == "SHORT", form_fields.c.kind == "LONG"))
)


def drop_sealed_answers(kind: str, *also: Select[Any]) -> Write:
    """Return the write that drops personal answers of the records `ids` and those of `also`."""
    return _drop(kind, _SEALED, also)


def drop_text_answers(kind: str, *also: Select[Any]) -> Write:
    """Return the write that drops what was answered in words, personal answers included."""
    return _drop(kind, _SEALED | _TEXT, also)


def _drop(kind: str, what: ColumnElement[bool], also: tuple[Select[Any], ...]) -> Write:
    ids = form_values.c.record_id
    whose = or_(chosen(ids), *(ids.in_(found) for found in also))
    return write(delete(form_values).where(form_values.c.record_kind == kind, whose, what))
