"""The hot requests, as one city's officers send them."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from benchmarks.fill import CONTENT
from benchmarks.load import NONCE
from benchmarks.product import Call
from benchmarks.world import Town

COOKIE = "sinmungo"
KEY = "idempotency-key"


class Route(msgspec.Struct, frozen=True):
    """A hot request: how to make it for a city and its n-th record, and the status it answers."""

    name: str
    make: Callable[[Town, int], Call]
    expected: int = 200

    def calls(self, towns: list[Town]) -> list[Call]:
        """Return requests of every city, for as many records as are opened."""
        each = len(towns[0].case_ids)
        return [self.make(town, number) for town in towns for number in range(each)]


def _list(town: Town, _: int) -> Call:
    headers = {"authorization": f"Bearer {town.lead.token}"}
    return Call(host=town.host, method="GET", path="/api/v1/cases", headers=headers)


def case_of(town: Town, number: int) -> UUID:
    """Return the record that the n-th request opens."""
    return town.case_ids[number % len(town.case_ids)]


def _get(town: Town, number: int) -> Call:
    headers = {"authorization": f"Bearer {town.lead.token}"}
    path = f"/api/v1/cases/{case_of(town, number)}"
    return Call(host=town.host, method="GET", path=path, headers=headers)


def _create(town: Town, number: int) -> Call:
    company = town.company_ids[number % len(town.company_ids)]
    body = {
        "company_id": company,
        "channel": "HOTLINE",
        "caller": "박민수",
        "phone": "02-700-1000",
        "rows": [{"category": "REGULATION", "content": CONTENT}],
    }
    headers = {
        "authorization": f"Bearer {town.intake.token}",
        "content-type": "application/json",
        KEY: NONCE.decode(),
    }
    raw = msgspec.json.encode(body)
    path = "/api/v1/cases"
    return Call(host=town.host, method="POST", path=path, headers=headers, body=raw)


def _page(town: Town, _: int) -> Call:
    headers = {"cookie": f"{COOKIE}={town.lead.session}"}
    return Call(host=town.host, method="GET", path="/office/cases", headers=headers)


def keyed(call: Call, word: str) -> Call:
    """Give a creation an Idempotency-Key of its own; other requests stay as they are."""
    if KEY not in call.headers:
        return call
    return msgspec.structs.replace(call, headers={**call.headers, KEY: word})


LIST = Route("list", _list)
GET = Route("get", _get)
CREATE = Route("create", _create, 201)
PAGE = Route("page", _page)
HOT = (LIST, GET, CREATE)
