"""The rooms. `open_days` holds ISO weekdays in order, "12345" for Monday to Friday."""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Table, Time

from sinmungo.sdk import moment, pk, row_version, text
from sinmungo_gimhae.metadata import metadata

WEEKDAYS = {"1": "월", "2": "화", "3": "수", "4": "목", "5": "금", "6": "토", "7": "일"}

rooms = Table(
    "gimhae_rooms",
    metadata,
    pk(),
    Column("name", text("name").type, nullable=False, unique=True),
    text("floor"),
    Column("seats", Integer, nullable=False),
    text("equipment", nullable=True),
    text("open_days"),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("created_at"),
    row_version(),
    CheckConstraint("seats > 0", name="seats"),
    CheckConstraint("opens < closes", name="hours"),
)
