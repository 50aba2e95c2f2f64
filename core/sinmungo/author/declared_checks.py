"""What a loaded plugin declares: its words, its permissions, its events and its tables."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar
from litestar.di import Provide
from sqlalchemy import LargeBinary, Table, Text

from sinmungo.author.findings import Finding, Place, Sources
from sinmungo.author.promise_checks import hook_findings, setting_findings
from sinmungo.host.checks import PUBLIC
from sinmungo.host.host import Host, LoadedPlugin
from sinmungo.host.mounting import FACES, controllers
from sinmungo.host.types import Event, LoadedSlice, Slice
from sinmungo.people.models import ROLES
from sinmungo.testing.sweep import Route, routes
from sinmungo.web.guide import dead_links, plugin_folder, plugin_screens, read_page

_HANGUL = re.compile("[가-힣]")
_PERSONAL = re.compile(
    r"(^|_)(person|contact|officer|owner|representative|citizen)?_?"
    r"(name|phone|mobile|tel|email|mail|address|birth|resident_no)$"
)
_PERSONAL_COLUMN = re.compile(r"(^|_)(phone|mobile|email|birth|resident|person_name)(_|$)")
_NO_ID = ("DESK",)


def declared_findings(host: Host, plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    """Yield every mistake in what the plugin declares."""
    yield from _manifest(plugin, sources)
    yield from setting_findings(plugin, sources)
    yield from hook_findings(plugin, sources)
    yield from _permissions(host, plugin, _laid(plugin), sources)
    for item in plugin.slices:
        yield from _words(item, sources)
        yield from _paths(LoadedSlice(item, plugin.slug), sources)
    yield from _events(plugin, sources)
    yield from _tables(plugin, sources)
    yield from _guide(host, plugin, sources)


def _guide(host: Host, plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    """Yield each slice with screens that no page of the guide speaks of, and links to nowhere."""
    known = plugin_screens(host)
    for item in plugin.slices:
        found = known.get(LoadedSlice(item, plugin.slug).mount)
        if found is None and (item.portal or item.office or item.admin):
            yield Finding(
                "guide",
                sources.saying(item.title),
                f"the screens of {item.slug!r} have no page of the guide",
                f'write guide/{item.slug}.md, and guide=Path(__file__).parent / "guide"',
                "warning",
            )
    home = plugin_folder(host, plugin.slug)
    for file in sorted(home.glob("*.md")) if home else ():
        page = read_page(file.stem, plugin.slug, home)
        place = Place(sources.project.shown(file), 1)
        if page is None or not _HANGUL.search(page.title):
            yield Finding("guide", place, "the page has no Korean title", "begin with # 제목")
        for target in dead_links(page, plugin.slug, home) if page else ():
            what = f"the page leads to {target}, which is not there"
            yield Finding("guide", place, what, "mend the link")


def _korean(text: str, of: str, sources: Sources) -> Iterator[Finding]:
    if not _HANGUL.search(text):
        yield Finding(
            "korean",
            sources.saying(text),
            f"{of} {text!r} is not Korean",
            "say it in the officers' language",
        )


def _manifest(plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    manifest = plugin.manifest
    yield from _korean(manifest.title, "the title", sources)
    if "<" not in manifest.requires_sdk and "=" not in manifest.requires_sdk.lstrip(">"):
        yield Finding(
            "sdk",
            sources.saying(manifest.requires_sdk),
            f"requires_sdk {manifest.requires_sdk!r} has no upper end",
            'name the next major version as the end: ">=1.0,<2"',
        )
    if manifest.version != sources.project.version:
        yield Finding(
            "version",
            sources.saying(manifest.version),
            f"the manifest says {manifest.version}, the package is {sources.project.version}",
            "give both the same version",
            "warning",
        )


def _laid(plugin: LoadedPlugin) -> list[Route]:
    """Return the plugin's routes without the house around them."""
    own = controllers(LoadedSlice(s, plugin.slug) for s in plugin.slices)
    ctx = {"ctx": Provide(_no_ctx)}
    return routes(Litestar(own, dependencies=ctx, openapi_config=None, logging_config=None))


async def _no_ctx() -> None:
    """Stand in for the unit of work: nothing is called here."""


def _permissions(
    host: Host, plugin: LoadedPlugin, routes: list[Route], sources: Sources
) -> Iterator[Finding]:
    own = {p.code: p for s in plugin.slices for p in s.permissions}
    known = {p.code for s in host.slices for p in s.slice.permissions} | {PUBLIC}
    used = {r.permission for r in routes}
    used |= {m.permission for s in plugin.slices for m in s.menu}
    used |= {p.permission for s in plugin.slices for p in s.panels}
    for code, permission in own.items():
        yield from _korean(permission.title, "the permission", sources)
        for role in permission.roles:
            if role not in ROLES:
                yield Finding(
                    "permission",
                    sources.saying(role),
                    f"{code} names the role {role!r}, which does not exist",
                    f"one of {', '.join(ROLES)}",
                )
        if code not in used and not _asked(code, sources):
            yield Finding(
                "permission",
                sources.saying(code),
                f"{code} opens nothing",
                "use it in a handler, or take it away",
                "warning",
            )
    for route in routes:
        if route.permission not in known:
            yield Finding(
                "permission",
                sources.of(route.handler.fn),
                f"{route.method} {route.path} needs {route.permission!r}, which nobody can have",
                "declare it in the slice's permissions",
            )


