"""A visit, from plan to journal (방문일지), and what was found there (domain.md 3).

A visit takes its number when it is recorded: so the numbers of a year are those of its visits, and
a plan that is moved into January or cancelled leaves no gap. What was known of the company that day
stays with the visit. `visit_item_outcomes` is the history of how each difficulty is counted; the
book as it stood on a day is read from `recorded_at` there.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text
from sinmungo.visits.labels import KIND, OUTCOME, STATE


def _one_of(column: str, codes: dict[str, str]) -> str:
    return f"{column} in ({', '.join(repr(code) for code in codes)})"


visit_numbers = Table(
    "visit_numbers",
    core_metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

visits = Table(
    "visits",
    core_metadata,
    pk(),
    Column("visit_no", Text, unique=True),
    text("kind"),
    text("state"),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    Column("officer_id", Uuid, ForeignKey("officers.id")),
    moment("planned_at", nullable=True),
    Column("visited_on", Date),
    moment("started_at", nullable=True),
    moment("ended_at", nullable=True),
    text("place", nullable=True),
    text("note", nullable=True),
    text("next_plan", nullable=True),
    text("guided", nullable=True),
    text("cancel_reason", nullable=True),
    Column("employees", Integer),
    Column("employees_foreign", Integer),
    text("industry", nullable=True),
    text("products", nullable=True),
    Column("sales", BigInteger),
    Column("export_usd", BigInteger),
    Column("factory_area", Integer),
    text("premises", nullable=True),
    moment("created_at"),
    Column("created_by", Uuid),
    moment("recorded_at", nullable=True),
    Column("recorded_by", Uuid),
    row_version(),
    CheckConstraint(_one_of("kind", KIND), name="kind"),
    CheckConstraint(_one_of("state", STATE), name="state"),
    CheckConstraint("(state = 'DONE') = (visit_no is not null)", name="number"),
    CheckConstraint(
        "state <> 'DONE' or (visited_on is not null and recorded_at is not null)", name="done"
    ),
    CheckConstraint("state = 'DONE' or planned_at is not null", name="planned"),
    Index("ix_visits_visited_on", "visited_on", "id"),
    Index("ix_visits_planned_at", "planned_at", "id"),
    Index("ix_visits_company_id", "company_id", "visited_on"),
)

visit_team = Table(
    "visit_team",
    core_metadata,
    pk(),
    Column("visit_id", Uuid, ForeignKey("visits.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("officer_id", Uuid, ForeignKey("officers.id"), index=True),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    Column("agency_id", Uuid, ForeignKey("agencies.id")),
    *sealed("name"),
    text("title", nullable=True),
    CheckConstraint("officer_id is null or name_sealed is null", name="officer"),
    Index("ix_visit_team_visit_id", "visit_id", "position"),
)

visit_people = Table(
    "visit_people",
    core_metadata,
    pk(),
    Column("visit_id", Uuid, ForeignKey("visits.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("contact_id", Uuid),
    *sealed("name"),
    text("title", nullable=True),
    Index("ix_visit_people_visit_id", "visit_id", "position"),
)

visit_items = Table(
    "visit_items",
    core_metadata,
    pk(),
    Column("visit_id", Uuid, ForeignKey("visits.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, unique=True),
    text("category"),
    text("content"),
    text("outcome"),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    Column("agency_id", Uuid, ForeignKey("agencies.id")),
    Column("settled_on", Date),
    row_version(),
    CheckConstraint(_one_of("outcome", OUTCOME), name="outcome"),
    CheckConstraint("outcome <> 'NOTIFIED' or unit_id is not null", name="notified"),
    CheckConstraint("outcome <> 'PROPOSED' or agency_id is not null", name="proposed"),
    Index("ix_visit_items_visit_id", "visit_id", "position"),
)

visit_item_outcomes = Table(
    "visit_item_outcomes",
    core_metadata,
    pk(),
    Column("item_id", Uuid, ForeignKey("visit_items.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    text("outcome"),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    Column("agency_id", Uuid, ForeignKey("agencies.id")),
    moment("occurred_at"),
    moment("recorded_at"),
    Column("recorded_by", Uuid),
    CheckConstraint(_one_of("outcome", OUTCOME), name="outcome"),
    Index("uq_visit_item_outcomes_item_id_seq", "item_id", "seq", unique=True),
)
