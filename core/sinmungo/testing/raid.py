"""Tries every route with records that are not the sender's, in earnest: with readable bodies.

A request here passes the shape of the body, the version and the CSRF check, so that what stops it
is the wall and nothing before it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from sinmungo.testing.prey import Places, Prey, fillings, uuid_params
from sinmungo.testing.samples import body_of, query_of
from sinmungo.testing.sweep import SERVER_ERROR, SIGN_IN, UNREADABLE, Leak, Route, turned_away

type Words = Mapping[str, Mapping[str, Any]]
type Key = tuple[str, str]
type Fill = Callable[[Route], list[dict[str, object]]]

_CSRF = "sinmungo_csrf"
UNAUTHORIZED = 401
_WORDS = {
    "row_version": "1",
    "keep_version": "1",
    "drop_version": "1",
    "reason": "사유",
    "name": "가나다라",
    "title": "가나다라",
    "content": "가나다라마바사",
    "text": "가나다라마바사",
    "note": "가나다라",
    "phone": "02-700-0000",
    "day": "2026-11-20",
    "kind": "xlsx",
    "state": "DONE",
    "category": "FUNDS",
    "label": "가나다라",
    "confirmed": "1",
}


@dataclass(slots=True)
class Raid:
    """What came of it: `leaks` must be empty; `unread` were refused before anyone looked.

    `opened` were answered, as what has no id in its path may be; `signed_out` were sent away
    because nobody was signed in any more.
    """

    leaks: list[Leak] = field(default_factory=list)
    refused: set[Key] = field(default_factory=set)
    unread: set[Key] = field(default_factory=set)
    opened: set[Key] = field(default_factory=set)
    signed_out: set[Key] = field(default_factory=set)
    sent: int = 0

    @property
    def never_looked(self) -> list[Key]:
        """Routes that always stumbled over the body: nothing is known of their wall."""
        return sorted(self.unread - self.refused)

    def with_(self, other: "Raid") -> "Raid":
        """Return both together."""
        return Raid(
            self.leaks + other.leaks,
            self.refused | other.refused,
            self.unread | other.unread,
            self.opened | other.opened,
            self.signed_out | other.signed_out,
            self.sent + other.sent,
        )


async def ready(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Give the client a CSRF token, as a person has who came from a page."""
    await client.get("/office/people/sign-in")
    return client


async def raid(
    client: httpx.AsyncClient,
    tried: Iterable[Route],
    theirs: Prey,
    *,
    words: Words | None = None,
    places: Places | None = None,
    refuse_all: bool = False,
    fill: Fill | None = None,
) -> Raid:
    """Try each route with the ids of `theirs`, or with what `fill` puts into its path.

    A route with an id in its path must refuse; with `refuse_all` every route must. One without may
    answer otherwise, but nothing of theirs; if its query takes ids, it is asked with and without.
    `words` are values for routes that read only certain ones, `places` such parts of the path.
    """
    done = Raid()
    for route in tried:
        for given in fill(route) if fill else fillings(route, theirs, places):
            address = route.at(given)
            for query in _queries(route, given, theirs):
                answer = await ask(client, route, address, theirs, query, words)
                done.sent += 1
                _judge(done, route, answer, theirs, f"{address} {query}", refuse_all=refuse_all)
    return done


def _queries(route: Route, given: Mapping[str, object], theirs: Prey) -> list[dict[str, str]]:
    query = query_of(route.handler, given, theirs.one) if route.method == "GET" else {}
    return [query, {}] if query and not uuid_params(route) else [query]


async def ask(
    client: httpx.AsyncClient,
    route: Route,
    address: str,
    theirs: Prey,
    query: Mapping[str, str] | None = None,
    words: Words | None = None,
) -> httpx.Response:
    """Send one request that can be read."""
    told = {
        k: v
        for end, known in (words or {}).items()
        if route.path.endswith(end)
        for k, v in known.items()
    }
    headers = {"if-match": '"1"', "x-csrftoken": _token(client)}
    options: dict[str, Any] = {"params": dict(query or {})}
    if route.method != "GET" and route.is_api:
        options["json"] = _merged(body_of(route.handler, theirs.one), told)
    elif route.method != "GET":
        options["data"] = {**_form(route, theirs), **told}
    answer = await client.request(route.method, address, headers=headers, **options)
    if route.method == "GET" and answer.is_redirect and SIGN_IN not in answer.headers["location"]:
        return await client.get(answer.headers["location"])  # an act's address leads to its page
    return answer


def _merged(body: Any, told: Mapping[str, Any]) -> Any:
    return {**(body or {}), **told} if isinstance(body, dict | None) else body


def _token(client: httpx.AsyncClient) -> str:
    return next((c.value or "" for c in client.cookies.jar if c.name.endswith(_CSRF)), "")


def _form(route: Route, theirs: Prey) -> dict[str, str]:
    """Return a generous form: words, and their ids wherever a form of the house takes one."""
    ids = {f"{t}_id": t for t in ("company", "case", "unit", "officer", "expert", "agency", "room")}
    named = {name: str(theirs.one(name)) for name in ids}
    places = {p.name: str(theirs.one(p.name)) for p in uuid_params(route)}
    return {**_WORDS, **named, **places, "other": str(theirs.one("company_id"))}


def _judge(
    done: Raid,
    route: Route,
    answer: httpx.Response,
    theirs: Prey,
    sent: str,
    *,
    refuse_all: bool,
) -> None:
    status, key = answer.status_code, (route.method, route.path)
    why = ""
    if _is_signed_out(answer):
        done.signed_out.add(key)
    told = theirs.seen_in(answer, sent + str(answer.request.content))
    if told:
        why = f"the answer holds {told}"
    elif status >= SERVER_ERROR:
        why = "it failed"
    elif turned_away(answer):
        done.refused.add(key)
    elif not (refuse_all or uuid_params(route)):
        (done.opened if answer.is_success or answer.is_redirect else done.unread).add(key)
    elif status in UNREADABLE and route.method != "GET":
        done.unread.add(key)
    else:
        why = "it was answered"
    if why:
        done.leaks.append(Leak(route, sent, status, why))


def _is_signed_out(answer: httpx.Response) -> bool:
    return answer.status_code == UNAUTHORIZED or SIGN_IN in answer.headers.get("location", "")
