"""What an import leaves behind: its run, the lines it could not take, and what it learned.

An uploaded table is kept as sealed blocks of lines and destroyed when the run is over. Keys say
which line of which register became which record, so that a second run adds nothing. Layouts and
terms are the city's: columns and words that a person matched once are known the next time.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

KINDS = {
    "CASES": "기업애로 대장",
    "COMPANIES": "업체 명단",
    "AGENCIES": "유관기관 명단",
    "PEOPLE": "부서·직원 명단",
}
STATES = {
    "UPLOADED": "열 맞추기",
    "MAPPED": "낱말 맞추기",
    "RUNNING": "가져오는 중",
    "DONE": "마침",
    "FAILED": "멈춤",
    "CANCELLED": "취소",
}
_KINDS = "kind in ('CASES', 'COMPANIES', 'AGENCIES', 'PEOPLE')"

import_runs = Table(
    "import_runs",
    core_metadata,
    pk(),
    text("kind"),
    text("file_name"),
    Column("sha256", LargeBinary, nullable=False),
    text("state"),
    Column("plan", LargeBinary),
    Column("blocks", Integer, nullable=False),
    Column("next_block", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    text("failure", nullable=True),
    moment("created_at", index=True),
    Column("created_by", Uuid, ForeignKey("officers.id")),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    row_version(),
    CheckConstraint(_KINDS, name="kind"),
    CheckConstraint(
        "state in ('UPLOADED', 'MAPPED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')", name="state"
    ),
)

import_blocks = Table(
    "import_blocks",
    core_metadata,
    Column("run_id", Uuid, ForeignKey("import_runs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sheet", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run_id", "number"),
)

import_bad_lines = Table(
    "import_bad_lines",
    core_metadata,
    pk(),
    Column("run_id", Uuid, ForeignKey("import_runs.id"), nullable=False),
    Column("sheet", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("position", Integer),
    text("reason"),
    text("message"),
    text("severity"),
    Column("cells", LargeBinary),
    CheckConstraint("severity in ('BAD', 'NOTICE')", name="severity"),
    Index("ix_import_bad_lines_run_id", "run_id", "severity", "sheet", "line"),
)

import_keys = Table(
    "import_keys",
    core_metadata,
    text("kind"),
    Column("key_hash", LargeBinary, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    PrimaryKeyConstraint("kind", "key_hash"),
    CheckConstraint(_KINDS, name="kind"),
)

import_layouts = Table(
    "import_layouts",
    core_metadata,
    pk(),
    text("kind"),
    Column("signature", LargeBinary, nullable=False),
    Column("fields", JSONB, nullable=False),
    moment("saved_at"),
    Column("saved_by", Uuid),
    row_version(),
    CheckConstraint(_KINDS, name="kind"),
    Index("uq_import_layouts_kind_signature", "kind", "signature", unique=True),
)

import_terms = Table(
    "import_terms",
    core_metadata,
    pk(),
    text("kind"),
    text("text_key"),
    text("label"),
    text("code"),
    moment("saved_at"),
    Column("saved_by", Uuid),
    row_version(),
    CheckConstraint(
        "kind in ('CATEGORY', 'CHANNEL', 'UNIT', 'DISPOSITION', 'AGENCY_KIND')", name="kind"
    ),
    Index("uq_import_terms_kind_text_key", "kind", "text_key", unique=True),
)

case_external_refs = Table(
    "case_external_refs",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    text("system"),
    text("number"),
    moment("created_at"),
    Index("uq_case_external_refs_system_number", "system", "number", "case_id", unique=True),
    Index("ix_case_external_refs_number", "number"),
)
