"""As a plugin: what it requires comes with it, and it leaves no trace when it is off."""

import ast
from pathlib import Path
from typing import Any

import sinmungo_gimhae

PACKAGE = Path(sinmungo_gimhae.__file__).parent
API = "/api/v1/bookings/rooms"
ROOM = {
    "name": "상담실",
    "place": "1층",
    "seats": 4,
    "hours": [{"weekday": 1, "opens": "09:00:00", "closes": "18:00:00"}],
}


def test_imports_only_the_sdk():
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found |= {n for n in names if n and n.split(".")[0].startswith("sinmungo")}
    assert {n for n in found if n.split(".")[0] != "sinmungo_gimhae"} == {"sinmungo.sdk"}


def test_it_has_no_tables_of_its_own_any_more():
    assert not sinmungo_gimhae.MANIFEST.component.metadata.tables


async def test_bookings_come_with_it_and_stay_while_it_is_on(web: Any, people: Any, api: Any):
    assert (await api.post(API, json=ROOM)).status_code == 201
    admin = web.api(await people.officer("TENANT_ADMIN"))
    refused = await admin.post("/api/v1/plugins/bookings/disable")
    assert refused.status_code == 409
    assert (await admin.post("/api/v1/plugins/gimhae/disable")).status_code == 200
    assert (await admin.post("/api/v1/plugins/bookings/disable")).status_code == 200
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert (await api.request(method, API)).status_code == 404
    assert "bookings" not in (await admin.get("/api/v1/openapi.json")).text
    assert (await admin.post("/api/v1/plugins/gimhae/enable")).status_code == 200
    assert len((await api.get(API)).json()["items"]) == 1


async def test_its_page_of_the_guide_is_there_while_it_is_on(web: Any, people: Any):
    reader, page = web.anyone(), "/help/gimhae/rooms"
    found = await reader.get(page)
    assert (found.status_code, "상시상담실" in found.text) == (200, True)
    assert f'href="{page}"' in (await reader.get("/help/index")).text
    for wrong in ("/help/gimhae/nothing", "/help/nobody/rooms", "/help/gimhae/img/no.png"):
        assert (await reader.get(wrong)).status_code == 404
    admin = web.api(await people.officer("TENANT_ADMIN"))
    assert (await admin.post("/api/v1/plugins/gimhae/disable")).status_code == 200
    assert (await reader.get(page)).status_code == 404
    assert f'href="{page}"' not in (await reader.get("/help/index")).text
