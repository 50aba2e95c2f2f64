"""A city's key on its way: opened for an export, wrapped anew for another id or deployment.

A wrapped key is bound to its deployment and to its city's id, so a restored city whose id or
deployment changed would lose every personal value if nobody wrapped it again.
"""

import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sinmungo.deploy.problems import KeyProblemError
from sinmungo.sealed import CityCipher, CityKey, DeploymentKey, SealError
from sinmungo_tenants.archive.opened import Archive
from sinmungo_tenants.names import schema_of

_TABLE, _COLUMN = "city_keys", "wrapped"


def load_key(path: Path) -> DeploymentKey:
    """Return the deployment key of a file; raise `KeyProblemError` when it is none."""
    try:
        return DeploymentKey.load(path)
    except SealError as error:
        raise KeyProblemError(str(error)) from error


def signer(key: DeploymentKey) -> Callable[[bytes], bytes]:
    """Return the keyed hash that seals an archive's manifest."""
    secret = key.derive(b"archive")
    return lambda raw: hmac.digest(secret, raw, "sha256")


def cipher_of(
    connection: psycopg.Connection[Any], tenant_id: str, key: DeploymentKey
) -> CityCipher | None:
    """Return the cipher of a city, or None if it never sealed anything."""
    opened = (_open(key, wrapped, tenant_id) for _, wrapped in _rows(connection, tenant_id))
    keys = {found.version: found for found in opened}
    if not keys:
        return None
    *older, newest = keys.values()
    return CityCipher(newest, older)


def rewrap(
    connection: psycopg.Connection[Any],
    tenant_id: str,
    former_id: str,
    old: DeploymentKey,
    new: DeploymentKey,
) -> None:
    """Wrap the keys of a restored city for its id and this deployment."""
    statement = sql.SQL("UPDATE {} SET wrapped = %s WHERE id = %s").format(
        sql.Identifier(schema_of(tenant_id), _TABLE)
    )
    for row_id, wrapped in _rows(connection, tenant_id):
        opened = _open(old, wrapped, former_id)
        connection.execute(statement, (new.wrap(opened, tenant_id), row_id))


def check_opens(archive: Archive, key: DeploymentKey) -> None:
    """Raise `KeyProblemError` when this deployment key does not open the archive's city key."""
    part = archive.table(_TABLE)
    if part is None:
        return
    place = part.columns.index(_COLUMN)
    for line in b"".join(archive.rows(part)).splitlines():
        field = line.split(b"\t")[place].removeprefix(b"\\\\x")
        _open(key, bytes.fromhex(field.decode("ascii")), archive.manifest.city.id)


def _rows(connection: psycopg.Connection[Any], tenant_id: str) -> list[tuple[Any, bytes]]:
    table = sql.Identifier(schema_of(tenant_id), _TABLE)
    return connection.execute(
        sql.SQL("SELECT id, wrapped FROM {} ORDER BY id").format(table)
    ).fetchall()


def _open(key: DeploymentKey, wrapped: bytes, tenant_id: str) -> CityKey:
    try:
        return key.unwrap(wrapped, tenant_id)
    except SealError as error:
        raise KeyProblemError(
            f"this deployment key does not open the city's key ({error}):"
            " name the key of the deployment that made the archive with --key-file"
        ) from error
