"""A city with the plugin on, and companies to enrol."""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from sinmungo.sdk import add_company, clock

type MakeCompany = Callable[..., Awaitable[UUID]]
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _the_day_after_selection() -> Iterator[datetime]:
    with clock.frozen(datetime.fromisoformat("2026-03-03T10:00+09:00")) as now:
        yield now


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: Any) -> Any:
    return await make_city(plugins=("bucheon",))


@pytest.fixture
def make_company(runtime: Any, city: Any) -> MakeCompany:
    async def make(employees: str = "80", on: str = "2026-01-15", name: str = "") -> UUID:
        texts = {"name": name or f"㈜시험{next(_numbers):05d}"}
        if employees:
            texts |= {"employees": employees, "employees_on": on}
        async with runtime.work.open(city) as ctx:
            return await add_company(ctx, texts)

    return make


class Project:
    """The project as a manager uses it over the API."""

    def __init__(self, api: Any, officer: Any) -> None:
        self.api = api
        self.officer = officer
        self.path = "/api/v1/bucheon/project100"

    async def open_round(self, **given: Any) -> str:
        body = {"name": "2026년 유망기업 100", "selected_on": "2026-03-02", **given}
        response = await self.api.post(f"{self.path}/rounds", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def try_enrol(self, round_id: str, company_id: UUID, officer_id: Any = None) -> Any:
        body = {
            "round_id": round_id,
            "company_id": str(company_id),
            "officer_id": str(officer_id or self.officer.id),
        }
        return await self.api.post(self.path, json=body)

    async def enrol(self, round_id: str, company_id: UUID, officer_id: Any = None) -> Any:
        response = await self.try_enrol(round_id, company_id, officer_id)
        assert response.status_code == 201, response.text
        return response.json()

    async def act(self, row: Any, act: str, **body: Any) -> Any:
        headers = {"if-match": f'"{row["row_version"]}"'}
        return await self.api.post(f"{self.path}/{row['id']}/{act}", json=body, headers=headers)

    async def get(self, row: Any) -> Any:
        return (await self.api.get(f"{self.path}/{row['id']}")).json()

    async def try_log(self, row: Any, key: str = "", **body: Any) -> Any:
        headers = {"idempotency-key": key} if key else {}
        path = f"{self.path}/{row['id']}/contacts"
        return await self.api.post(path, json=body, headers=headers)

    async def log(self, row: Any, key: str = "", **body: Any) -> Any:
        response = await self.try_log(row, key, **body)
        assert response.status_code == 201, response.text
        return response.json()

    async def contacts(self, row: Any) -> Any:
        return (await self.api.get(f"{self.path}/{row['id']}/contacts")).json()["items"]

    async def rows(self, round_id: str, **filters: Any) -> Any:
        query = {"round_id": round_id, **filters}
        return (await self.api.get(self.path, params=query)).json()["items"]


@pytest_asyncio.fixture(loop_scope="session")
async def project(web: Any, people: Any) -> Project:
    officer = await people.officer("TEAM_LEADER", name="서가람", title="팀장")
    return Project(web.api(officer), officer)
