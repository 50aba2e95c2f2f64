"""What every city has before it has a case: its key, settings, plugins, events and outbox."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

city_keys = Table(
    "city_keys",
    core_metadata,
    pk(),
    Column("wrapped", LargeBinary, nullable=False),
    moment("created_at"),
)

settings = Table(
    "settings",
    core_metadata,
    Column("key", text("key").type, primary_key=True),
    Column("value", JSONB, nullable=False),
    moment("changed_at"),
    Column("changed_by", Uuid),
    row_version(),
)

settings_history = Table(
    "settings_history",
    core_metadata,
    pk(),
    Column("change_id", Uuid, nullable=False),
    text("group_slug"),
    text("key"),
    Column("old", JSONB),
    Column("new", JSONB),
    moment("changed_at"),
    Column("changed_by", Uuid),
    Index("ix_settings_history_group_slug_changed_at", "group_slug", "changed_at"),
)

plugin_states = Table(
    "plugin_states",
    core_metadata,
    Column("plugin", text("plugin").type, primary_key=True),
    text("state"),
    text("version"),
    moment("changed_at"),
    Column("changed_by", Uuid),
    row_version(),
    CheckConstraint("state in ('INSTALLED', 'ACTIVE', 'DISABLED', 'TRIPPED')", name="state"),
)

plugin_log = Table(
    "plugin_log",
    core_metadata,
    pk(),
    text("plugin", index=True),
    text("act"),
    text("result"),
    moment("done_at"),
    Column("done_by", Uuid),
    text("done_by_label"),
    text("reason", nullable=True),
    text("detail", nullable=True),
)

hook_failures = Table(
    "hook_failures",
    core_metadata,
    pk(),
    text("plugin", index=True),
    text("hook"),
    text("error"),
    moment("happened_at"),
    Index("ix_hook_failures_plugin_happened_at", "plugin", "happened_at"),
)

events = Table(
    "events",
    core_metadata,
    pk(),
    text("kind"),
    Column("version", Integer, nullable=False),
    text("subject_kind"),
    Column("subject_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    moment("occurred_at"),
    moment("recorded_at"),
    Column("actor_id", Uuid),
    Column("actor_unit_id", Uuid),
    Column("payload", JSONB, nullable=False),
    Index("ix_events_subject_id_seq", "subject_id", "seq"),
    Index("ix_events_kind_occurred_at", "kind", "occurred_at"),
)

outbox = Table(
    "outbox",
    core_metadata,
    pk(),
    text("kind"),
    Column("subject_id", Uuid, nullable=False),
    text("state"),
    Column("attempts", Integer, nullable=False),
    text("last_error", nullable=True),
    moment("created_at"),
    moment("due_at"),
    moment("done_at", nullable=True),
    Index("ix_outbox_state_due_at", "state", "due_at"),
)

access_log = Table(
    "access_log",
    core_metadata,
    pk(),
    moment("at", index=True),
    Column("officer_id", Uuid),
    text("address"),
    text("subject_kind"),
    Column("subject_id", Uuid),
    text("act"),
)

downloads = Table(
    "downloads",
    core_metadata,
    pk(),
    moment("at", index=True),
    Column("officer_id", Uuid),
    text("what"),
    text("reason"),
    Column("row_count", Integer, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    core_metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),
    moment("created_at", index=True),
)

APPEND_ONLY = (
    "settings_history",
    "events",
    "access_log",
    "downloads",
    "plugin_log",
    "hook_failures",
)
