"""What goes in and out of the service: definitions, what was typed, and answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


class Field(msgspec.Struct, frozen=True):
    """A question or extra field. `category` None: asked whatever the category.

    `valid_to` is the first day on which it is asked no more.
    """

    id: UUID
    record_kind: str
    category: str | None
    code: str
    label: str
    help: str
    kind: str
    unit: str
    choices: list[str]
    required: bool
    personal: bool
    on_portal: bool
    on_office: bool
    position: int
    valid_from: date
    valid_to: date | None
    row_version: int

    def asked_on(self, day: date) -> bool:
        """Whether it is asked on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class FieldIn(msgspec.Struct, kw_only=True):
    """A definition as an admin writes it; days as typed. An empty `code` gets one."""

    record_kind: str = ""
    category: str | None = None
    code: str = ""
    label: str = ""
    help: str = ""
    kind: str = "SHORT"
    unit: str = ""
    choices: list[str] = []
    required: bool = False
    personal: bool = False
    on_portal: bool = False
    on_office: bool = True
    valid_from: str = ""
    valid_to: str = ""


class Given(msgspec.Struct, frozen=True):
    """One understood answer; `value` None means that it is left empty, or emptied."""

    field: Field
    value: Any
    shown: str


class Answer(msgspec.Struct, frozen=True):
    """A stored answer. `label` and `shown` are as they were when it was given."""

    field_id: UUID
    code: str
    label: str
    kind: str
    personal: bool
    value: Any
    shown: str
    answered_at: datetime