def _asked(code: str, sources: Sources) -> bool:
    """Whether the code asks for a permission by itself: `ctx.me.may(…)`."""
    return any(".may(" in s.text for s in sources) and sources.saying(code) != sources.start


def _words(item: Slice, sources: Sources) -> Iterator[Finding]:
    yield from _korean(item.title, "the slice", sources)
    for line in item.menu:
        yield from _korean(line.title, "the menu line", sources)
        yield from _korean(line.group, "the menu group", sources)
    for panel in item.panels:
        yield from _korean(panel.title, "the panel", sources)
    for check in item.checks:
        yield from _korean(check.title, "the check", sources)
    for group in item.settings:
        yield from _korean(group.title, "the group of settings", sources)
    for table in item.merges:
        yield from _korean(table.title, "what merges calls the rows", sources)
    for rule in item.retention:
        yield from _korean(rule.title, "what is destroyed", sources)
    for report in item.reports:
        yield from _korean(report.title, "the report", sources)
        parts: tuple[Any, ...] = (*report.dimensions, *report.measures, *report.columns)
        for part in parts:
            yield from _korean(part.title, f"a column of {report.slug}", sources)


def _paths(loaded: LoadedSlice, sources: Sources) -> Iterator[Finding]:
    prefixes = dict(FACES)
    for line in loaded.slice.menu:
        if not line.path.startswith(prefixes[line.face] + loaded.mount):
            yield Finding(
                "path",
                sources.saying(line.path),
                f"the menu line {line.title!r} leads to {line.path}, outside the slice",
                f"begin with {prefixes[line.face]}{loaded.mount}",
            )
    for panel in loaded.slice.panels:
        if panel.place not in _NO_ID and "{id}" not in panel.path:
            yield Finding(
                "path",
                sources.saying(panel.path),
                f"the panel {panel.slug!r} does not say which record it is about",
                "put {id} where the record's id goes",
            )


def _events(plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    listed = {e for s in plugin.slices for e in s.events}
    for event in _defined(Event, sources.project.package.name):
        place = sources.of(event)
        if event not in listed:
            yield Finding(
                "event",
                place,
                f"{event.__name__} is in no slice's events",
                "list it, or the history cannot name it",
            )
        if not _HANGUL.search(event.title):
            yield Finding("korean", place, f"{event.__name__} has no Korean title", "set title")
        for field in msgspec.structs.fields(event):
            if field.type in {str, str | None} and _PERSONAL.search(field.name):
                yield Finding(
                    "personal",
                    place,
                    f"{event.__name__}.{field.name} looks like a personal value",
                    "events hold ids and codes: keep the value in a sealed column",
                )


def _defined(base: type[Event], package: str) -> Iterator[type[Event]]:
    for kind in base.__subclasses__():
        if kind.__module__.split(".")[0] == package and "kind" in vars(kind):
            yield kind
        yield from _defined(kind, package)


def _tables(plugin: LoadedPlugin, sources: Sources) -> Iterator[Finding]:
    component = plugin.manifest.component
    if component is None:
        return
    merged = {m.name for s in plugin.slices for m in s.merges}
    for table in component.metadata.tables.values():
        place = sources.table(table.name)
        for what, remedy in _of_table(table, component.append_only, merged):
            yield Finding("table", place, f"{table.name}: {what}", remedy)
        if "row_version" not in table.c and table.name not in component.append_only:
            yield Finding(
                "table",
                place,
                f"{table.name} has no row_version",
                "add row_version() if officers edit its rows; a log belongs into append_only",
                "warning",
            )
    for table in (t for s in plugin.slices for t in s.copied):
        for column in (c.name for c in table.c if c.name.endswith(_SEALED)):
            what = f"{table.name} is taken over by new cities and holds a person: {column}"
            remedy = "copy reference rows alone"
            yield Finding("copied", sources.table(table.name), what, remedy)
    for name in set(component.append_only) - set(component.metadata.tables):
        yield Finding("table", sources.saying(name), f"append_only names {name}", "name a table")


def _of_table(
    table: Table, append_only: tuple[str, ...], merged: set[str]
) -> Iterator[tuple[str, str]]:
    own = table.metadata.tables.values()
    if not table.primary_key.columns:
        yield "has no primary key", "add pk()"
    for key in table.foreign_keys:
        if key.column.table not in own:
            yield f"points at {key.column.table.name}", "keep core's ids as plain values"
    for column in table.c:
        if column.server_default is not None or column.identity is not None:
            yield f"{column.name} is filled by the database", "make the value in Python"
        plain = isinstance(column.type, Text) and not column.name.endswith("_mask")
        if plain and _PERSONAL_COLUMN.search(column.name):
            yield f"{column.name} looks like a personal value", "use *sealed(…) columns"
        if isinstance(column.type, LargeBinary) and not column.name.endswith(_SEALED):
            yield f"{column.name} keeps a file in the table", "files are core's"
    has_company = "company_id" in table.c and table.name not in append_only
    if has_company and f"{table.name}.company_id" not in merged:
        yield "its rows would stay behind when companies merge", "list it in the slice's merges"


_SEALED = ("_sealed", "_hash", "_tail")
