"""Imports.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_keys",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind in ('CASES', 'COMPANIES', 'AGENCIES')", name=op.f("ck_import_keys_kind")
        ),
        sa.PrimaryKeyConstraint("kind", "key_hash", name=op.f("pk_import_keys")),
    )
    op.create_table(
        "import_layouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('CASES', 'COMPANIES', 'AGENCIES')", name=op.f("ck_import_layouts_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_layouts")),
    )
    op.create_index(
        "uq_import_layouts_kind_signature", "import_layouts", ["kind", "signature"], unique=True
    )
    op.create_table(
        "import_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('CATEGORY', 'CHANNEL', 'UNIT', 'DISPOSITION', 'AGENCY_KIND')",
            name=op.f("ck_import_terms_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_terms")),
    )
    op.create_index(
        "uq_import_terms_kind_text_key", "import_terms", ["kind", "text_key"], unique=True
    )
    op.create_table(
        "import_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=True),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("next_block", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('CASES', 'COMPANIES', 'AGENCIES')", name=op.f("ck_import_runs_kind")
        ),
        sa.CheckConstraint(
            "state in ('UPLOADED', 'MAPPED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')",
            name=op.f("ck_import_runs_state"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["officers.id"], name=op.f("fk_import_runs_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_index(op.f("ix_import_runs_created_at"), "import_runs", ["created_at"], unique=False)
    op.create_table(
        "case_external_refs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_external_refs_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_external_refs")),
    )
    op.create_index(
        op.f("ix_case_external_refs_case_id"), "case_external_refs", ["case_id"], unique=False
    )
    op.create_index("ix_case_external_refs_number", "case_external_refs", ["number"], unique=False)
    op.create_index(
        "uq_case_external_refs_system_number",
        "case_external_refs",
        ["system", "number", "case_id"],
        unique=True,
    )
    op.create_table(
        "import_bad_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "severity in ('BAD', 'NOTICE')", name=op.f("ck_import_bad_lines_severity")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_import_bad_lines_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_bad_lines")),
    )
    op.create_index(
        "ix_import_bad_lines_run_id",
        "import_bad_lines",
        ["run_id", "severity", "sheet", "line"],
        unique=False,
    )
    op.create_table(
        "import_blocks",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_import_blocks_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_blocks")),
    )
