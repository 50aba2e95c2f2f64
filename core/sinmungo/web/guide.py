"""The officers' guide, opened from each screen at the place that speaks of it.

Core's pages are docs/ko; a plugin brings its own in the folder that its manifest names.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from sinmungo.host.host import Host
from sinmungo.host.types import LoadedSlice

INDEX = "index"
_PACKAGED = Path(__file__).parents[1] / "guide"
_SOURCE = Path(__file__).parents[3] / "docs" / "ko"
_NAME = re.compile(r"[a-z0-9_-]{1,40}")
_LEADS = re.compile(r'(?:href|src)="/help/([^"#]+)')
_PICTURE = re.compile(r"[a-z0-9-]{1,60}\.png")

# Where a screen's "도움말" leads: the longest prefix of the path that is listed here. A prefix that
# ends with a slash means only what lies below it.
PAGES = {
    "/": "portal",
    "/office": "index",
    "/office/cases": "desk",
    "/office/cases/": "cases",
    "/office/cases/ledgers": "ledgers",
    "/office/cases/proposals": "ledgers",
    "/office/cases/search": "desk",
    "/office/cases/new": "intake",
    "/office/cases/submissions": "intake",
    "/office/agencies": "agencies",
    "/office/companies": "companies",
    "/office/bookings": "bookings",
    "/office/experts": "experts",
    "/office/reporting": "reports",
    "/office/surveys": "surveys",
    "/office/visits": "visits",
    "/office/people": "sign-in",
    "/admin": "admin",
    "/admin/people": "admin",
    "/admin/experts": "experts",
    "/admin/plugins": "plugins",
    "/admin/cases": "settings",
    "/admin/imports": "imports",
    "/admin/forms": "forms",
    "/admin/opening": "opening",
    "/admin/bookings": "bookings",
    "/admin/companies": "settings",
    "/admin/retention": "retention",
    "/admin/settings": "settings-all",
    "/platform": "operator",
}


class GuidePage(msgspec.Struct):
    """A page of the guide, rendered."""

    name: str
    title: str
    html: str
    href: str


def folder() -> Path:
    """Return where the guide lies: inside the wheel, or beside the source."""
    return _PACKAGED if _PACKAGED.is_dir() else _SOURCE


def help_for(path: str, plugins: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the address of the guide's page about a screen; `plugins` are `plugin_screens`."""
    return "/help/" + page_for(path, plugins)[1]


def page_for(path: str, plugins: Mapping[str, str] = MappingProxyType({})) -> tuple[str, str]:
    """Return the prefix of a screen's path that has a page, and the page's name."""
    known = {**PAGES, **plugins}
    fitting = [p for p in known if path == p or path.startswith(p.rstrip("/") + "/")]
    found = max(fitting, key=len, default="/")
    return found, known[found]


def plugin_screens(host: Host) -> dict[str, str]:
    """Return where the screens of plugins lead: the prefix of their paths → plugin and page."""
    found: dict[str, str] = {}
    for loaded in host.slices:
        name = _page_of(host, loaded)
        if name:
            places = (f"{face}{loaded.mount}" for face in ("/office", "/admin", ""))
            found |= dict.fromkeys(places, f"{loaded.plugin}/{name}")
    return found


def _page_of(host: Host, loaded: LoadedSlice) -> str:
    """Return the name of the page about a plugin's slice, or nothing."""
    home = plugin_folder(host, loaded.plugin or "")
    names = (loaded.slice.slug, INDEX) if home else ()
    return next((n for n in names if home and (home / f"{n}.md").is_file()), "")


def plugin_folder(host: Host, slug: str) -> Path | None:
    """Return where the guide of a plugin lies, or None."""
    plugin = host.plugins.get(slug)
    return plugin.manifest.guide if plugin else None


def plugin_pages(host: Host, active: Collection[str]) -> list[GuidePage]:
    """Return a page per slice of these plugins, in the order of the slices."""
    names = dict.fromkeys(
        (loaded.plugin, _page_of(host, loaded)) for loaded in host.slices if loaded.plugin in active
    )
    pages = (
        read_page(name, slug, plugin_folder(host, slug)) for slug, name in names if slug and name
    )
    return [p for p in pages if p is not None]


@lru_cache(maxsize=64)
def read_page(name: str, plugin: str = "", home: Path | None = None) -> GuidePage | None:
    """Return a page of the guide by its name, or None; of a plugin it lies in `home`."""
    file = (home or folder()) / f"{name}.md"
    if not _NAME.fullmatch(name) or not file.is_file():
        return None
    source = file.read_text("utf-8")
    title = next((t[2:].strip() for t in source.splitlines() if t.startswith("# ")), name)
    from markdown_it import MarkdownIt  # slow to load, and only the first page asked for needs it

    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(source)
    own = f"/help/{plugin}/" if plugin else "/help/"
    html = re.sub(r'href="([a-z0-9_-]+)\.md(#[^"]*)?"', rf'href="{own}\1\2"', html)
    html = html.replace('src="img/', f'src="{own}img/')
    return GuidePage(name, title, html, f"{own}{name}")


def dead_links(page: GuidePage, plugin: str = "", home: Path | None = None) -> list[str]:
    """Return the addresses of the guide to which a page leads and where nothing is."""
    return [t for t in _LEADS.findall(page.html) if not _is_there(t, plugin, home)]


def _is_there(target: str, plugin: str, home: Path | None) -> bool:
    of_core = target.count("/") == target.startswith("img/")
    name = target if of_core else target.removeprefix(f"{plugin}/")
    where = None if of_core else home
    if name.startswith("img/"):
        return picture(name.removeprefix("img/"), where) is not None
    return read_page(name, "" if of_core else plugin, where) is not None


def picture(name: str, home: Path | None = None) -> Path | None:
    """Return a picture of the guide, or None; of a plugin it lies in `home`/img."""
    file = (home or folder()) / "img" / name
    return file if _PICTURE.fullmatch(name) and file.is_file() else None
