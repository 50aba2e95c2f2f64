"""The tables of a component as they are after its last revision, in one script: `head.sql`.

A new city takes the short way: making each table once, whole, costs less than making it and
changing it through every revision. The revisions stay the truth: the script is read back from a
schema that they made, and a test compares both schemas in the catalogue. A component without a
script, or with one of an older revision, is made by its revisions.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg

from sinmungo_tenants.components import Component
from sinmungo_tenants.heads import head

_FIRST = "-- {name} {revision}: generated from the revisions by `sinmungo headsql`, not by hand.\n"
_MARK = re.compile(r"-- (\w+) (\w+):")

_TABLES = """
SELECT c.oid, c.relname FROM pg_class c
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relname <> %s ORDER BY c.oid
"""
_OTHERS = """
SELECT 'relation ' || relname FROM pg_class
WHERE relnamespace = %(schema)s::regnamespace AND (relkind NOT IN ('r', 'i')
  OR relkind = 'r' AND (reloptions IS NOT NULL OR relrowsecurity OR relhasrules))
UNION ALL SELECT 'function ' || proname FROM pg_proc
WHERE pronamespace = %(schema)s::regnamespace
UNION ALL SELECT 'type ' || typname FROM pg_type
WHERE typnamespace = %(schema)s::regnamespace AND typtype IN ('d', 'e', 'r')
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %(schema)s::regnamespace AND NOT tgisinternal
"""
_COLUMNS = """
SELECT quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attcollation <> t.typcollation THEN
       ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END
  || CASE WHEN a.attgenerated <> '' THEN
       ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
     WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CONSTRAINTS = """
SELECT 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid, true), confrelid
FROM pg_constraint WHERE conrelid = %s AND contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY position(contype::text in 'pucxf'), conname
"""
_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid, 0, true) FROM pg_index i JOIN pg_class c
ON c.oid = i.indexrelid WHERE i.indrelid = %s AND NOT EXISTS
  (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY c.relname
"""


def file_of(component: Component) -> Path:
    """Return where a component keeps its script."""
    return component.scripts / "head.sql"


@lru_cache(maxsize=64)
def statements(component: Component) -> tuple[str, ...] | None:
    """Return the script's statements, or None when there is no script of the newest revision."""
    file = file_of(component)
    if not file.is_file():
        return None
    text = file.read_text("utf-8")
    mark = _MARK.match(text)
    if mark is None or mark.groups() != (component.name, head(component)):
        return None
    body = text.split("\n", 1)[1]
    return tuple(part.strip() for part in body.split(";\n") if part.strip())


def describe(
    connection: psycopg.Connection[Any], component: Component, schema: str, known: set[int]
) -> str:
    """Return the script of the tables in `schema` whose object ids are not `known`.

    The schema must have been made by the component's revisions, and be first on the search path.
    Raises ValueError for what a script of tables cannot hold.
    """
    _refuse_others(connection, schema)
    rows = connection.execute(_TABLES, (schema, component.version_table)).fetchall()
    there, later = set(known), []
    texts = []
    for oid, name in rows:
        if oid in known:
            continue
        _refuse_rows(connection, name)
        there.add(oid)
        table, waiting = _table(connection, oid, name, there)
        texts.append(table)
        later += waiting
        texts += [text for (text,) in connection.execute(_INDEXES, (oid,))]
    first = _FIRST.format(name=component.name, revision=head(component))
    return first + "".join(f"{text};\n" for text in texts + later)


def tables_in(connection: psycopg.Connection[Any], schema: str) -> set[int]:
    """Return the object ids of a schema's tables."""
    return {oid for oid, _ in connection.execute(_TABLES, (schema, ""))}


def _table(
    connection: psycopg.Connection[Any], oid: int, name: str, there: set[int]
) -> tuple[str, list[str]]:
    """Return CREATE TABLE, and the foreign keys that have to wait for a later table."""
    lines = [text for (text,) in connection.execute(_COLUMNS, (oid,))]
    later = []
    for text, target in connection.execute(_CONSTRAINTS, (oid,)).fetchall():
        if target and target not in there:
            later.append(f"ALTER TABLE {name} ADD {text}")
        else:
            lines.append(text)
    return f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + "\n)", later


def _refuse_others(connection: psycopg.Connection[Any], schema: str) -> None:
    others = [text for (text,) in connection.execute(_OTHERS, {"schema": schema})]
    if others:
        raise ValueError(f"a city's schema holds tables and indexes only, not {', '.join(others)}")


def _refuse_rows(connection: psycopg.Connection[Any], table: str) -> None:
    found = connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone()
    if found is not None:
        raise ValueError(f"a revision writes rows into {table}; that is a seed's work")
