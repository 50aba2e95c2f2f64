"""What was destroyed and what is kept back: the proof outlives the person, and names nobody.

`destructions` is append-only: one row per batch, with the rule and its years on that day.
`mask_runs` is how far the masks that lie beside sealed values follow a changed rule.
"""

from sqlalchemy import Column, Date, Index, Integer, Table, Uuid
from sqlalchemy import text as sql

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

retention_holds = Table(
    "retention_holds",
    core_metadata,
    pk(),
    text("subject_kind"),
    Column("record_id", Uuid, nullable=False),
    text("label"),
    text("reason"),
    moment("held_at"),
    Column("held_by", Uuid),
    moment("released_at", nullable=True),
    Column("released_by", Uuid),
    row_version(),
    Index(
        "uq_retention_holds_open",
        "subject_kind",
        "record_id",
        unique=True,
        postgresql_where=sql("released_at is null"),
    ),
)

retention_runs = Table(
    "retention_runs",
    core_metadata,
    pk(),
    moment("asked_at", index=True),
    Column("asked_by", Uuid),
    moment("finished_at", nullable=True),
)

destructions = Table(
    "destructions",
    core_metadata,
    pk(),
    Column("run_id", Uuid, nullable=False, index=True),
    text("rule"),
    text("title"),
    Column("years", Integer, nullable=False),
    Column("ended_before", Date, nullable=False),
    Column("ended_from", Date, nullable=False),
    Column("ended_to", Date, nullable=False),
    Column("record_count", Integer, nullable=False),
    moment("done_at", index=True),
    Column("asked_by", Uuid),
)

mask_runs = Table(
    "mask_runs",
    core_metadata,
    pk(),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    text("place", nullable=True),
    Column("last_id", Uuid),
    moment("started_at", index=True),
    Column("started_by", Uuid),
    moment("finished_at", nullable=True),
    row_version(),
)

APPEND_ONLY = ("destructions",)
