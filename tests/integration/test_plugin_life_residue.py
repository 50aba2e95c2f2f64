"""After a purge a city is like one that never had it; tried with every plugin installed."""

import itertools
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sinmungo.app import Runtime
from sinmungo.clock import uuid7
from sinmungo.host import activation
from sinmungo.host.city_settings import set_setting
from sinmungo.host.loader import discover, load
from sinmungo.jobs import outbox
from sinmungo.openapi import schema_for
from sinmungo.slices import CORE_SLICES
from sinmungo_tenants import Tenant
from sinmungo_tenants.names import schema_of

INSTALLED = sorted(e.name for e in discover())
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
    now, host = runtime.registry.by_id(city.id), runtime.host
    return {
        "permissions": sorted(p.code for p in host.permissions(now)),
        "menus": [m.path for face in ("portal", "office", "admin") for m in host.menu(now, face)],
        "panels": [
            p.slug for place in ("COMPANY", "CASE", "VISIT") for p in host.panels(now, place)
        ],
        "merges": [m.name for m in host.merge_tables(now)],
        "paths": sorted(schema_for(app._app, host, now)["paths"]),
    }


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if "exports" not in p.parts}


def without_words_of_core(found: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    """Leave out settings of optional slices of core: a plugin's words for them are the city's."""
    kept = [row for row in found["settings"] if row[0].split(".")[0] not in required]
    return found | {"settings": kept}


@pytest.mark.parametrize("slug", INSTALLED)
async def test_nothing_is_left_of_it(runtime: Runtime, app: Any, make_city, slug: str):
    required = load(CORE_SLICES).plugins[slug].manifest.requires
    never, had = await make_city(kept=True), await make_city(kept=True)
    for name in required:
        for city in (never, had):
            await activation.enable(runtime, city, name)
    before = files(runtime.settings.data_path)
    plugin = runtime.host.plugins[slug]

    await activation.enable(runtime, had, slug)
    async with runtime.work.open(runtime.registry.by_id(had.id)) as ctx:
        await set_setting(ctx, f"{slug}.left_behind", value=next(_numbers))
        for job in (j for s in plugin.slices for j in s.jobs):
            await outbox.put(ctx, job.kind, uuid7())
    assert catalogue(runtime, had) != catalogue(runtime, never)
    await activation.disable(runtime, had, slug)
    await activation.purge(runtime, had, slug)

    assert seen(runtime, app, had) == seen(runtime, app, never)
    left = without_words_of_core(catalogue(runtime, had), required)
    assert left == without_words_of_core(catalogue(runtime, never), required)
    assert files(runtime.settings.data_path) == before
    folder = activation.export_folder(runtime, had)
    assert len(list(folder.glob(f"{slug}-*.zip"))) == 1

    await activation.enable(runtime, had, slug)
    assert runtime.host.is_active(runtime.registry.by_id(had.id), slug)
