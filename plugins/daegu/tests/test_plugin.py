"""As a plugin: off without a trace and back with its data; seeded when switched on later."""

import ast
from pathlib import Path

import sinmungo_daegu
from sinmungo.testing.people import People
from sinmungo.testing.web import Web

PACKAGE = Path(sinmungo_daegu.__file__).parent
API = "/api/v1/daegu/pool"
EXPERTS = "/api/v1/experts"


def test_imports_only_the_sdk():
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found |= {n for n in names if n and n.split(".")[0].startswith("sinmungo")}
    assert {n for n in found if n.split(".")[0] != "sinmungo_daegu"} == {"sinmungo.sdk"}


def test_tables_are_its_own():
    tables = sinmungo_daegu.MANIFEST.component.metadata.tables
    assert all(name.startswith("daegu_") for name in tables)
    targets = {k.column.table.name for t in tables.values() for k in t.foreign_keys}
    assert targets <= set(tables)


async def test_off_is_gone_and_back_with_its_data(web, people, api):
    expert = {
        "name": "김가온",
        "affiliation": "노무법인",
        "fields": ["LABOR"],
        "term_from": "2026-01-01",
        "term_to": "2027-12-31",
    }
    assert (await api.post(EXPERTS, json=expert)).status_code == 201
    admin = web.api(await people.officer("TENANT_ADMIN"))
    # What Daegu needs cannot be taken away beneath it.
    assert (await admin.post("/api/v1/plugins/experts/disable")).status_code == 409
    assert (await admin.post("/api/v1/plugins/daegu/disable")).status_code == 200
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert (await api.request(method, API)).status_code == 404
    assert "daegu" not in (await admin.get("/api/v1/openapi.json")).text
    assert (await admin.post("/api/v1/plugins/daegu/enable")).status_code == 200
    assert (await api.get(API)).json()["experts"] == 1


async def test_switched_on_later_it_has_its_name_and_rule(make_city, runtime, app):
    bare = await make_city()
    web = Web(app, bare.hosts[0], People(runtime, bare))
    admin = web.api(await web.people.officer("TENANT_ADMIN"))
    assert (await admin.get(API)).status_code == 404
    assert (await admin.post("/api/v1/plugins/daegu/enable")).status_code == 200
    assert len((await admin.get(f"{EXPERTS}/fields")).json()) == 12
    (rule,) = (await admin.get(f"{EXPERTS}/rules")).json()
    assert rule["hourly"] == 150_000
    await web.close()
