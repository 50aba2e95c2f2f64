"""Experts and what they are asked: one row of `advice_requests` is one session, from asking to pay.

Names, phones, mails and bank accounts are sealed. What a fee is worked out with is dated
(`advice_rules`, never changed, only followed by another), and a session keeps the id of its rule.
What tax slips need lies in a table of its own, behind a permission of its own.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from sinmungo.experts import words
from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text
from sinmungo.visits.models import visits


def _one_of(column: str, codes: dict[str, str]) -> str:
    return f"{column} in ({', '.join(repr(code) for code in codes)})"


advice_fields = Table(
    "advice_fields",
    core_metadata,
    Column("code", Text, primary_key=True),
    text("label"),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    row_version(),
)

experts = Table(
    "experts",
    core_metadata,
    pk(),
    *sealed("name"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("affiliation"),
    text("title", nullable=True),
    Column("regions", ARRAY(Text), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("term_from", Date, nullable=False),
    Column("term_to", Date, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("officer_id", Uuid, ForeignKey("officers.id"), unique=True),
    moment("review_since", nullable=True),
    moment("reviewed_at", nullable=True),
    moment("created_at"),
    row_version(),
    CheckConstraint("term_from <= term_to", name="term"),
    CheckConstraint("capacity >= 0", name="capacity"),
    Index("ix_experts_affiliation_id", "affiliation", "id"),
)

expert_fields = Table(
    "expert_fields",
    core_metadata,
    Column("expert_id", Uuid, ForeignKey(experts.c.id), primary_key=True),
    Column("field", Text, ForeignKey(advice_fields.c.code), primary_key=True, index=True),
)

expert_ties = Table(
    "expert_ties",
    core_metadata,
    pk(),
    Column("expert_id", Uuid, ForeignKey(experts.c.id), nullable=False, index=True),
    Column("company_id", Uuid, ForeignKey("companies.id"), index=True),
    text("business", nullable=True),
    text("business_key", nullable=True, index=True),
    text("kind"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    text("note", nullable=True),
    moment("created_at"),
    Column("created_by", Uuid),
    row_version(),
    CheckConstraint(_one_of("kind", words.TIE), name="kind"),
    CheckConstraint("company_id is not null or business_key is not null", name="whom"),
    CheckConstraint("valid_to is null or valid_from <= valid_to", name="days"),
)

expert_tax = Table(
    "expert_tax",
    core_metadata,
    Column("expert_id", Uuid, ForeignKey(experts.c.id), primary_key=True),
    text("income"),
    text("bank"),
    *sealed("account"),
    *sealed("holder"),
    moment("changed_at"),
    row_version(),
    CheckConstraint(_one_of("income", words.INCOME), name="income"),
)

advice_rules = Table(
    "advice_rules",
    core_metadata,
    pk(),
    Column("valid_from", Date, nullable=False, unique=True),
    Column("hourly", Integer, nullable=False),
    Column("company_cap", Integer, nullable=False),
    Column("expert_cap", Integer, nullable=False),
    Column("conflict_years", Integer, nullable=False),
    Column("report_days", Integer, nullable=False),
    moment("created_at"),
    Column("created_by", Uuid),
    CheckConstraint("hourly >= 0 and company_cap >= 0 and expert_cap >= 0", name="won"),
    CheckConstraint("conflict_years >= 0 and report_days >= 0", name="days"),
)

advice_numbers = Table(
    "advice_numbers",
    core_metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

advice_requests = Table(
    "advice_requests",
    core_metadata,
    pk(),
    Column("no", Text, nullable=False, unique=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("visit_id", Uuid, ForeignKey(visits.c.id), index=True),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False),
    Column("field", Text, ForeignKey(advice_fields.c.code), nullable=False),
    text("question"),
    text("state"),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    Column("officer_id", Uuid, ForeignKey("officers.id")),
    moment("requested_at"),
    Column("expert_id", Uuid, ForeignKey(experts.c.id)),
    moment("session_at", nullable=True),
    text("mode", nullable=True),
    text("place", nullable=True),
    text("pledge_version", nullable=True),
    text("pledged_how", nullable=True),
    Column("pledged_on", Date),
    Column("pledged_by", Uuid),
    Column("held_on", Date),
    Column("minutes", Integer),
    Column("rule_id", Uuid, ForeignKey(advice_rules.c.id)),
    Column("report_due", Date),
    text("report", nullable=True),
    moment("reported_at", nullable=True),
    Column("reported_by", Uuid),
    Column("fee_full", Integer),
    Column("fee", Integer),
    moment("paid_at", nullable=True),
    Column("paid_by", Uuid),
    text("cancel_reason", nullable=True),
    row_version(),
    CheckConstraint(_one_of("state", words.STATE), name="state"),
    CheckConstraint(_one_of("mode", words.MODE), name="mode"),
    CheckConstraint(_one_of("pledged_how", words.PLEDGED_HOW), name="pledged_how"),
    CheckConstraint("case_id is not null or visit_id is not null", name="asked_from"),
    CheckConstraint("state in ('REQUESTED', 'CANCELLED') or expert_id is not null", name="expert"),
    CheckConstraint(
        "state not in ('HELD', 'REPORTED', 'PAID') "
        "or (held_on is not null and minutes is not null and rule_id is not null)",
        name="held",
    ),
    CheckConstraint("(state = 'PAID') = (fee is not null)", name="paid"),
    CheckConstraint("fee is null or (fee >= 0 and fee <= fee_full)", name="fee"),
    CheckConstraint("minutes is null or minutes > 0", name="minutes"),
    Index("ix_advice_requests_requested_at", "requested_at", "id"),
    Index("ix_advice_requests_expert_id", "expert_id", "held_on"),
    Index("ix_advice_requests_company_id", "company_id", "held_on"),
    Index("ix_advice_requests_state", "state", "requested_at"),
)

advice_declines = Table(
    "advice_declines",
    core_metadata,
    Column("request_id", Uuid, ForeignKey(advice_requests.c.id), primary_key=True),
    Column("expert_id", Uuid, ForeignKey(experts.c.id), primary_key=True),
    text("reason"),
    moment("declined_at"),
    CheckConstraint(_one_of("reason", words.DECLINE), name="reason"),
)

advice_ratings = Table(
    "advice_ratings",
    core_metadata,
    Column("request_id", Uuid, ForeignKey(advice_requests.c.id), primary_key=True),
    Column("score", Integer, nullable=False),
    text("comment", nullable=True),
    text("source"),
    moment("rated_at"),
    Column("rated_by", Uuid),
    CheckConstraint("score between 1 and 5", name="score"),
    CheckConstraint("source in ('LINK', 'OFFICER')", name="source"),
)

rating_links = Table(
    "rating_links",
    core_metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("request_id", Uuid, ForeignKey(advice_requests.c.id), nullable=False, index=True),
    moment("made_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
)
