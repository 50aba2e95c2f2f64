"""The registry: cities, their hosts, what is installed in each, and its version.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('CITY', 'PROVINCE', 'AGENCY')", name="ck_tenants_kind"),
        sa.CheckConstraint("state in ('ACTIVE', 'SUSPENDED')", name="ck_tenants_state"),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
        sa.UniqueConstraint("slug", name="uq_tenants_slug"),
    )
    op.create_table(
        "tenant_hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_tenant_hosts_tenant_id"),
        sa.PrimaryKeyConstraint("host", name="pk_tenant_hosts"),
    )
    op.create_index("ix_tenant_hosts_tenant_id", "tenant_hosts", ["tenant_id"])
    op.create_table(
        "component_state",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_component_state_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "component", name="pk_component_state"),
    )
    op.create_table(
        "plugin_state",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('ACTIVE', 'DISABLED')", name="ck_plugin_state_state"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_plugin_state_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "plugin", name="pk_plugin_state"),
    )
    op.create_table(
        "registry_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry_version"),
    )
    op.execute("INSERT INTO registry_version (id, version) VALUES (1, 1)")
