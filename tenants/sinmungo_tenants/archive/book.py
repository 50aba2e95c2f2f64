"""What the registry knows and remembers of cities that are archived, exported or let go."""

import uuid
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from sinmungo_tenants.archive.manifest import City
from sinmungo_tenants.errors import UnknownTenantError

type Kind = Literal["ARCHIVE", "EXPORT"]
type Act = Literal["SUSPEND", "RESUME", "ARCHIVE", "RESTORE", "EXPORT", "DROP"]

_CITY = """
SELECT t.id, t.slug, t.kind, t.name, t.service_name, t.state, t.created_at,
       ARRAY(SELECT h.host FROM control.tenant_hosts h WHERE h.tenant_id = t.id
             ORDER BY h.position, h.host) AS hosts,
       COALESCE((SELECT jsonb_object_agg(p.plugin, p.state) FROM control.plugin_state p
                 WHERE p.tenant_id = t.id), '{}') AS plugins
FROM control.tenants t WHERE t.id = %s
"""
_ADD = """
INSERT INTO control.archives (id, tenant_id, slug, kind, file, sha256, content_sha256, bytes,
  row_count, seconds, made_at, made_by, state)
VALUES (%(id)s, %(tenant_id)s, %(slug)s, %(kind)s, %(file)s, %(sha256)s, %(content_sha256)s,
  %(bytes)s, %(row_count)s, %(seconds)s, %(made_at)s, %(made_by)s, %(state)s)
"""
_LAST_EXPORT = """
SELECT sha256, content_sha256, made_at FROM control.archives
WHERE tenant_id = %s AND kind = 'EXPORT' AND state = 'DONE' ORDER BY made_at DESC LIMIT 1
"""


def city_of(connection: psycopg.Connection[Any], tenant_id: str) -> City:
    """Return the registry's rows of a city; raise `UnknownTenantError`."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_CITY, (tenant_id,)).fetchone()
    if found is None:
        raise UnknownTenantError(f"no city with the id {tenant_id!r}")
    return City(**{**found, "hosts": tuple(found["hosts"])})


def remember(
    connection: psycopg.Connection[Any],
    city: City,
    kind: Kind,
    file: str,
    made_at: datetime,
    made_by: str,
    **figures: Any,
) -> None:
    """Write down one archive or export, good or failed (then without `sha256`).

    `file` is a name without folder; `figures` are sha256, content_sha256, bytes, row_count and
    seconds.
    """
    empty = dict.fromkeys(("sha256", "content_sha256", "bytes", "row_count", "seconds"))
    values = {
        **empty,
        **figures,
        "id": uuid.uuid4(),
        "tenant_id": city.id,
        "slug": city.slug,
        "kind": kind,
        "file": file,
        "made_at": made_at,
        "made_by": made_by,
        "state": "DONE" if figures.get("sha256") else "FAILED",
    }
    connection.execute(_ADD, values)


def log(
    connection: psycopg.Connection[Any],
    city: City,
    act: Act,
    note: str,
    done_at: datetime,
    done_by: str,
) -> None:
    """Write down who did what with a city; `note` names no person."""
    connection.execute(
        "INSERT INTO control.tenant_log (id, tenant_id, slug, act, note, done_at, done_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (uuid.uuid4(), city.id, city.slug, act, note, done_at, done_by),
    )


def last_export(
    connection: psycopg.Connection[Any], tenant_id: str
) -> tuple[str, str, datetime] | None:
    """Return file hash, content hash and time of the newest good export of a city, if any."""
    found = connection.execute(_LAST_EXPORT, (tenant_id,)).fetchone()
    return None if found is None else (found[0], found[1], found[2])


def is_used(connection: psycopg.Connection[Any], tenant_id: str) -> bool:
    """Return whether an id belongs to a city, or belonged to one that was dropped."""
    found = connection.execute(
        "SELECT 1 FROM control.tenants WHERE id = %(id)s"
        " UNION ALL SELECT 1 FROM control.dropped_tenants WHERE id = %(id)s",
        {"id": tenant_id},
    )
    return found.fetchone() is not None


def touch(connection: psycopg.Connection[Any]) -> None:
    """Raise the registry's version, so that every process looks again."""
    connection.execute("UPDATE control.registry_version SET version = version + 1")
