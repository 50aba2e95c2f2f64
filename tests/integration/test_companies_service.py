"""One company is one record, also when two people meet it at once."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from sinmungo.app import Runtime
from sinmungo.companies import service
from sinmungo.companies.contacts import add_contact, list_contacts, remove_contact
from sinmungo.companies.demo import demo
from sinmungo.companies.search import find
from sinmungo.companies.service import find_or_make
from sinmungo.companies.states import set_state
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.text.business_no import parse
from sinmungo_tenants import Tenant

NUMBER = "123-45-67891"
OTHER_NUMBER = "124-81-00998"


async def meant(
    ctx: Ctx, name: str | None = None, number: str | None = None, company_id: UUID | None = None
) -> UUID:
    return await find_or_make(ctx, company_id=company_id, name=name, business_no=number)


async def test_a_new_company_needs_a_name_only(ctx: Ctx):
    brief = await service.company_brief(ctx, await meant(ctx, "㈜한빛정밀"))
    assert (brief.name, brief.business_no, brief.state) == ("㈜한빛정밀", None, "ACTIVE")


async def test_any_spelling_is_the_same_company(ctx: Ctx):
    first = await meant(ctx, "㈜한빛정밀")
    assert await meant(ctx, "한빛 정밀 주식회사") == first
    assert await meant(ctx, "한빛정밀 2공장") != first


async def test_the_number_decides(ctx: Ctx):
    first = await meant(ctx, "한빛정밀", NUMBER)
    assert await meant(ctx, "전혀 다른 이름", NUMBER) == first
    assert await meant(ctx, "한빛정밀", OTHER_NUMBER) != first


async def test_a_number_completes_a_record(ctx: Ctx):
    first = await meant(ctx, "한빛정밀")
    assert await meant(ctx, "한빛정밀", NUMBER) == first
    assert (await service.company_brief(ctx, first)).business_no == "1234567891"


async def test_two_namesakes_are_not_guessed(ctx: Ctx):
    first, second = [await service.add(ctx, {"name": "한빛정밀"}) for _ in range(2)]
    third = await meant(ctx, "한빛정밀")
    assert third not in {first, second}


async def test_a_closed_namesake_is_not_meant(ctx: Ctx):
    first = await meant(ctx, "한빛정밀")
    closed = {"state": "CLOSED", "state_on": "2026-01-02", "state_reason": "폐업"}
    await set_state(ctx, first, closed, 1)
    assert await meant(ctx, "한빛정밀") != first
    assert await meant(ctx, company_id=first) == first


@pytest.mark.parametrize(
    ("name", "number", "company_id", "field"),
    [
        (None, None, None, "company_name"),
        (" ", None, None, "company_name"),
        ("010-0000-1234", None, None, "company_name"),
        ("한빛정밀", "123-45-67890", None, "business_no"),
        ("한빛정밀", None, uuid4(), "company_name"),
    ],
)
async def test_refusals_name_the_field_of_the_intake(
    ctx: Ctx, name: str | None, number: str | None, company_id: UUID | None, field: str
):
    with pytest.raises(InvalidError) as caught:
        await meant(ctx, name, number, company_id)
    assert caught.value.errors.keys() == {field}


async def test_one_number_for_two_at_once(runtime: Runtime, city: Tenant):
    async def register(name: str) -> str:
        async with runtime.work.open(city) as ctx:
            try:
                await service.add(ctx, {"name": name, "business_no": NUMBER})
            except InvalidError as error:
                return error.errors["business_no"]
        return "added"

    results = await asyncio.gather(*(register(f"한빛{n}") for n in range(5)))
    assert min(results) == "added"
    assert all(r.startswith("이미 등록된") for r in sorted(results)[1:])


async def test_an_edit_cannot_take_a_number_in_a_race(runtime: Runtime, city: Tenant):
    async with runtime.work.open(city) as ctx:
        ids = [await service.add(ctx, {"name": f"한빛{n}"}) for n in range(2)]

    async def take(company_id: UUID) -> bool:
        async with runtime.work.open(city) as ctx:
            try:
                await service.edit(ctx, company_id, {"business_no": NUMBER}, 1)
            except InvalidError:
                return False
        return True

    assert sorted(await asyncio.gather(*map(take, ids))) == [False, True]


async def test_missing_and_stale(ctx: Ctx):
    with pytest.raises(MissingError):
        await service.company_brief(ctx, uuid4())
    company_id = await meant(ctx, "한빛정밀")
    with pytest.raises(StaleError):
        await service.edit(ctx, company_id, {"dong": "내동"}, 2)
    with pytest.raises(StaleError):
        await add_contact(ctx, company_id, {"name": "홍길동"}, 2)


async def test_names_in_one_statement(ctx: Ctx):
    ids = [await meant(ctx, name) for name in ("가람", "나래")]
    before = ctx.db.statements
    assert await service.company_names(ctx, [*ids, *ids]) == dict(
        zip(ids, ("가람", "나래"), strict=True)
    )
    assert await service.company_names(ctx, []) == {}
    assert ctx.db.statements == before + 1


async def test_lists_take_one_statement(ctx: Ctx):
    await meant(ctx, "한빛정밀")
    before = ctx.db.statements
    assert len(await service.list_companies(ctx)) == 1
    assert len(await find(ctx, "한빛")) == 1
    assert len(await find(ctx, "070-0000-1234")) == 0
    assert ctx.db.statements == before + 3


async def test_no_persons_value_leaves_its_columns(ctx: Ctx):
    company_id = await service.add(ctx, {"name": "한빛정밀", "representative": "홍길동"})
    person = {"name": "김하늘", "phone": "010-0000-1234", "email": "sky@example.com"}
    contact_id = await add_contact(ctx, company_id, person, 1)
    rows = [
        dict(row)
        for table in ("companies", "contacts", "events")
        for row in await ctx.db._connection.fetch(f"SELECT * FROM {table}")
    ]
    stored = json.dumps(rows, default=str, ensure_ascii=False)
    for value in ("홍길동", "김하늘", "01000001234", "010-0000-1234", "sky@example.com"):
        assert value not in stored
    assert [c.id for c in await list_contacts(ctx, company_id)] == [contact_id]
    await remove_contact(ctx, company_id, contact_id, 2)
    assert await ctx.db._connection.fetch("SELECT * FROM contacts") == []


TABLE = {"companies": 25, "dongs": ["내동", "상동"], "complexes": ["한빛산업단지"]}


async def demo_companies(runtime: Runtime, city: Tenant) -> list[dict[str, object]]:
    async with runtime.work.open(city) as ctx:
        await demo(ctx, TABLE)
        await demo(ctx, TABLE)
        rows = await ctx.db._connection.fetch(
            "SELECT name, business_no, dong, employees, employees_on, state FROM companies"
            " ORDER BY business_no"
        )
    return [dict(row) for row in rows]


async def test_demo_is_made_once(runtime: Runtime, city: Tenant):
    rows = await demo_companies(runtime, city)
    assert len(rows) == 25
    assert all(parse(str(r["business_no"])) == r["business_no"] for r in rows)
    assert {r["dong"] for r in rows} == {"내동", "상동"}
    assert all(3 <= int(str(r["employees"])) <= 300 and r["employees_on"] for r in rows)
    async with runtime.work.open(city) as ctx:
        for row in rows:
            assert row["name"] in [hit.name for hit in await find(ctx, str(row["name"]))]
