"""The OpenAPI document of one city: API paths of core and of its active plugins."""

from typing import Any

from litestar import Litestar

from sinmungo.host.host import Host
from sinmungo_tenants import Tenant

PREFIX = "/api/v1/"


def schema_for(app: Litestar, host: Host, city: Tenant) -> dict[str, Any]:
    """Return the document with only what answers in this city, and only the parts it uses."""
    whole = app.openapi_schema.to_schema()
    paths = {p: item for p, item in whole["paths"].items() if _answers(p, host, city)}
    known = whole.get("components", {}).get("schemas", {})
    used: dict[str, Any] = {}
    _collect(paths, known, used)
    components: dict[str, Any] = {
        "schemas": used,
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    }
    return whole | {"paths": paths, "components": components, "security": [{"bearer": []}]}


def _answers(path: str, host: Host, city: Tenant) -> bool:
    if not path.startswith(PREFIX):
        return False
    first = path.removeprefix(PREFIX).split("/")[0]
    return first not in host.plugins or host.is_active(city, first)


def _collect(node: Any, known: dict[str, Any], used: dict[str, Any]) -> None:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            _keep(reference.rsplit("/", 1)[-1], known, used)
        for value in node.values():
            _collect(value, known, used)
    elif isinstance(node, list):
        for value in node:
            _collect(value, known, used)


def _keep(name: str, known: dict[str, Any], used: dict[str, Any]) -> None:
    if name not in used and name in known:
        used[name] = known[name]
        _collect(known[name], known, used)
