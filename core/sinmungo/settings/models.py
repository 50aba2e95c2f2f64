"""Pictures that a city gave as its logo. None is overwritten, so an earlier one can come back."""

from sqlalchemy import Column, LargeBinary, Table, Uuid

from sinmungo.host.db import core_metadata, moment, pk, text

city_logos = Table(
    "city_logos",
    core_metadata,
    pk(),
    Column("content", LargeBinary, nullable=False),
    text("media_type"),
    moment("added_at"),
    Column("added_by", Uuid),
)
APPEND_ONLY = ("city_logos",)
