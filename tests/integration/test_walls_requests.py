"""What every answer carries, whatever was asked, and what people type: text and nothing else."""

from html import escape
from typing import Any

import httpx
import psycopg
import pytest

from sinmungo.app import Runtime
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
ADDRESSES = ("/", "/office/cases", "/api/v1/cases", "/no/such/page", "/api/v1/none", "/gone/x")


def guarded(answer: httpx.Response) -> bool:
    policy = answer.headers["content-security-policy"]
    return (
        "default-src 'self'" in policy
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and answer.headers["x-content-type-options"] == "nosniff"
        and answer.headers["referrer-policy"] == "same-origin"
    )


async def test_every_answer_has_its_headers(web: Web):
    for path in ADDRESSES:
        answer = await web.anyone().get(path)
        assert guarded(answer), (path, answer.status_code)
    async with httpx.AsyncClient(transport=web.anyone().client._transport) as stranger:
        answer = await stranger.get("http://nobody.localhost/office")
    assert answer.status_code == 404
    assert guarded(answer)


async def test_markup_is_text_wherever_it_is_shown(web: Web, people: People):
    officer = await people.officer("INTAKE_OFFICER", "TEAM_LEADER", name="김철수")
    api, browser = web.api(officer), web.browser(officer)
    row = {"category": "ETC", "content": f"{MARKUP} 도로"}
    body = {"company_name": f"업체{MARKUP}", "caller": MARKUP, "channel": "HOTLINE", "rows": [row]}
    made = await api.post("/api/v1/cases", json=body)
    assert made.status_code == 201, made.text
    case = made.json()["items"][0]["id"]
    company = (await api.get(f"/api/v1/cases/{case}")).json()["company_id"]
    shown = 0
    for path in ("/office/cases?view=ALL", f"/office/cases/{case}", f"/office/companies/{company}"):
        page = await browser.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        shown += page.text.count(escape("<script>alert(1)"))
    assert shown >= 3


@pytest.mark.parametrize("number", range(3))
async def test_a_killed_backend_costs_one_request_at_most(
    runtime: Runtime, web: Web, people: People, city: Tenant, number: int
):
    """Connections that the server ended while they slept are replaced without a word."""
    del number, city
    api = web.api(await people.officer("LEAD_OFFICER"))
    assert (await api.get("/api/v1/cases")).status_code == 200
    assert ended(runtime) >= 1
    answers = [(await api.get("/api/v1/cases")).status_code for _ in range(3)]
    assert answers == [200, 200, 200]


def ended(runtime: Runtime) -> int:
    """End every connection of the application, as a restart of the server does."""
    query = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = %s
    """
    with psycopg.connect(runtime.settings.database_url) as connection:
        row: Any = connection.execute(query, (runtime.deployment.app,)).fetchone()
    return int(row[0])
