"""Tables of the registry.

The truth about a city's components and plugins lies in the city; `component_state` and
`plugin_state` are copies, so that one query tells about all cities.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

tenants = Table(
    "tenants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("server", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("row_version", Integer, nullable=False),
    CheckConstraint("kind in ('CITY', 'PROVINCE', 'AGENCY')", name="kind"),
    CheckConstraint("state in ('ACTIVE', 'SUSPENDED')", name="state"),
)

tenant_hosts = Table(
    "tenant_hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
)

component_state = Table(
    "component_state",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("component", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

plugin_state = Table(
    "plugin_state",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("plugin", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Text),
    Column("row_version", Integer, nullable=False),
    CheckConstraint("state in ('INSTALLED', 'ACTIVE', 'DISABLED', 'TRIPPED')", name="state"),
)

registry_version = Table(
    "registry_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
