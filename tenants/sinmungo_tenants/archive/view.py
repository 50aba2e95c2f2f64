"""What the operator's desk reads about archives, through the control door."""

from datetime import datetime

import msgspec
from sqlalchemy import Text, bindparam, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from sinmungo_tenants.control.archives import archives, dropped_tenants, tenant_log
from sinmungo_tenants.statements import read


class LastArchive(msgspec.Struct):
    """The newest good archive of a city."""

    tenant_id: str
    made_at: datetime
    file: str
    bytes: int | None
    row_count: int | None


class FailedArchive(msgspec.Struct):
    """The newest archive of a city that could not be made."""

    tenant_id: str
    made_at: datetime


class ArchiveRow(msgspec.Struct):
    """One archive or export, good or failed."""

    tenant_id: str
    slug: str
    kind: str
    file: str
    bytes: int | None
    row_count: int | None
    seconds: float | None
    made_at: datetime
    made_by: str
    state: str


class TenantLogRow(msgspec.Struct):
    """One act on a whole city."""

    tenant_id: str
    slug: str
    act: str
    note: str
    done_at: datetime
    done_by: str


class DroppedTenant(msgspec.Struct):
    """A city that is gone; its id is never used again."""

    id: str
    slug: str
    name: str
    dropped_at: datetime
    dropped_by: str
    export_sha256: str


LAST = read(
    select(
        archives.c.tenant_id,
        archives.c.made_at,
        archives.c.file,
        archives.c.bytes,
        archives.c.row_count,
    )
    .where(archives.c.kind == "ARCHIVE", archives.c.state == "DONE")
    .ext(distinct_on(archives.c.tenant_id))
    .order_by(archives.c.tenant_id, archives.c.made_at.desc()),
    LastArchive,
)
LAST_FAILED = read(
    select(archives.c.tenant_id, archives.c.made_at)
    .where(archives.c.kind == "ARCHIVE", archives.c.state == "FAILED")
    .ext(distinct_on(archives.c.tenant_id))
    .order_by(archives.c.tenant_id, archives.c.made_at.desc()),
    FailedArchive,
)
# Newest first; parameters `limit` and `offset`, and if given `slug` and `state`.
ARCHIVES = read(
    select(
        archives.c.tenant_id,
        archives.c.slug,
        archives.c.kind,
        archives.c.file,
        archives.c.bytes,
        archives.c.row_count,
        archives.c.seconds,
        archives.c.made_at,
        archives.c.made_by,
        archives.c.state,
    )
    .where(
        or_(bindparam("slug", type_=Text) == "", archives.c.slug == bindparam("slug", type_=Text)),
        or_(
            bindparam("state", type_=Text) == "", archives.c.state == bindparam("state", type_=Text)
        ),
    )
    .order_by(archives.c.made_at.desc(), archives.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    ArchiveRow,
)
LOG = read(
    select(
        tenant_log.c.tenant_id,
        tenant_log.c.slug,
        tenant_log.c.act,
        tenant_log.c.note,
        tenant_log.c.done_at,
        tenant_log.c.done_by,
    )
    .order_by(tenant_log.c.done_at.desc())
    .limit(bindparam("limit")),
    TenantLogRow,
)
DROPPED = read(select(*dropped_tenants.c).order_by(dropped_tenants.c.dropped_at), DroppedTenant)
