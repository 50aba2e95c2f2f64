"""The script of which new cities are made says what the revisions say, in every column and name."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from sinmungo.app import Runtime
from sinmungo.cli.headsql import script
from sinmungo.component import COMPONENT
from sinmungo_tenants import Component, headsql
from sinmungo_tenants.adding import tables_of
from sinmungo_tenants.batch import in_one_message
from sinmungo_tenants.headsql import file_of, statements
from sinmungo_tenants.migrate import upgrade

HOW = "run `sinmungo headsql` and commit what it writes"
CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
          pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity, a.attcollation,
          a.attstorage, a.attcompression,
          row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped ORDER BY 1, 11""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = %s::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s
        ORDER BY 1, 2""",
    "relations": """
        SELECT relname, relkind, relpersistence, reloptions FROM pg_class
        WHERE relnamespace = %s::regnamespace ORDER BY 1""",
    "routines": "SELECT proname FROM pg_proc WHERE pronamespace = %s::regnamespace ORDER BY 1",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE relnamespace = %s::regnamespace AND NOT tgisinternal ORDER BY 1, 2""",
    "types": """
        SELECT typname, typtype FROM pg_type WHERE typnamespace = %s::regnamespace
        AND typtype <> 'c' AND typcategory <> 'A' ORDER BY 1""",
}


def catalogue(connection: psycopg.Connection[Any], schema: str) -> dict[str, list[Any]]:
    connection.execute("SET LOCAL search_path = pg_catalog")
    found = {
        name: [
            tuple(v.replace(f"{schema}.", "") if isinstance(v, str) else v for v in row)
            for row in connection.execute(query, (schema,)).fetchall()
        ]
        for name, query in CATALOGUE.items()
    }
    connection.execute(f"SET LOCAL search_path = {schema}".encode())
    return found


@pytest.fixture
def connection(deployment_dsn: str):
    with psycopg.connect(deployment_dsn) as connection:
        yield connection
        connection.rollback()


def components(runtime: Runtime) -> list[Component]:
    return [COMPONENT, *runtime.host.components()]


def by_revisions(connection: psycopg.Connection[Any], chosen: list[Component]) -> dict[str, Any]:
    connection.execute("CREATE SCHEMA by_revisions")
    for component in chosen:
        upgrade(connection, component, "by_revisions")
    return catalogue(connection, "by_revisions")


def by_script(connection: psycopg.Connection[Any], chosen: list[Component]) -> dict[str, Any]:
    connection.execute("CREATE SCHEMA by_script")
    connection.execute("SET LOCAL search_path = by_script")
    texts = [text for component in chosen for text in tables_of(component)]
    connection.execute(in_one_message(texts).encode())
    return catalogue(connection, "by_script")


def test_every_script_is_of_the_newest_revision(runtime: Runtime):
    late = [c.name for c in components(runtime) if statements(c) is None]
    assert late == [], HOW


def test_the_script_makes_what_the_revisions_make(runtime: Runtime, connection):
    chosen = components(runtime)
    expected, found = by_revisions(connection, chosen), by_script(connection, chosen)
    assert len(expected["columns"]) > 500
    for part, rows in expected.items():
        assert found[part] == rows, f"{part}: {HOW}"


def test_the_script_is_what_the_command_would_write(runtime: Runtime, connection):
    for component in components(runtime):
        assert file_of(component).read_text("utf-8") == script(connection, component), HOW


def test_the_revisions_write_no_rows(runtime: Runtime, connection):
    by_revisions(connection, components(runtime))
    for component in components(runtime):
        for table in component.metadata.tables:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            assert row == (0,), table


def late_component(folder: Path, text: str | None) -> Component:
    """Return a component of one table whose script is `text` (None: it has no script)."""
    (folder / "versions").mkdir()
    (folder / "versions" / "0001_notes.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        'revision = "0001"\ndown_revision = None\n'
        "def upgrade():\n    op.create_table('late_notes', sa.Column('id', sa.Uuid(),"
        " primary_key=True), sa.Column('text', sa.Text()))\n"
    )
    if text is not None:
        (folder / "head.sql").write_text(text)
    return Component("late", folder, COMPONENT.metadata)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "-- late 0000: generated\nCREATE TABLE wrong (id uuid);\n",
        "-- other 0001: generated\nCREATE TABLE wrong (id uuid);\n",
    ],
    ids=["no script", "empty", "older", "another's"],
)
def test_without_a_script_of_its_head_a_component_is_made_by_its_revisions(
    text: str | None, tmp_path: Path, connection
):
    component = late_component(tmp_path, text)
    assert statements(component) is None
    made = by_script(connection, [component])
    assert [row[0] for row in made["columns"]] == ["alembic_late", "late_notes", "late_notes"]


def test_what_a_script_cannot_hold_is_refused(connection):
    connection.execute("CREATE SCHEMA odd")
    connection.execute("SET LOCAL search_path = odd")
    connection.execute("CREATE TABLE counted (id serial PRIMARY KEY)")
    with pytest.raises(ValueError, match="counted_id_seq"):
        headsql.describe(connection, COMPONENT, "odd", set())
    connection.execute("ALTER TABLE counted ALTER id DROP DEFAULT")
    connection.execute("DROP SEQUENCE counted_id_seq")
    connection.execute("INSERT INTO counted VALUES (1)")
    with pytest.raises(ValueError, match="writes rows into counted"):
        headsql.describe(connection, COMPONENT, "odd", set())
