"""After a purge a city is like one that never had it; tried with every plugin installed."""

import itertools
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sinmungo.app import Runtime
from sinmungo.clock import now, uuid7
from sinmungo.host import activation
from sinmungo.host.city_settings import set_setting
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.loader import discover
from sinmungo.host.models import settings_history
from sinmungo.jobs import outbox
from sinmungo.openapi import schema_for
from sinmungo.people import rights
from sinmungo.retention.queries import ADD_HOLD
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, insert_into
from sinmungo_tenants.names import schema_of

INSTALLED = sorted(e.name for e in discover())
STAFF = "AUDITOR"
ADD_HISTORY = insert_into(settings_history)
_numbers = itertools.count(1)

CATALOGUE = {
    "relations": "SELECT relname, relkind::text, relacl::text FROM pg_class"
    " WHERE relnamespace = %(schema)s::regnamespace ORDER BY 1",
    "columns": "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = %(schema)s::regnamespace AND a.attnum > 0 ORDER BY 1, a.attnum",
    "constraints": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = %(schema)s::regnamespace ORDER BY 1",
    "types": "SELECT typname FROM pg_type WHERE typnamespace = %(schema)s::regnamespace ORDER BY 1",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace",
    "schema": "SELECT nspacl::text FROM pg_namespace WHERE nspname = %(schema)s",
    "states": "SELECT plugin, state FROM {schema}.plugin_states ORDER BY 1",
    "settings": "SELECT key FROM {schema}.settings ORDER BY 1",
    "jobs": "SELECT kind, state FROM {schema}.outbox ORDER BY 1",
    "merges": "SELECT table_name FROM {schema}.company_merge_rows ORDER BY 1",
    "components": "SELECT component FROM control.component_state WHERE tenant_id = %(id)s"
    " ORDER BY 1",
    "copies": "SELECT plugin, state FROM control.plugin_state WHERE tenant_id = %(id)s ORDER BY 1",
}


def catalogue(runtime: Runtime, city: Tenant) -> dict[str, Any]:
    schema = schema_of(city.id)
    with psycopg.connect(runtime.settings.database_url) as connection:
        found = {
            name: connection.execute(
                text.replace("{schema}", schema).encode(), {"schema": schema, "id": city.id}
            ).fetchall()
            for name, text in CATALOGUE.items()
        }
    return neutral(found, city.id)


def neutral(found: dict[str, Any], tenant_id: str) -> dict[str, Any]:
    """Return the same with the city's id, which roles and grants carry, made neutral."""
    return {
        name: [tuple(str(x).replace(tenant_id, "city") for x in row) for row in rows]
        for name, rows in found.items()
    }


def seen(runtime: Runtime, app: Any, city: Tenant) -> dict[str, Any]:
    """Return what people and programs see of a city."""
    here, host = runtime.registry.by_id(city.id), runtime.host
    return {
        "permissions": sorted(p.code for p in host.permissions(here)),
        "menus": [m.path for face in ("portal", "office", "admin") for m in host.menu(here, face)],
        "panels": [
            p.slug for place in ("COMPANY", "CASE", "VISIT") for p in host.panels(here, place)
        ],
        "merges": [m.name for m in host.merge_tables(here)],
        "paths": sorted(schema_for(app._app, host, here)["paths"]),
    }


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if "exports" not in p.parts}


