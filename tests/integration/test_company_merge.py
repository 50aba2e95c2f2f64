"""Two records of one company become one, and two again: nothing is lost and nothing doubled."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo import clock
from sinmungo.agencies.service import get_or_add
from sinmungo.app import Runtime
from sinmungo.cases.models import cases
from sinmungo.companies import consents, figures, memberships, merging, service
from sinmungo.companies.contacts import add_contact, list_contacts
from sinmungo.companies.models import companies
from sinmungo.companies.record import as_texts
from sinmungo.companies.search import find
from sinmungo.companies.service import MergedError, add, record
from sinmungo.companies.states import list_states, set_state
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.db import core_metadata
from sinmungo.host.events import timeline
from sinmungo.host.types import MergeTable
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.cases import BareCases
from sinmungo_tenants import Read, Tenant, any_of, read

NUMBER, OTHER_NUMBER = "123-45-67891", "124-81-00998"


async def merge(ctx: Ctx, keep: UUID, drop: UUID, *fields: str) -> UUID:
    versions = {i: (await record(ctx, i)).row_version for i in (keep, drop)}
    return await merging.merge(
        ctx, keep, drop, fields, keep_version=versions[keep], drop_version=versions[drop]
    )


async def undo(ctx: Ctx, merge_id: UUID) -> None:
    await merging.undo(ctx, merge_id, (await merging.one_merge(ctx, merge_id)).row_version)


class Whole(msgspec.Struct):
    owner: UUID
    row: dict[str, Any]


@cache
def rows_of(table: Table, name: str) -> Read[Whole]:
    """All that a table holds of some companies; built once, as the statements of the house are."""
    column = table.c[name]
    whole = func.to_jsonb(table.table_valued(), type_=JSONB).label("row")
    query = select(column.label("owner"), whole).where(any_of(column, "ids", column.type))
    return read(query.order_by(table.c.id), Whole)


async def everything(ctx: Ctx, *ids: UUID) -> dict[str, Any]:
    """Return all that the tables hold of some companies, versions aside."""
    own = MergeTable(companies, "업체", column="id")
    found: dict[str, Any] = {}
    for item in (own, *ctx.host.merge_tables(ctx.city)):
        found[item.name] = {str(i): [] for i in ids}
        for line in await ctx.db.all(rows_of(item.table, item.column), ids=list(ids)):
            row = {k: v for k, v in line.row.items() if k != "row_version"}
            found[item.name][str(line.owner)].append(row)
    return found


def test_every_table_that_points_at_companies_says_so():
    own = {"company_merges.keep_id", "company_merges.drop_id"}
    own |= {"company_pairs.low_id", "company_pairs.high_id"}
    pointing = {
        f"{table.name}.{column.name}"
        for table in core_metadata.tables.values()
        for column in table.c
        if any(key.column.table is companies for key in column.foreign_keys)
    }
    # Answers to extra questions are of records of any kind, which no key can say.
    answers = {"form_values.record_id"}
    assert {item.name for s in CORE_SLICES for item in s.merges} == pointing - own | answers


async def pair(ctx: Ctx, **dropped: str) -> tuple[UUID, UUID]:
    keep = await add(ctx, {"name": "㈜한빛정밀", "business_no": NUMBER, "phone": "070-0000-1111"})
    return keep, await add(ctx, {"name": "한빛정밀 공업", **dropped})


async def test_all_that_points_at_the_dropped_one_follows(ctx: Ctx):
    keep, drop = await pair(ctx)
    chamber = await get_or_add(ctx, "한빛상공회의소", "ASSOCIATION")
    await add_contact(ctx, drop, {"name": "박영희", "phone": "010-0000-1234"}, 1)
    await memberships.join(ctx, drop, chamber)
    await figures.keep_figures(ctx, drop, {"day": "2025-12-31", "employees": "52"}, None)
    bare = await BareCases.prepare(ctx)
    case_id = await bare.add(ctx, clock.now(), company_id=drop)
    moving = {m.title: (m.go, m.stay) for m in await merging.preview(ctx, keep, drop)}
    assert moving["담당자"] == moving["가입 단체"] == moving["규모·매출 기록"] == (1, 0)
    await merge(ctx, keep, drop)
    assert [c.values.name for c in await list_contacts(ctx, keep)] == ["박영희"]
    assert [hit.id for hit in await service.members_of(ctx, chamber)] == [keep]
    assert (await service.employees_on(ctx, keep, date(2026, 1, 1))).employees == 52
    owner = read(select(cases.c.company_id).where(cases.c.id == bindparam("id")), UUID)
    assert await ctx.db.one(owner, id=case_id) == keep


async def test_the_chosen_fields_come_from_the_dropped_one(ctx: Ctx):
    keep, drop = await pair(
        ctx,
        representative="김철수",
        employees="52",
        employees_on="2026-01-05",
        phone="070-0000-2222",
        business_no=OTHER_NUMBER,
    )
    await merge(ctx, keep, drop, "representative", "employees", "business_no")
    kept = (await record(ctx, keep)).values
    assert (kept.representative, kept.employees, kept.employees_on) == (
        "김철수",
        52,
        date(2026, 1, 5),
    )
    assert (kept.business_no, kept.phone) == ("1248100998", "07000001111")
    assert (await record(ctx, drop)).values.business_no is None
    with pytest.raises(InvalidError):
        await merge(ctx, keep, await add(ctx, {"name": "다른 곳"}), "contacts")


async def test_a_state_may_come_along(ctx: Ctx):
    keep, drop = await pair(ctx)
    closed = {"state": "CLOSED", "state_on": "2026-01-02", "state_reason": "폐업 조회"}
    await set_state(ctx, drop, closed, 1)
    merge_id = await merge(ctx, keep, drop, "state")
    kept = await record(ctx, keep)
    assert (kept.state, kept.state_on, kept.state_reason) == (
        "CLOSED",
        date(2026, 1, 2),
        "폐업 조회",
    )
    await undo(ctx, merge_id)
    kept = await record(ctx, keep)
    assert (kept.state, kept.state_on, kept.state_reason) == ("ACTIVE", None, None)


async def test_what_both_have_stays_where_it_is(ctx: Ctx):
    keep, drop = await pair(ctx)
    one, two = [await get_or_add(ctx, n, "ASSOCIATION") for n in ("섬유협동조합", "안경협동조합")]
    await memberships.join(ctx, keep, one)
    for agency_id in (one, two):
        await memberships.join(ctx, drop, agency_id)
    preview = await merging.preview(ctx, keep, drop)
    assert [(m.title, m.go, m.stay) for m in preview] == [("가입 단체", 1, 1)]
    merge_id = await merge(ctx, keep, drop)
    kept = await memberships.list_memberships(ctx, keep)
    assert {m.agency_id for m in kept} == {one, two}
    assert len(await memberships.list_memberships(ctx, drop)) == 1
    await undo(ctx, merge_id)
    assert len(await memberships.list_memberships(ctx, drop)) == 2


async def test_the_merged_one_is_found_under_all_its_names(ctx: Ctx):
    keep, drop = await pair(ctx, business_no=OTHER_NUMBER, phone="070-0000-2222")
    await merge(ctx, keep, drop)
    for query in (
        "한빛정밀",
        "정밀 공업",
        "ㅎㅂㅈㅁㄱㅇ",
        NUMBER,
        OTHER_NUMBER,
        "070-0000-2222",
        "2222",
    ):
        assert [hit.id for hit in await find(ctx, query)] == [keep], query
    await service.edit(ctx, keep, {"industry": "금속"}, (await record(ctx, keep)).row_version)
    assert [hit.id for hit in await find(ctx, "정밀공업")] == [keep]
    meant = await service.find_or_make(ctx, company_id=drop, name=None, business_no=None)
    assert meant == keep
    by_number = await service.find_or_make(
        ctx, company_id=None, name="아무 이름", business_no=OTHER_NUMBER
    )
    assert by_number == keep
    assert drop not in {hit.id for hit in await service.list_companies(ctx)}


async def test_a_name_given_up_is_found_too(ctx: Ctx):
    keep, drop = await pair(ctx)
    merge_id = await merge(ctx, keep, drop, "name")
    assert [hit.name for hit in await find(ctx, "한빛정밀")] == ["한빛정밀 공업"]
    second = await add(ctx, {"name": "새솔테크"})
    await merge(ctx, second, keep)
    assert [hit.id for hit in await find(ctx, "한빛정밀")] == [second]
    with pytest.raises(RefusedError):
        await undo(ctx, merge_id)


async def test_nothing_is_written_to_a_merged_one(ctx: Ctx):
    keep, drop = await pair(ctx)
    await merge(ctx, keep, drop)
    version = (await record(ctx, drop)).row_version
    with pytest.raises(MergedError):
        await service.edit(ctx, drop, {"name": "새 이름"}, version)
    with pytest.raises(MergedError):
        await add_contact(ctx, drop, {"name": "박영희"}, version)
    with pytest.raises(MergedError):
        await set_state(ctx, drop, {"state": "REOPENED", "state_on": "2026-01-01"}, version)
    with pytest.raises(MergedError):
        await merge(ctx, drop, await add(ctx, {"name": "셋째"}))
    with pytest.raises(MergedError):
        await merge(ctx, keep, drop)


async def test_what_cannot_be_merged(ctx: Ctx):
    keep, drop = await pair(ctx)
    with pytest.raises(InvalidError):
        await merging.merge(ctx, keep, keep, (), keep_version=1, drop_version=1)
    with pytest.raises(MissingError):
        await merging.merge(ctx, keep, uuid4(), (), keep_version=1, drop_version=1)
    with pytest.raises(StaleError):
        await merging.merge(ctx, keep, drop, (), keep_version=1, drop_version=2)
    with pytest.raises(MissingError):
        await merging.undo(ctx, uuid4(), 1)


async def test_both_records_tell_it(ctx: Ctx):
    keep, drop = await pair(ctx)
    merge_id = await merge(ctx, keep, drop, "name", "products")
    await undo(ctx, merge_id)
    kept = [(e.kind, e.payload.get("fields")) for e in await timeline(ctx, keep)]
    assert kept[1:] == [
        ("companies.merged", ["name", "products"]),
        ("companies.merge_undone", None),
    ]
    dropped = [e.kind for e in await timeline(ctx, drop)]
    assert dropped == ["companies.added", "companies.merged_away", "companies.merge_undone"]
    with pytest.raises(RefusedError):
        await undo(ctx, merge_id)


async def test_undoing_leaves_what_came_later(ctx: Ctx):
    keep, drop = await pair(ctx, phone="070-0000-2222", products="기어")
    await add_contact(ctx, drop, {"name": "박영희"}, 1)
    merge_id = await merge(ctx, keep, drop, "phone", "products")
    version = (await record(ctx, keep)).row_version
    await add_contact(ctx, keep, {"name": "이새봄"}, version)
    await service.edit(ctx, keep, {"phone": "070-0000-3333"}, version + 1)
    await undo(ctx, merge_id)
    kept = (await record(ctx, keep)).values
    assert (kept.phone, kept.products) == ("07000003333", None)
    assert [c.values.name for c in await list_contacts(ctx, keep)] == ["이새봄"]
    assert [c.values.name for c in await list_contacts(ctx, drop)] == ["박영희"]
    assert {hit.id for hit in await find(ctx, "한빛정밀")} == {keep, drop}
    assert [hit.id for hit in await find(ctx, "정밀공업")] == [drop]


async def test_a_number_taken_meanwhile_is_not_given_back(ctx: Ctx):
    keep, drop = await pair(ctx, business_no=OTHER_NUMBER)
    merge_id = await merge(ctx, keep, drop, "business_no")
    await service.edit(ctx, keep, {"business_no": ""}, (await record(ctx, keep)).row_version)
    await add(ctx, {"name": "다른 곳", "business_no": OTHER_NUMBER})
    with pytest.raises(RefusedError):
        await undo(ctx, merge_id)
    assert (await record(ctx, drop)).merged_into == keep


async def test_merges_of_merges_come_back_in_turn(ctx: Ctx):
    first, second = await pair(ctx)
    third = await add(ctx, {"name": "새솔테크"})
    await add_contact(ctx, first, {"name": "박영희"}, 1)
    before = await everything(ctx, first, second, third)
    inner = await merge(ctx, second, first)
    outer = await merge(ctx, third, second)
    assert (await record(ctx, first)).merged_into == third
    assert [c.values.name for c in await list_contacts(ctx, third)] == ["박영희"]
    await undo(ctx, outer)
    assert (await record(ctx, first)).merged_into == second
    await undo(ctx, inner)
    assert await everything(ctx, first, second, third) == before


async def test_two_who_merge_at_once_cannot_both_win(runtime: Runtime, city: Tenant):
    async with runtime.work.open(city) as ctx:
        one, two = await pair(ctx)

    async def try_merge(keep: UUID, drop: UUID) -> str:
        try:
            async with runtime.work.open(city) as ctx:
                await merging.merge(ctx, keep, drop, (), keep_version=1, drop_version=1)
        except (StaleError, RefusedError) as error:
            return type(error).__name__
        return "done"

    done = await asyncio.gather(try_merge(one, two), try_merge(two, one), try_merge(one, two))
    assert sorted(done).count("done") == 1
    async with runtime.work.open(city) as ctx:
        standing = [(await record(ctx, i)).merged_into is None for i in (one, two)]
    assert sorted(standing) == [False, True]


_NAMES = ("㈜한빛정밀", "한빛정밀", "주식회사 새솔테크", "다온 산업")
_TEXTS = st.fixed_dictionaries(
    {"name": st.sampled_from(_NAMES)},
    optional={
        "representative": st.sampled_from(("김철수", "박영희")),
        "phone": st.sampled_from(("070-0000-1111", "070-0000-2222")),
        "products": st.sampled_from(("기어", "유압 부품")),
        "size_class": st.sampled_from(("SMALL", "MEDIUM")),
        "premises": st.sampled_from(("OWNED", "RENTED")),
        "factory_registered": st.sampled_from("YN"),
    },
)
_BELONGINGS = st.fixed_dictionaries(
    {
        "contacts": st.lists(st.sampled_from(("박영희", "이새봄")), max_size=2),
        "agencies": st.sets(st.integers(0, 2)),
        "days": st.sets(st.integers(0, 3)),
        "staff": st.none() | st.integers(1, 300),
        "number": st.booleans(),
        "closed": st.booleans(),
        "consent": st.booleans(),
        "cases": st.integers(0, 3),
    }
)
# Everything at once on both sides, which chance seldom makes.
EVERY_TEXT = {
    "name": _NAMES[0],
    "representative": "김철수",
    "phone": "070-0000-1111",
    "products": "기어",
    "size_class": "SMALL",
    "premises": "OWNED",
    "factory_registered": "Y",
}
EVERY_BELONGING: dict[str, Any] = {
    "contacts": ["박영희", "이새봄"],
    "agencies": {0, 1},
    "days": {0, 3},
    "staff": 52,
    "number": True,
    "closed": True,
    "consent": True,
    "cases": 3,
}


async def _made(
    ctx: Ctx, texts: dict[str, str], has: dict[str, Any], number: str, bare: BareCases
) -> UUID:
    given_number = {"business_no": number} if has["number"] else {}
    staff = {"employees": str(has["staff"]), "employees_on": "2026-01-05"} if has["staff"] else {}
    company_id = await add(ctx, {**texts, **given_number, **staff})
    for name in has["contacts"]:
        version = (await record(ctx, company_id)).row_version
        await add_contact(ctx, company_id, {"name": name}, version)
    for at in has["agencies"]:
        agency_id = await get_or_add(ctx, f"{'가나다'[at]}협동조합", "ASSOCIATION")
        await memberships.join(ctx, company_id, agency_id)
    for day in has["days"]:
        sales = {"day": f"{2022 + day}-12-31", "sales": str(day * 1000 + 1)}
        await figures.keep_figures(ctx, company_id, sales, None)
    if has["closed"]:
        version = (await record(ctx, company_id)).row_version
        closed = {"state": "CLOSED", "state_on": "2026-01-02", "state_reason": "폐업"}
        await set_state(ctx, company_id, closed, version)
    if has["consent"]:
        consent = {"purpose": "NEWSLETTER", "given_on": "2026-01-02", "how": "PAPER"}
        await consents.give(ctx, company_id, consent, None)
    for _ in range(has["cases"]):
        await bare.add(ctx, clock.now(), company_id=company_id)
    return company_id


class _UndoError(Exception):
    """Ends an example without keeping it."""


EVERYTHING = (EVERY_TEXT, EVERY_BELONGING)
type Side = tuple[dict[str, str], dict[str, Any]]
_PAIRS = given(
    ours=st.tuples(_TEXTS, _BELONGINGS),
    theirs=st.tuples(_TEXTS, _BELONGINGS),
    fields=st.sets(st.sampled_from(merging.CHOICES)),
)
_LONG = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(_LONG, max_examples=12)
@example(ours=EVERYTHING, theirs=EVERYTHING, fields=set(merging.CHOICES))
@_PAIRS
async def test_merging_and_undoing_restores_every_row(
    runtime: Runtime, city: Tenant, ours: Side, theirs: Side, fields: set[str]
):
    await _tried(runtime, city, ours, theirs, fields)


@pytest.mark.soak
@settings(_LONG, max_examples=300)
@_PAIRS
async def test_merging_and_undoing_many_more(
    runtime: Runtime, city: Tenant, ours: Side, theirs: Side, fields: set[str]
):
    await _tried(runtime, city, ours, theirs, fields)


async def _tried(
    runtime: Runtime, city: Tenant, ours: Side, theirs: Side, fields: set[str]
) -> None:
    try:
        async with runtime.work.open(city) as ctx:
            await _merge_and_undo(ctx, ours, theirs, fields)
    except _UndoError:
        pass


async def _merge_and_undo(
    ctx: Ctx,
    ours: tuple[dict[str, str], dict[str, Any]],
    theirs: tuple[dict[str, str], dict[str, Any]],
    fields: set[str],
) -> None:
    bare = await BareCases.prepare(ctx)
    keep = await _made(ctx, *ours, NUMBER, bare)
    drop = await _made(ctx, *theirs, OTHER_NUMBER, bare)
    before = await everything(ctx, keep, drop)
    opened = [(await record(ctx, i)).values for i in (keep, drop)]
    merge_id = await merge(ctx, keep, drop, *fields)
    _nothing_lost(before, await everything(ctx, keep, drop), str(keep), str(drop))
    await undo(ctx, merge_id)
    assert [(await record(ctx, i)).values for i in (keep, drop)] == opened
    assert _sealed_aside(await everything(ctx, keep, drop)) == _sealed_aside(before)
    raise _UndoError


def _nothing_lost(
    before: Mapping[str, Any], merged: Mapping[str, Any], keep: str, drop: str
) -> None:
    for name in before:
        if name == "companies.id":
            continue
        ids = {row["id"] for side in before[name].values() for row in side}
        kept = {row["id"] for row in merged[name][keep]}
        left = {row["id"] for row in merged[name][drop]}
        assert kept | left >= ids
        assert not kept & left
        assert {row["id"] for row in before[name][keep]} <= kept


def _sealed_aside(found: Mapping[str, Any]) -> dict[str, Any]:
    """A name that was opened and sealed again has another ciphertext; the opened ones are equal."""
    plain = msgspec.json.decode(msgspec.json.encode(found))
    for rows in plain["companies.id"].values():
        for row in rows:
            row.pop("representative_sealed")
    result: dict[str, Any] = plain
    return result


async def test_the_dropped_ones_changes_are_kept(ctx: Ctx):
    keep, drop = await pair(ctx)
    day = (clock.today() - timedelta(days=3)).isoformat()
    await set_state(ctx, drop, {"state": "MOVED_IN", "state_on": day}, 1)
    await merge(ctx, keep, drop)
    assert [s.change for s in await list_states(ctx, keep)] == ["MOVED_IN"]
    assert as_texts((await record(ctx, keep)).values)["name"] == "㈜한빛정밀"
