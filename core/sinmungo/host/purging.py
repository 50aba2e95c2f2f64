"""Taking a plugin out of a city: its data is exported, then nothing of it is left.

What stays are the log's lines and the events: they say what happened (docs/decisions, 9).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.host import plugin_records as records
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.plugin_export import Manifest, TableFile, write_zip
from sinmungo.host.types import Identity, Right
from sinmungo.sealed import CityCipher
from sinmungo_tenants import Tenant

if TYPE_CHECKING:
    import psycopg

    from sinmungo.app import Runtime

_CHANGED = "그 사이에 누가 이 기능을 켰습니다. 화면을 새로 열어 주세요."
_FORGET_RIGHTS = (
    "UPDATE officers SET principal = NULL, rights_version = rights_version + 1"
    " WHERE EXISTS (SELECT 1 FROM role_rights WHERE starts_with(permission, %(prefix)s))"
)
# Everything in core's tables that is a plugin's: by the prefix that the loader insists on, or by
# what its slices say. What an officer may do is added up anew when a right of hers is gone.
_CLEARED = (
    "DELETE FROM settings WHERE starts_with(key, %(prefix)s)",
    "DELETE FROM settings_history WHERE starts_with(key, %(prefix)s)",
    _FORGET_RIGHTS,
    "DELETE FROM role_rights WHERE starts_with(permission, %(prefix)s)",
    "DELETE FROM retention_holds WHERE subject_kind = ANY(%(subjects)s)",
    "DELETE FROM outbox WHERE starts_with(kind, %(prefix)s)",
    "DELETE FROM company_merge_rows WHERE split_part(table_name, '.', 1) = ANY(%(tables)s)",
    "DELETE FROM plugin_states WHERE plugin = %(plugin)s",
)
_LOG = (
    "INSERT INTO plugin_log (id, plugin, act, result, done_at, done_by, done_by_label, reason,"
    " detail) VALUES (%(id)s, %(plugin)s, %(act)s, %(result)s, %(done_at)s, %(done_by)s,"
    " %(done_by_label)s, %(reason)s, %(detail)s)"
)


def purge_plugin(
    runtime: "Runtime",
    city: Tenant,
    plugin: LoadedPlugin,
    *,
    cipher: CityCipher,
    me: Identity,
    folder: Path,
) -> Path:
    """Export a plugin's data to `folder`, drop its tables and clear its rows, all or nothing.

    Returns the file. Blocks: call it in a thread. Raises RefusedError if it was switched on
    meanwhile, OSError if the export cannot be written, and what PostgreSQL raises.
    """
    from sinmungo_tenants.purge import purge  # the migrator's libraries, only now

    component, slug = plugin.manifest.component, plugin.slug
    target = folder / _file_name(slug)

    def before(connection: "psycopg.Connection[Any]", tables: list[str]) -> None:
        _still_off(connection, slug)
        stored, rights = _settings(connection, slug), _rights(connection, slug)

        def head(files: tuple[TableFile, ...]) -> Manifest:
            revision = city.revisions.get(slug, "")
            version = plugin.manifest.version
            at = clock.now()
            return Manifest(city.slug, slug, version, revision, at, stored, rights, files)

        write_zip(connection, tables, cipher, target, head)
        values = {"prefix": f"{slug}.", "plugin": slug, "tables": tables}
        values["subjects"] = _subjects(runtime, plugin)
        for text in _CLEARED:
            connection.execute(text.encode(), values)
        line = records.entry(slug, "PURGE", me, reason="EXPORTED", detail=target.name)
        connection.execute(_LOG, line)

    with _file_of(target):
        purge(runtime.settings.migrators, city.id, slug, component, before)
    return target


def _subjects(runtime: "Runtime", plugin: LoadedPlugin) -> list[str]:
    """Return the kinds of records that may be kept back by the plugin's rules alone."""
    others = [s.slice for s in runtime.host.slices if s.plugin != plugin.slug]
    theirs = {rule.subject for s in others for rule in s.retention}
    own = {rule.subject for s in plugin.slices for rule in s.retention}
    return sorted(own - theirs)


def unmake(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin) -> None:
    """Drop tables that a failed act has just made; they stay if someone began to use them."""
    from sinmungo_tenants.purge import purge

    def before(connection: "psycopg.Connection[Any]", tables: list[str]) -> None:
        del tables
        query = "SELECT 1 FROM plugin_states WHERE plugin = %s"
        if connection.execute(query, (plugin.slug,)).fetchone():
            raise RefusedError(_CHANGED)

    component = plugin.manifest.component
    purge(runtime.settings.migrators, city.id, plugin.slug, component, before)


@contextmanager
def _file_of(target: Path) -> Iterator[None]:
    """Leave no file of a purge that failed, unless nobody knows whether it came to its end."""
    import psycopg  # loaded by now

    try:
        yield
    except psycopg.OperationalError:
        raise
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _file_name(slug: str) -> str:
    return f"{slug}-{clock.now():%Y%m%dT%H%M%SZ}-{clock.uuid7().hex[-6:]}.zip"


def _still_off(connection: "psycopg.Connection[Any]", slug: str) -> None:
    query = "SELECT state FROM plugin_states WHERE plugin = %s FOR UPDATE"
    row = connection.execute(query, (slug,)).fetchone()
    if row is not None and row[0] == records.ACTIVE:
        raise RefusedError(_CHANGED)


def _settings(connection: "psycopg.Connection[Any]", slug: str) -> dict[str, Any]:
    query = "SELECT key, value FROM settings WHERE starts_with(key, %s) ORDER BY key"
    return dict(connection.execute(query, (f"{slug}.",)).fetchall())


def _rights(connection: "psycopg.Connection[Any]", slug: str) -> tuple[Right, ...]:
    query = (
        "SELECT role, permission, granted FROM role_rights WHERE starts_with(permission, %s)"
        " ORDER BY role, permission"
    )
    return tuple(connection.execute(query, (f"{slug}.",)).fetchall())
