"""The officers' guide (docs/ko), opened from each screen at the place that speaks of it."""

import re
from functools import lru_cache
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt

_PACKAGED = Path(__file__).parents[1] / "guide"
_SOURCE = Path(__file__).parents[3] / "docs" / "ko"
_NAME = re.compile(r"[a-z0-9-]{1,40}")
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
    "/office/visits": "visits",
    "/office/people": "sign-in",
    "/admin": "admin",
    "/admin/experts": "experts",
    "/admin/plugins": "plugins",
    "/admin/cases": "settings",
    "/admin/imports": "imports",
    "/admin/forms": "forms",
    "/admin/opening": "opening",
    "/admin/bookings": "bookings",
    "/admin/companies": "settings",
    "/admin/settings": "settings-all",
    "/platform": "operator",
}


class GuidePage(msgspec.Struct):
    """A page of the guide, rendered."""

    name: str
    title: str
    html: str


def folder() -> Path:
    """Return where the guide lies: inside the wheel, or beside the source."""
    return _PACKAGED if _PACKAGED.is_dir() else _SOURCE


def help_for(path: str) -> str:
    """Return the address of the guide's page about a screen."""
    fitting = [p for p in PAGES if path == p or path.startswith(p.rstrip("/") + "/")]
    return "/help/" + PAGES[max(fitting, key=len, default="/")]


@lru_cache(maxsize=64)
def read_page(name: str) -> GuidePage | None:
    """Return a page of the guide by its name, or None."""
    file = folder() / f"{name}.md"
    if not _NAME.fullmatch(name) or not file.is_file():
        return None
    source = file.read_text("utf-8")
    title = next((t[2:].strip() for t in source.splitlines() if t.startswith("# ")), name)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(source)
    html = re.sub(r'href="([a-z0-9-]+)\.md(#[^"]*)?"', r'href="/help/\1\2"', html)
    return GuidePage(name, title, html.replace('src="img/', 'src="/help/img/'))


def picture(name: str) -> Path | None:
    """Return a picture of the guide, or None."""
    file = folder() / "img" / name
    return file if _PICTURE.fullmatch(name) and file.is_file() else None
