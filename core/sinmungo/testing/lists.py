"""Lists on screens, and the files they offer: whatever a desk shows, an officer may take away."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin

import httpx

from sinmungo.testing.prey import Places, Prey, fillings
from sinmungo.testing.sweep import Route

_TABLE = re.compile(r'<table class="grid-table.*?</table>', re.DOTALL)
_LINE = re.compile(r"<tbody>.*?<tr\b", re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"[^>]*>([^<]*(?:내려받|엑셀|CSV)[^<]*)<')
_BUTTON = re.compile(r'<form\b[^>]*method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
_OFFER = re.compile(r"<button[^>]*>[^<]*내려받기")
_HIDDEN = re.compile(r'name="([^"]+)" value="([^"]*)"')
_FORM = re.compile(r'name="kind"[^>]* value="xlsx"|value="xlsx"[^>]* name="kind"')
_BOOK = "spreadsheetml"
_PAGE = "text/html"

type Way = tuple[str, dict[str, str] | None]


@dataclass(slots=True)
class Lists:
    """Pages by what was found on them: `kept_back` show lines of a table and offer no file."""

    offered: set[str] = field(default_factory=set)
    kept_back: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


async def lists(
    client: httpx.AsyncClient, pages: Iterable[Route], prey: Prey, places: Places
) -> Lists:
    """Open each page as it stands and follow the way to its file, if it names one."""
    found = Lists()
    for route in pages:
        for given in fillings(route, prey, places):
            await _look(client, route, route.at(given), found)
    return found


async def _look(client: httpx.AsyncClient, route: Route, address: str, found: Lists) -> None:
    answer = await client.get(address, follow_redirects=True)
    if not answer.is_success or _PAGE not in answer.headers["content-type"]:
        return
    tables = _TABLE.findall(answer.text)
    ways, asks = ways_of(answer), _FORM.search(answer.text)
    if ways or asks:
        found.offered.add(route.path)
        tried = [] if asks else ways[:1]
        found.broken += [str(way) for way in tried if not await _is_file(client, *way)]
    elif any(_LINE.search(table) for table in tables):
        found.kept_back.add(route.path)
    elif tables or 'class="empty"' in answer.text:
        found.empty.add(route.path)


def ways_of(answer: httpx.Response) -> list[Way]:
    """Return the ways from a page to its file, or to the page that asks why first."""
    here, text = str(answer.url), answer.text
    links = [(urljoin(here, unescape(link)), None) for link, _ in _LINK.findall(text)]
    forms = [
        (urljoin(here, address), {k: unescape(v) for k, v in _HIDDEN.findall(inside)})
        for address, inside in _BUTTON.findall(text)
        if _OFFER.search(inside)
    ]
    return [*links, *forms]


async def _is_file(client: httpx.AsyncClient, address: str, form: dict[str, str] | None) -> bool:
    method = "GET" if form is None else "POST"
    answer = await client.request(method, address, data=form)
    kind = answer.headers.get("content-type", "")
    return answer.is_success and (_BOOK in kind or "csv" in kind or bool(_FORM.search(answer.text)))
