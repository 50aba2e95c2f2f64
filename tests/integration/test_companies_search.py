"""A company is found the way people name it, and the indexes carry it."""

from typing import Any

import pytest

from sinmungo.app import Runtime
from sinmungo.companies import contacts, service
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.search import BY_INITIALS, BY_NAME, BY_NUMBER, find
from sinmungo.companies.states import set_state
from sinmungo.host.context import Ctx
from sinmungo.testing.plugin import MakeCity
from sinmungo_tenants import Read


async def names(ctx: Ctx, query: str, limit: int = 10) -> list[str]:
    return [hit.name for hit in await find(ctx, query, limit)]


SPELLINGS = ("㈜한빛정밀", "(주)한빛정밀", "주식회사 한빛정밀", "한빛정밀(주)")
QUERIES = (
    *("한빛정밀", "㈜한빛정밀", "한빛정밀 주식회사", "( 주 )한빛 정밀", "한빛", "빛정", "정밀"),
    *("한", "밀", "ㅎㅂㅈㅁ", "ㅎㅂ", "ㅂㅈ", "ㅈ"),
)


@pytest.mark.parametrize("stored", SPELLINGS)
async def test_any_spelling(ctx: Ctx, stored: str):
    await service.add(ctx, {"name": stored})
    await service.add(ctx, {"name": "새벽물류"})
    found = {query: await names(ctx, query) for query in QUERIES}
    assert found == {query: [stored] for query in QUERIES}


async def test_nothing_readable_finds_nothing(ctx: Ctx):
    await service.add(ctx, {"name": "한빛정밀"})
    for query in ("", "  ", "!!", "%", "'", "':* | 'x", "\\"):
        assert await names(ctx, query) == []


async def test_signs_in_a_query_are_no_operators(ctx: Ctx):
    await service.add(ctx, {"name": "한빛 & 정밀 (2공장)"})
    assert await names(ctx, "한빛&정밀(2공장)") == ["한빛 & 정밀 (2공장)"]
    assert await names(ctx, "빛' | '정밀") == ["한빛 & 정밀 (2공장)"]


async def test_best_match_first(ctx: Ctx):
    for name in ("대한한빛정밀", "한빛정밀공업", "㈜한빛정밀", "한빛 초정밀"):
        await service.add(ctx, {"name": name})
    assert await names(ctx, "한빛정밀") == ["㈜한빛정밀", "한빛정밀공업", "대한한빛정밀"]
    assert await names(ctx, "한빛정밀", limit=1) == ["㈜한빛정밀"]


async def test_closed_ones_come_last(ctx: Ctx):
    first = await service.add(ctx, {"name": "한빛정밀"})
    closed = {"state": "CLOSED", "state_on": "2026-01-02", "state_reason": "폐업"}
    await set_state(ctx, first, closed, 1)
    second = await service.add(ctx, {"name": "한빛정밀"})
    assert [hit.id for hit in await find(ctx, "한빛정밀")] == [second, first]


async def test_business_number(ctx: Ctx):
    await service.add(ctx, {"name": "한빛정밀", "business_no": "123-45-67891"})
    await service.add(ctx, {"name": "새벽물류", "business_no": "124-81-00998"})
    for query in ("1234567891", "123-45-67891", "１２３－４５－６７８９１", "123-45", "12345 6"):
        assert await names(ctx, query) == ["한빛정밀"]


async def test_company_line(ctx: Ctx):
    await service.add(ctx, {"name": "한빛정밀", "phone": "070.0000.4321"})
    await service.add(ctx, {"name": "새벽물류", "phone": "070-0000-9999"})
    lines = ("070-0000-4321", "07000004321", "+82 70-0000-4321", "070-0000-4", "4321")
    for query in lines:
        assert await names(ctx, query) == ["한빛정밀"]


async def test_an_area_code_alone_is_no_query(ctx: Ctx):
    await service.add(ctx, {"name": "한빛정밀", "phone": "031-200-4321"})
    assert await names(ctx, "031-20") == []
    assert await names(ctx, "031-200") == ["한빛정밀"]


async def test_contact_line(ctx: Ctx):
    company_id = await service.add(ctx, {"name": "한빛정밀"})
    await service.add(ctx, {"name": "새벽물류"})
    caller = {"name": "홍길동", "phone": "010-0000-4321"}
    await contacts.add_contact(ctx, company_id, caller, 1)
    for query in ("010-0000-4321", "01000004321", "+82 10 0000 4321", "4321"):
        assert await names(ctx, query) == ["한빛정밀"]


async def test_part_of_a_persons_number_finds_nobody(ctx: Ctx):
    company_id = await service.add(ctx, {"name": "한빛정밀"})
    await contacts.add_contact(ctx, company_id, {"name": "홍길동", "phone": "010-0000-4321"}, 1)
    assert await names(ctx, "010-0000-43") == []


async def test_a_name_may_begin_with_digits(ctx: Ctx):
    await service.add(ctx, {"name": "㈜365물류"})
    await service.add(ctx, {"name": "제일365"})
    assert await names(ctx, "365") == ["㈜365물류", "제일365"]


async def test_a_new_name_is_found_after_a_change(ctx: Ctx):
    company_id = await service.add(ctx, {"name": "한빛정밀"})
    await service.edit(ctx, company_id, {"name": "새벽정밀"}, 1)
    assert await names(ctx, "한빛") == []
    assert await names(ctx, "ㅅㅂ") == ["새벽정밀"]


async def test_another_city_is_not_searched(runtime: Runtime, make_city: MakeCity, ctx: Ctx):
    other = await make_city()
    async with runtime.work.open(other) as there:
        await service.add(there, {"name": "한빛정밀"})
    assert await names(ctx, "한빛정밀") == []


LETTERS = {"key": "한빛", "end": "한빛\U0010ffff", "lexemes": "'한빛'"}
NUMBER = {
    "key": "12345",
    "end": "12345\U0010ffff",
    "lexemes": "'12' & '23'",
    "line": "07000004321",
    "line_start": "070000",
    "tail": "4321",
    "hashes": [b"x"],
    "tails": [b"x"],
}
NUMBER_INDEXES = {
    "uq_companies_business_no",
    "ix_companies_phone",
    "ix_companies_phone_tail",
    "ix_companies_grams",
    "ix_contacts_phone_hash",
    "ix_contacts_phone_tail",
}


@pytest.mark.parametrize(
    ("statement", "values", "indexes"),
    [
        (BY_NAME, LETTERS, {"ix_companies_grams"}),
        (BY_INITIALS, LETTERS, {"ix_companies_grams"}),
        (BY_NUMBER, NUMBER, NUMBER_INDEXES),
    ],
)
async def test_every_search_has_its_index(
    ctx: Ctx, statement: Read[CompanyHit], values: dict[str, Any], indexes: set[str]
):
    """With sequential scans made dear, a plan that still has one has no index to use."""
    connection = ctx.db._connection
    await connection.execute("SET LOCAL enable_seqscan = off")
    arguments = statement.arguments({**values, "size": 10})
    plan = await connection.fetch(f"EXPLAIN {statement.sql}", *arguments)
    lines = "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in lines
    assert {name for name in indexes if name in lines} == indexes
