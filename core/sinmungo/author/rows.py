"""What lies in a city's schema, seen from outside the doors: ids to try, and residue to find."""

from typing import LiteralString

import psycopg
from psycopg import sql

from sinmungo.demo.load import LOADED
from sinmungo.host.host import LoadedPlugin
from sinmungo_tenants import Tenant
from sinmungo_tenants.names import schema_of

_OF_CORE = ("companies", "cases", "visits", "agencies")
_MOST = 8
_CATALOGUE = """
SELECT 'relation ' || c.relname || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '')
FROM pg_class c WHERE c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'type ' || typname FROM pg_type WHERE typnamespace = %(schema)s::regnamespace
"""
_ROWS: dict[str, LiteralString] = {
    "setting": "SELECT key FROM {schema}.settings WHERE starts_with(key, {prefix})",
    "history of the setting": "SELECT DISTINCT key FROM {schema}.settings_history"
    " WHERE starts_with(key, {prefix})",
    "right": "SELECT permission FROM {schema}.role_rights WHERE starts_with(permission, {prefix})",
    "job": "SELECT kind FROM {schema}.outbox WHERE starts_with(kind, {prefix})",
    "state": "SELECT plugin FROM {schema}.plugin_states WHERE plugin = {slug}",
    "registry": "SELECT plugin FROM control.plugin_state WHERE plugin = {slug}"
    " AND tenant_id = {tenant}",
    "revision": "SELECT component FROM control.component_state WHERE component = {slug}"
    " AND tenant_id = {tenant}",
}


def ids_of(dsn: str, city: Tenant, plugin: LoadedPlugin) -> dict[str, list[str]]:
    """Return a few ids of each table with a key `id`: the plugin's own, and core's main ones."""
    component = plugin.manifest.component
    own = component.metadata.tables.values() if component else ()
    names = [t.name for t in own if "id" in t.c] + list(_OF_CORE)
    with psycopg.connect(dsn) as connection:
        return {name: _ids(connection, city, name) for name in names}


def _ids(connection: psycopg.Connection, city: Tenant, table: str) -> list[str]:
    where = sql.Identifier(schema_of(city.id), table)
    query = sql.SQL("SELECT id::text FROM {} ORDER BY id DESC LIMIT {}")
    return [row for (row,) in connection.execute(query.format(where, sql.Literal(_MOST)))]


def catalogue(dsn: str, city: Tenant) -> set[str]:
    """Return everything that exists in a city's schema, names of city and role left out."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(_CATALOGUE, {"schema": schema_of(city.id)}).fetchall()
    return {text.replace(city.id, "…") for (text,) in rows}


def settings_of(dsn: str, city: Tenant) -> set[str]:
    """Return the keys of a city's settings, the mark of the made-up records left out."""
    table = sql.Identifier(schema_of(city.id), "settings")
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(sql.SQL("SELECT key FROM {}").format(table)).fetchall()
    return {key for (key,) in rows} - {LOADED}


def residue(dsn: str, city: Tenant, slug: str) -> list[str]:
    """Return what rows of a city still speak of a plugin, beside the log of what was done."""
    values = {
        "schema": sql.Identifier(schema_of(city.id)),
        "prefix": sql.Literal(f"{slug}."),
        "slug": sql.Literal(slug),
        "tenant": sql.Literal(city.id),
    }
    with psycopg.connect(dsn) as connection:
        return [
            f"{what} {row[0]}"
            for what, text in _ROWS.items()
            for row in connection.execute(sql.SQL(text).format(**values))
        ]
