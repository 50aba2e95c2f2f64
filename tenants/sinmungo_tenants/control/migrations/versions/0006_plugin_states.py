"""A plugin's whole life in the copy: installed, tripped, its version, and which change it copies.

Revision ID: 0006
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plugin_state", sa.Column("version", sa.Text()))
    op.add_column(
        "plugin_state",
        sa.Column("row_version", sa.Integer(), nullable=False, server_default="0"),
    )
    op.alter_column("plugin_state", "row_version", server_default=None)
    op.drop_constraint("ck_plugin_state_state", "plugin_state", type_="check")
    op.create_check_constraint(
        "ck_plugin_state_state",
        "plugin_state",
        "state in ('INSTALLED', 'ACTIVE', 'DISABLED', 'TRIPPED')",
    )
