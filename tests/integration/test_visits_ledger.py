"""방문관리대장: sums agree on every day, whatever is found and however it is classed anew."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.errors import RefusedError
from sinmungo.host.context import Ctx
from sinmungo.people.service import list_units
from sinmungo.reporting import service as reporting
from sinmungo.reporting.periods import Period
from sinmungo.visits import service
from sinmungo.visits.ledger import REVIEW, LedgerQuery
from sinmungo.visits.types import Found, Journal

START = date(2026, 9, 1)
OUTCOMES = ("ON_SITE", "HANDLED", "NOTIFIED", "PROPOSED", "UNCLASSED")
KINDS = ("TASKFORCE", "JOINT_DELEGATION")


class _UndoError(Exception):
    pass


@asynccontextmanager
async def undone(runtime: Any, city: Any) -> AsyncIterator[Ctx]:
    with pytest.raises(_UndoError):
        async with runtime.work.open(city) as ctx:
            yield ctx
            raise _UndoError


class Town:
    """What a visit refers to, and how its officer acts."""

    def __init__(self, ctx: Ctx, officer: Any, agency_id: UUID) -> None:
        from dataclasses import replace

        from sinmungo.host.types import Identity

        me = Identity(
            kind="OFFICER",
            officer_id=officer.id,
            unit_id=officer.unit_id,
            scope_units=frozenset({officer.unit_id}),
            permissions=frozenset(p.code for p in ctx.host.permissions(ctx.city)),
        )
        self.ctx = replace(ctx, me=me)
        self.unit_id, self.agency_id = officer.unit_id, agency_id

    def found(self, outcome: str) -> Found:
        return Found(
            category="FUNDS",
            content="자금이 부족합니다",
            outcome=outcome,
            unit_id=self.unit_id,
            agency_id=self.agency_id,
            answer="그 자리에서 답했습니다",
        )

    async def visit(self, day: date, company: str, kind: str, outcomes: Any) -> list[UUID]:
        with clock.frozen(clock.at(day, "15:00").astimezone(UTC)):
            done = await service.record(
                self.ctx,
                Journal(
                    company_name=company,
                    kind=kind,
                    day=day.isoformat(),
                    items=[self.found(o) for o in outcomes],
                ),
            )
        return [i.item_id for i in done.items]


async def town(ctx: Ctx, officer: Any) -> Town:
    return Town(ctx, officer, await agencies.get_or_add(ctx, "시험부", "MINISTRY"))


@pytest.fixture
async def officer(people: Any) -> Any:
    with clock.frozen(clock.at(START, "00:00")):
        return await people.officer("INTAKE_OFFICER", "LEAD_OFFICER")


_visits = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["㈜가온정밀", "㈜나래테크", "㈜다솜푸드"]),
        st.sampled_from(KINDS),
        st.lists(st.sampled_from(OUTCOMES), max_size=4),
    ),
    min_size=1,
    max_size=5,
)
_changes = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 19), st.sampled_from(OUTCOMES)), max_size=6
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(visits=_visits, changes=_changes, days=st.lists(st.integers(-1, 80), min_size=3, max_size=3))
async def test_the_groups_sum_to_the_total_on_every_day(
    runtime: Any, city: Any, officer: Any, visits: Any, changes: Any, days: Any
):
    async with undone(runtime, city) as ctx:
        here = await town(ctx, officer)
        history: dict[UUID, list[tuple[date, str, tuple[date, str, str]]]] = {}
        made = []
        for offset, company, kind, outcomes in sorted(visits):
            day = START + timedelta(days=offset)
            items = await here.visit(day, company, kind, outcomes)
            made.append((day, company, kind))
            for item, outcome in zip(items, outcomes, strict=True):
                history[item] = [(day, outcome, (day, company, kind))]
        await _reclassify(here, history, changes)
        for offset in days:
            as_of = START + timedelta(days=offset)
            asked = LedgerQuery(as_of=as_of)
            await _compare(here.ctx, asked, made, history)
            one_kind = LedgerQuery(as_of=as_of, kind=KINDS[1], dimension="kind")
            await _compare(
                here.ctx,
                one_kind,
                [m for m in made if m[2] == KINDS[1]],
                {i: h for i, h in history.items() if h[0][2][2] == KINDS[1]},
            )


async def _reclassify(here: Town, history: dict[UUID, Any], changes: Any) -> None:
    versions = Counter[UUID]()
    for offset, index, outcome in sorted(changes):
        if not history:
            return
        item = list(history)[index % len(history)]
        day = max(START + timedelta(days=41 + offset), history[item][-1][0])
        with clock.frozen(clock.at(day, "11:00").astimezone(UTC)):
            try:
                async with here.ctx.db.savepoint():
                    await service.reclassify(
                        here.ctx, item, here.found(outcome), 1 + versions[item]
                    )
            except RefusedError:
                continue
        versions[item] += 1
        history[item].append((day, outcome, history[item][0][2]))


async def _compare(ctx: Ctx, asked: LedgerQuery, made: Any, history: Any) -> None:
    book = await service.ledger(ctx, asked)
    known = [m for m in made if m[0] <= asked.day]
    last = Counter(
        [o for day, o, _ in entries if day <= asked.day][-1]
        for entries in history.values()
        if entries[0][0] <= asked.day
    )
    total = book.total
    assert total.visits == len(known)
    assert total.companies == len({company for _, company, _ in known})
    assert [getattr(total, o.lower()) for o in OUTCOMES] == [last[o] for o in OUTCOMES]
    parts = (total.on_site, total.review, total.proposed, total.unclassed)
    assert total.received == sum(parts) == last.total()
    assert total.review == total.handled + total.notified
    for field in ("visits", "received", *(o.lower() for o in OUTCOMES)):
        assert sum(getattr(line, field) for line in book.lines) == getattr(total, field)
    for outcome in (*OUTCOMES, None, REVIEW):
        rows = (await service.items_behind(ctx, asked, outcome=outcome)).items
        number = total.review if outcome == REVIEW else last[outcome] if outcome else total.received
        assert len(rows) == number
    behind = (await service.visits_behind(ctx, asked)).items
    assert len(behind) == total.visits
    assert sum(v.received for v in behind) == total.received


async def test_a_book_once_read_stays_as_it_was(runtime: Any, city: Any, officer: Any):
    async with undone(runtime, city) as ctx:
        here = await town(ctx, officer)
        (item,) = await here.visit(START, "㈜가온정밀", "TASKFORCE", ["UNCLASSED"])
        with clock.frozen(clock.at(date(2026, 9, 20), "09:00")):
            await service.reclassify(here.ctx, item, here.found("NOTIFIED"), 1)
            now = await service.ledger(here.ctx, LedgerQuery())
            then = await service.ledger(here.ctx, LedgerQuery(as_of=date(2026, 9, 19)))
            (row,) = (await service.items_behind(here.ctx, LedgerQuery())).items
        assert (now.total.unclassed, now.total.notified) == (0, 1)
        assert (then.total.unclassed, then.total.notified) == (1, 0)
        assert row.unit_name == "기업지원과"
        before = await service.ledger(here.ctx, LedgerQuery(as_of=date(2026, 8, 31)))
        assert (before.total.visits, before.total.received, before.lines) == (0, 0, [])


async def test_what_is_proposed_is_a_proposal_and_on_site_needs_an_answer(
    runtime: Any, city: Any, officer: Any
):
    from sinmungo.cases.proposals import proposals_of

    async with undone(runtime, city) as ctx:
        here = await town(ctx, officer)
        (item,) = await here.visit(START, "㈜가온정밀", "TASKFORCE", ["UNCLASSED"])
        with clock.frozen(clock.at(START, "17:00")):
            with pytest.raises(RefusedError):
                await service.reclassify(here.ctx, item, here.found("ON_SITE"), 1)
            done = await service.reclassify(here.ctx, item, here.found("PROPOSED"), 1)
            (proposal,) = await proposals_of(here.ctx, done.case_id)
            assert (proposal.agency_id, proposal.state) == (here.agency_id, "OPEN")
            with pytest.raises(RefusedError):
                await service.reclassify(here.ctx, item, here.found("PROPOSED"), 2)


async def test_companies_visits_and_cases_are_three_numbers(runtime: Any, city: Any, officer: Any):
    async with undone(runtime, city) as ctx:
        here = await town(ctx, officer)
        await here.visit(START, "㈜가온정밀", "TASKFORCE", ["ON_SITE", "HANDLED"])
        await here.visit(START + timedelta(days=40), "㈜가온정밀", "COMM_DAY", ["ON_SITE"])
        await here.visit(START + timedelta(days=50), "㈜나래테크", "COMM_DAY", [])
        year = Period(date(2026, 1, 1), date(2026, 12, 31))
        with clock.frozen(clock.at(date(2026, 11, 2), "09:00")):
            tables = {
                name: await reporting.table(ctx, name, "kind", year)
                for name in ("visits", "visited-companies", "visit-cases")
            }
            rows = await reporting.evidence(
                ctx,
                "visited-companies",
                dimension="kind",
                value=None,
                measure="companies",
                period=year,
            )
            for dimension in ("unit", "association"):
                again = await reporting.table(ctx, "visited-companies", dimension, year)
                assert again.total.value("companies") == 2
        assert tables["visits"].total.value("visits") == 3
        assert tables["visit-cases"].total.value("found") == 3
        assert str(tables["visit-cases"].total.value("rate")) == "66.7"
        companies = tables["visited-companies"]
        assert companies.total.value("companies") == 2
        assert [line.value("companies") for line in companies.lines] == [1, 2]
        assert any("한 번만 셉니다" in note for note in companies.footnotes)
        assert (rows.total, len(rows.rows)) == (2, 2)
        assert rows.rows[1].cells[1] == "2026. 10. 11."  # the newest visit of each company
        assert len(await list_units(ctx)) > 0


async def test_an_association_is_a_filter(runtime: Any, city: Any, officer: Any):
    from sinmungo.companies.models import company_memberships
    from sinmungo_tenants import insert_into

    async with undone(runtime, city) as ctx:
        here = await town(ctx, officer)
        await here.visit(START, "㈜가온정밀", "TASKFORCE", ["ON_SITE"])
        await here.visit(START, "㈜나래테크", "TASKFORCE", ["HANDLED"])
        union = await agencies.get_or_add(ctx, "가온섬유협동조합", "ASSOCIATION")
        with clock.frozen(datetime(2026, 11, 2, 1, tzinfo=UTC)):
            (visit,) = [
                v
                for v in (await service.visits_behind(here.ctx, LedgerQuery())).items
                if v.company_name == "㈜가온정밀"
            ]
            await ctx.db.run(
                insert_into(company_memberships),
                id=clock.uuid7(),
                company_id=visit.company_id,
                agency_id=union,
                valid_from=START,
                created_at=clock.now(),
                row_version=1,
            )
            book = await service.ledger(here.ctx, LedgerQuery(agency_id=union))
        assert (book.total.visits, book.total.on_site, book.total.received) == (1, 1, 1)
