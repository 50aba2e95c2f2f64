"""What a city asks beyond the fields that all cities share, and what was answered.

A definition is dated and never removed: a record of last year still says what was asked then. So an
answer keeps the wording of its day (`label`, `field_version`, and the shown text in `content`).
Answers that name persons lie in `content_sealed` under the city's key instead. `record_id` is the
id of a company, a case, a filing or a visit; which table that is, `record_kind` says.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

KINDS = {
    "SHORT": "짧은 글",
    "LONG": "긴 글",
    "NUMBER": "숫자",
    "WON": "금액(원)",
    "DATE": "날짜",
    "YESNO": "예·아니오",
    "ONE": "하나 고르기",
    "MANY": "여럿 고르기",
}

form_fields = Table(
    "form_fields",
    core_metadata,
    pk(),
    text("record_kind"),
    text("category", nullable=True),
    text("code"),
    text("label"),
    text("help"),
    text("kind"),
    text("unit"),
    Column("choices", JSONB, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("on_portal", Boolean, nullable=False),
    Column("on_office", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    row_version(),
    CheckConstraint(
        "kind in ('SHORT', 'LONG', 'NUMBER', 'WON', 'DATE', 'YESNO', 'ONE', 'MANY')", name="kind"
    ),
    Index("uq_form_fields_record_kind_code", "record_kind", "code", unique=True),
)

form_values = Table(
    "form_values",
    core_metadata,
    pk(),
    text("record_kind"),
    Column("record_id", Uuid, nullable=False),
    Column("field_id", Uuid, ForeignKey("form_fields.id"), nullable=False, index=True),
    Column("field_version", Integer, nullable=False),
    text("label"),
    Column("content", JSONB),
    Column("content_sealed", LargeBinary),
    moment("answered_at"),
    Column("answered_by", Uuid),
    row_version(),
    Index("uq_form_values_record_id_field_id", "record_id", "field_id", unique=True),
)
