"""How many statements the hot routes send, BEGIN and COMMIT aside: a slower way would show here.

The first request of a token adds up the officer's rights and the first of a process reads the
city's words; both are kept, so the request after it is what counts.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
import structlog.testing

from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web

CONTENT = "공장 앞 도로의 포장이 파손되었습니다."

type Send = Callable[[], Awaitable[httpx.Response]]


async def counted(send: Send, status: int) -> int:
    """Send a request twice and return what the second one's log line says."""
    first = await send()
    assert first.status_code == status, first.text
    with structlog.testing.capture_logs() as lines:
        second = await send()
    assert second.status_code == status, second.text
    found = [line["statements"] for line in lines if line["event"] == "request"]
    assert len(found) == 1
    return int(found[0])


@pytest.fixture
async def officer(people: People) -> Officer:
    return await people.officer("INTAKE_OFFICER", "LEAD_OFFICER")


def intake(**more: Any) -> dict[str, Any]:
    return {"rows": [{"category": "REGULATION", "content": CONTENT}], "channel": "HOTLINE", **more}


async def registered(api: httpx.AsyncClient) -> str:
    answer = await api.post("/api/v1/cases", json=intake(company_name="가람정밀"))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["items"][0]["id"])


async def test_a_list_is_identity_and_one_read(web: Web, officer: Officer):
    api = web.api(officer)
    await registered(api)
    for view in ("MINE", "UNIT", "TODAY", "LATE", "ALL"):
        path = f"/api/v1/cases?view={view}"
        assert await counted(lambda path=path: api.get(path), 200) <= 2


async def test_a_detail_is_identity_and_one_read_that_notes_who_looked(web: Web, officer: Officer):
    api = web.api(officer)
    case_id = await registered(api)
    assert await counted(lambda: api.get(f"/api/v1/cases/{case_id}"), 200) <= 2


async def test_a_registration_for_a_known_company(web: Web, officer: Officer):
    """Identity, rules, company, number, case, event: six."""
    api = web.api(officer)
    case_id = await registered(api)
    company_id = (await api.get(f"/api/v1/cases/{case_id}")).json()["company_id"]
    body = intake(company_id=company_id)
    assert await counted(lambda: api.post("/api/v1/cases", json=body), 201) <= 6


async def test_an_idempotency_key_adds_two(web: Web, officer: Officer):
    api = web.api(officer)
    case_id = await registered(api)
    company_id = (await api.get(f"/api/v1/cases/{case_id}")).json()["company_id"]
    keys = iter(("first", "second"))

    async def send() -> httpx.Response:
        headers = {"idempotency-key": next(keys)}
        return await api.post("/api/v1/cases", json=intake(company_id=company_id), headers=headers)

    assert await counted(send, 201) <= 8


async def test_a_view_of_the_inbox_page_is_identity_rows_and_counts(web: Web, people: People):
    lead = await people.officer("LEAD_OFFICER")
    browser = web.browser(lead)
    for view in ("MINE", "UNIT", "TODAY", "LATE", "ALL"):
        path = f"/office/cases?view={view}"
        assert await counted(lambda path=path: browser.get(path), 200) <= 3


async def test_the_inbox_of_intake_with_nothing_of_ones_own(web: Web, officer: Officer):
    """Identity, rows and counts of an empty view, the same of all, and what waits for 접수."""
    await registered(web.api(officer))
    browser = web.browser(officer)
    assert await counted(lambda: browser.get("/office/cases"), 200) <= 8


async def test_a_visitor_costs_nothing_before_a_page_needs_the_city(web: Web):
    """A handler that needs no unit of work opens none."""
    assert await counted(lambda: web.anyone().get("/health/ready"), 200) == 0