def without_words_of_core(
    found: tuple[dict[str, Any], dict[str, Any]], required: set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Leave out settings of optional slices of core: a plugin's words for them are the city's."""
    people, tables = found
    kept = [row for row in tables["settings"] if row[0].split(".")[0] not in required]
    return people, tables | {"settings": kept}


# What says what happened stays (docs/decisions, 9).
RECORDS = {"plugin_log", "events", "hook_failures", "destructions", "access_log", "downloads"}


def speaks_of(runtime: Runtime, city: Tenant, slug: str) -> dict[str, int]:
    """Return every table of the city in which a row mentions the plugin, and how many do."""
    schema = schema_of(city.id)
    with psycopg.connect(runtime.settings.database_url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (schema,)
        ).fetchall()
        counts = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, count(*) FROM {} AS x WHERE strpos(x::text, {}) > 0").format(
                sql.Literal(name), sql.Identifier(schema, name), sql.Literal(slug)
            )
            for (name,) in names
        )
        return {name: n for name, n in connection.execute(counts).fetchall() if n}


async def leave_traces(runtime: Runtime, city: Tenant, plugin: LoadedPlugin) -> Officer:
    """Let the plugin have left something wherever core lets it; return whose rights it touched."""
    slug, slices = plugin.slug, plugin.slices
    officer = await People(runtime, city).officer(STAFF)
    async with runtime.work.open(runtime.registry.by_id(city.id)) as ctx:
        key = f"{slug}.left_behind"
        await set_setting(ctx, key, value=next(_numbers))
        row = {"group_slug": slug, "key": key, "old": None, "new": 1}
        await ctx.db.run(
            ADD_HISTORY, **row, id=uuid7(), change_id=uuid7(), changed_at=now(), changed_by=None
        )
        for job in (j for s in slices for j in s.jobs):
            await outbox.put(ctx, job.kind, uuid7())
        other = {(STAFF, p.code): STAFF not in p.roles for s in slices for p in s.permissions}
        await rights.save(ctx, other, (await rights.matrix(ctx)).version)
        for rule in (r for s in slices for r in s.retention):
            await ctx.db.run(
                ADD_HOLD,
                id=uuid7(),
                subject_kind=rule.subject,
                record_id=uuid7(),
                label=slug,
                reason="소송",
                held_at=now(),
                held_by=None,
                row_version=1,
            )
    return officer


async def test_nothing_is_left_of_any(runtime: Runtime, app: Any, make_city):
    """One after the other in one city, beside a city that never had them."""
    loaded = runtime.host.plugins
    required = {name for slug in INSTALLED for name in loaded[slug].manifest.requires}
    never, had = await make_city(kept=True), await make_city(kept=True)
    for name in required:
        for city in (never, had):
            await activation.enable(runtime, city, name)
    clean = seen(runtime, app, never), catalogue(runtime, never)
    web = Web(app, had.hosts[0], People(runtime, had))
    for slug in INSTALLED:
        officer, given = await lived_and_purged(runtime, web, had, slug)
        left = seen(runtime, app, had), catalogue(runtime, had)
        assert without_words_of_core(left, required) == without_words_of_core(clean, required)
        await activation.enable(runtime, had, slug)  # it begins anew, with no right from before
        assert runtime.host.is_active(runtime.registry.by_id(had.id), slug)
        assert await held_of(web, officer, runtime.host.plugins[slug]) == given
        await activation.disable(runtime, had, slug)
        await activation.purge(runtime, had, slug)
    await web.close()


async def held_of(web: Web, officer: Officer, plugin: LoadedPlugin) -> set[str]:
    """Return which of the plugin's permissions the officer holds."""
    mine = (await web.api(officer).get("/api/v1/people/me")).json()["permissions"]
    return {code for code in mine if code.startswith(f"{plugin.slug}.")}


async def lived_and_purged(
    runtime: Runtime, web: Web, had: Tenant, slug: str
) -> tuple[Officer, set[str]]:
    """Let a plugin live and go; return an officer, and what her role holds by what it declares."""
    plugin, before = runtime.host.plugins[slug], files(runtime.settings.data_path)
    words = speaks_of(runtime, had, slug).keys()
    await activation.enable(runtime, had, slug)
    officer = await leave_traces(runtime, had, plugin)
    declared = [p for s in plugin.slices for p in s.permissions]
    given = {p.code for p in declared if STAFF in p.roles}
    assert await held_of(web, officer, plugin) == {p.code for p in declared} - given
    touched = speaks_of(runtime, had, slug).keys() - words
    assert {"settings", "settings_history", "plugin_states"} <= touched
    for name, there in (
        ("outbox", any(s.jobs for s in plugin.slices)),
        ("role_rights", declared),
        ("retention_holds", any(s.retention for s in plugin.slices)),
    ):
        assert (name in touched) is bool(there), name
    await activation.disable(runtime, had, slug)
    await activation.purge(runtime, had, slug)
    assert speaks_of(runtime, had, slug).keys() - words - RECORDS == set()
    assert files(runtime.settings.data_path) == before
    assert len(list(activation.export_folder(runtime, had).glob(f"{slug}-*.zip"))) == 1
    return officer, given
