"""접수번호: gap-free per city and Seoul year, whatever fails beside."""

import asyncio
import itertools
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.testing.people import People
from sinmungo.testing.plugin import MakeCity
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
_names = itertools.count(1)


class UndoError(Exception):
    """Thrown to undo what was registered."""


def intake(count: int = 1, **changes: object) -> Intake:
    rows = [IntakeRow(category="ETC", content=f"내용 {n}") for n in range(count)]
    return Intake(company_name=f"업체{next(_names)}", rows=rows, **changes)  # type: ignore[arg-type]


def _undo_if(wanted: bool) -> None:
    if wanted:
        raise UndoError


async def register(
    runtime: Runtime, city: Tenant, count: int = 1, *, undo: bool = False
) -> list[str]:
    try:
        async with runtime.work.open(city) as ctx:
            made = await service.register(ctx, intake(count))
            _undo_if(undo)
    except UndoError:
        return []
    return [case.case_no for case in made]


def numbers(last: int, year: int = 2026) -> list[str]:
    return [f"TS-{year}-{n:06d}" for n in range(1, last + 1)]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(
        st.tuples(st.integers(min_value=1, max_value=3), st.booleans()), min_size=8, max_size=16
    )
)
async def test_gap_free_under_concurrency(
    runtime: Runtime, make_city: MakeCity, acts: list[tuple[int, bool]]
):
    city = await make_city()
    with clock.frozen(AT):
        done = await asyncio.gather(
            *(register(runtime, city, count, undo=undo) for count, undo in acts)
        )
        wanted = sum(count for count, undo in acts if not undo)
        assert sorted(no for some in done for no in some) == numbers(wanted)
        assert all(some == sorted(some) for some in done)
        assert await register(runtime, city) == [f"TS-2026-{wanted + 1:06d}"]


async def test_refused_requests_leave_no_gap(web: Web, people: People):
    api = web.api(await people.officer("INTAKE_OFFICER"))

    def body(n: int) -> dict[str, object]:
        category = "ETC" if n % 3 else "NOPE"
        return {"company_name": f"동시{n}", "rows": [{"category": category, "content": "내용"}]}

    with clock.frozen(AT):
        answers = await asyncio.gather(
            *(api.post("/api/v1/cases", json=body(n)) for n in range(18))
        )
    assert {a.status_code for a in answers} == {201, 422}
    made = [a.json()["items"][0]["case_no"] for a in answers if a.status_code == 201]
    assert sorted(made) == numbers(12)


async def test_year_begins_at_midnight_in_seoul(runtime: Runtime, city: Tenant):
    with clock.frozen(datetime.fromisoformat("2026-12-31T23:59:59+09:00")):
        assert await register(runtime, city, 2) == numbers(2)
    with clock.frozen(datetime.fromisoformat("2027-01-01T00:00:00+09:00")):
        assert await register(runtime, city) == numbers(1, 2027)
        late = datetime.fromisoformat("2026-12-31T17:00:00+09:00")
        async with runtime.work.open(city) as ctx:
            made = await service.register(ctx, intake(received_at=late))
    assert made[0].case_no == "TS-2026-000003"
