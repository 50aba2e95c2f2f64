"""B2 under every order of acts, and under two at the same time."""

import asyncio
from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sinmungo.sdk import CompanyBrief, RefusedError, StaleError
from sinmungo_bucheon.project100 import board, handover, leaving, rounds, service
from sinmungo_bucheon.project100.rules import Seats, refusal

ACTS = st.lists(
    st.tuples(st.sampled_from(["enrol", "end", "promote"]), st.integers(0, 30)), max_size=14
)


@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_a_seat_is_given_only_when_free_and_nobody_waits(capacity, active, waiting):
    now = Seats(capacity, active, waiting)
    assert (now.next_status == "ACTIVE") == (active < capacity and waiting == 0)
    assert now.free == max(0, capacity - active)


async def test_b2_holds_after_any_sequence(runtime, city, people, make_company):
    """Random acts against a plain model: a queue, and a set that never outgrows the seats."""
    officer = await people.officer("TEAM_LEADER")
    pool = [await make_company() for _ in range(14)]
    for number, acts in enumerate(_sequences(12)):
        async with runtime.work.open(city) as ctx:
            of = await _round(ctx, f"회차 {number}", capacity=3)
            await _play(ctx, of, acts, pool, officer.id)
            await leaving.close_round(ctx, of.id, 1)


def _sequences(count: int) -> list[list[tuple[str, int]]]:
    found: list[list[tuple[str, int]]] = []

    # Only the sequences come from hypothesis: each is then played in the running event loop.
    @settings(
        max_examples=count, database=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(ACTS)
    def collect(acts: list[tuple[str, int]]) -> None:
        found.append(acts)

    collect()
    return found


async def _round(ctx, name, capacity):
    round_id = await rounds.open_round(
        ctx, name=name, selected_on=date(2026, 3, 2), capacity=capacity, min_employees=50
    )
    return await rounds.round_of(ctx, round_id)


async def _play(ctx, of, acts, pool, officer_id):
    free, active, queue = list(pool), set(), []
    for act, pick in acts:
        rows = {m.row.id: m.row for m in await board.members(ctx, of) if m.row.ended_on is None}
        if act == "enrol" and free:
            company = free.pop(pick % len(free))
            made = await service.enrol(
                ctx, round_id=of.id, company_id=company, officer_id=officer_id
            )
            if len(active) < of.capacity and not queue:
                active.add(made.id)
                assert made.waits_at == 0
            else:
                queue.append(made.id)
                assert made.waits_at == len(queue)
        elif act == "end" and rows:
            row = list(rows.values())[pick % len(rows)]
            left = await leaving.end(
                ctx, row.id, reason="WITHDREW", note="", row_version=row.row_version
            )
            active.discard(row.id)
            queue = [i for i in queue if i != row.id]
            expected = queue[0] if queue and len(active) < of.capacity else None
            assert (left.next_up.id if left.next_up else None) == expected
        elif act == "promote" and queue:
            chosen = queue[pick % len(queue)]
            if chosen == queue[0] and len(active) < of.capacity:
                await service.promote(ctx, chosen, rows[chosen].row_version)
                active.add(queue.pop(0))
            else:
                with pytest.raises(RefusedError):
                    await service.promote(ctx, chosen, rows[chosen].row_version)
        await _agree(ctx, of, active, queue)


async def _agree(ctx, of, active, queue):
    found = await board.members(ctx, of)
    assert {m.row.id for m in found if m.row.status == "ACTIVE"} == active
    waiting = sorted((m.row for m in found if m.row.waits_at), key=lambda r: r.waits_at)
    assert [r.id for r in waiting] == queue
    assert len(active) <= of.capacity


async def test_the_last_seat_goes_to_one_of_four(project, make_company):
    """Both officers are told the truth: exactly one is in, the other waits."""
    round_id = await project.open_round(capacity=2)
    await project.enrol(round_id, await make_company())
    companies = [await make_company() for _ in range(4)]
    answers = await asyncio.gather(*(project.enrol(round_id, c) for c in companies))
    assert sorted(a["status"] for a in answers) == ["ACTIVE", "WAITING", "WAITING", "WAITING"]
    assert sorted(a["waits_at"] for a in answers) == [0, 1, 2, 3]
    assert sorted(r["apply_no"] for r in await project.rows(round_id)) == [1, 2, 3, 4, 5]


async def test_as_09_the_hundredth_and_the_hundred_and_first(
    project, people, web, make_company, runtime, city
):
    """99 are in; two officers take one in at the same moment: exactly 100 are active."""
    round_id = await project.open_round()
    companies = [await make_company("50") for _ in range(101)]
    async with runtime.work.open(city) as ctx:
        for company in companies[:99]:
            await service.enrol(
                ctx, round_id=UUID(round_id), company_id=company, officer_id=project.officer.id
            )
    other = type(project)(web.api(await people.officer("INTAKE_OFFICER")), project.officer)
    both = await asyncio.gather(
        project.enrol(round_id, companies[99]), other.enrol(round_id, companies[100])
    )
    assert sorted(b["status"] for b in both) == ["ACTIVE", "WAITING"]
    statuses = Counter(r["status"] for r in await _all_rows(project, round_id))
    assert statuses == {"ACTIVE": 100, "WAITING": 1}


async def _all_rows(project, round_id):
    rows, query = [], {"round_id": round_id}
    while True:
        page = (await project.api.get(project.path, params=query)).json()
        rows += page["items"]
        if page["next"] is None:
            return rows
        query["cursor"] = page["next"]


async def test_one_company_enrolled_twice_at_once_is_in_once(project, make_company):
    here = await project.open_round()
    there = await project.open_round(name="다른 회차")
    company = await make_company()
    answers = await asyncio.gather(
        *(project.try_enrol(r, company) for r in (here, there, here, there))
    )
    assert sorted(a.status_code for a in answers) == [201, 422, 422, 422]
    assert len(await project.rows(here)) + len(await project.rows(there)) == 1


async def test_a_seat_is_filled_once(project, make_company):
    round_id = await project.open_round(capacity=1)
    first, second, _ = [await project.enrol(round_id, await make_company()) for _ in range(3)]
    await project.act(first, "end", reason="WITHDREW")
    answers = await asyncio.gather(*(project.act(second, "promote") for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 412, 412]


async def test_a_hand_over_on_an_old_state_is_refused(runtime, city, people, project, make_company):
    round_id = await project.open_round()
    row = await project.enrol(round_id, await make_company())
    after = await people.officer("LEAD_OFFICER")
    async with runtime.work.open(city) as ctx:
        with pytest.raises(StaleError):
            await handover.change_officer(
                ctx, UUID(row["id"]), officer_id=after.id, reason="", row_version=2
            )


def test_a_closed_company_is_refused():
    company = CompanyBrief(
        id=UUID(int=1),
        name="㈜가온정밀",
        business_no=None,
        dong=None,
        employees=80,
        employees_on=date(2026, 1, 1),
        size_class=None,
        state="CLOSED",
    )
    assert "폐업" in refusal(company, 50, date(2026, 3, 2))
