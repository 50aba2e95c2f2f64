"""One Idempotency-Key, one case: for retries, for two at once, and never across bodies."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from sinmungo.app import Runtime
from sinmungo.cases.models import cases
from sinmungo.host.models import idempotency_keys
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

PATH = "/api/v1/cases"
BODY: dict[str, Any] = {
    "company_name": "가온정밀",
    "rows": [{"category": "ETC", "content": "내용"}],
}
KEY = {"idempotency-key": "call-1"}
_CASES = read(select(func.count()).select_from(cases), int)
_STORED = read(select(idempotency_keys.c.answer), bytes)


async def test_a_retry_gets_the_first_answer(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    officer = await people.officer("INTAKE_OFFICER")
    api = web.api(officer)
    first = await api.post(PATH, json=BODY, headers=KEY)
    again = await api.post(PATH, json=BODY, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["content-type"] == first.headers["content-type"]
    other = await api.post(PATH, json={**BODY, "caller": "김하나"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    colleague = web.api(await people.officer("INTAKE_OFFICER"))
    theirs = await colleague.post(PATH, json=BODY, headers=KEY)
    assert theirs.json() != first.json()
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(_CASES) == 2


async def test_two_at_once(web: Web, people: People, runtime: Runtime, city: Tenant):
    api = web.api(await people.officer("INTAKE_OFFICER"))
    answers = await asyncio.gather(*(api.post(PATH, json=BODY, headers=KEY) for _ in range(4)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == 1
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.one(_CASES) == 1


async def test_a_refused_create_leaves_the_key_free(web: Web, people: People):
    api = web.api(await people.officer("INTAKE_OFFICER"))
    assert (await api.post(PATH, json={}, headers=KEY)).status_code == 422
    assert (await api.post(PATH, json=BODY, headers=KEY)).status_code == 201
    long = {"idempotency-key": "x" * 201}
    assert (await api.post(PATH, json=BODY, headers=long)).status_code == 422


async def test_secrets_are_kept_sealed(web: Web, runtime: Runtime, city: Tenant):
    filing = {
        "company_name": "가온정밀",
        "caller": "한서윤",
        "phone": "010-2345-6789",
        "content": "내용",
        "consent": True,
    }
    path = f"{PATH}/submissions"
    first = await web.api().post(path, json=filing, headers=KEY)
    again = await web.api().post(path, json=filing, headers=KEY)
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    async with runtime.work.open(city) as ctx:
        (stored,) = await ctx.db.all(_STORED)
    assert first.json()["code"].encode() not in stored
