"""As a plugin: off without a trace and back with its data."""

import ast
from pathlib import Path

import sinmungo_gimhae

PACKAGE = Path(sinmungo_gimhae.__file__).parent
API = "/api/v1/gimhae/rooms"


def test_imports_only_the_sdk():
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found |= {n for n in names if n and n.split(".")[0].startswith("sinmungo")}
    assert {n for n in found if n.split(".")[0] != "sinmungo_gimhae"} == {"sinmungo.sdk"}


def test_tables_are_its_own():
    tables = sinmungo_gimhae.MANIFEST.component.metadata.tables
    assert all(name.startswith("gimhae_") for name in tables)
    targets = {k.column.table.name for t in tables.values() for k in t.foreign_keys}
    assert targets <= set(tables)


async def test_off_is_gone_and_back_with_its_data(web, people, api):
    room = {
        "name": "상담실",
        "floor": "1층",
        "seats": 4,
        "open_days": "1",
        "opens": "09:00:00",
        "closes": "18:00:00",
    }
    assert (await api.post(API, json=room)).status_code == 201
    admin = web.api(await people.officer("TENANT_ADMIN"))
    assert (await admin.post("/api/v1/plugins/gimhae/disable")).status_code == 200
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert (await api.request(method, API)).status_code == 404
    assert "gimhae" not in (await admin.get("/api/v1/openapi.json")).text
    assert (await admin.post("/api/v1/plugins/gimhae/enable")).status_code == 200
    assert len((await api.get(API)).json()["items"]) == 1
