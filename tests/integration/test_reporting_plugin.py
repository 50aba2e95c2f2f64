"""A plugin's dataset becomes a report without a line in core, and goes with the plugin."""

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Date, cast, func

from sinmungo import clock
from sinmungo.app import Runtime, create_app
from sinmungo.companies.models import companies
from sinmungo.host.activation import disable, enable
from sinmungo.host.checks import SliceProblemError, check_slices
from sinmungo.host.context import Work
from sinmungo.host.loader import load
from sinmungo.host.types import Slice
from sinmungo.reporting.terms import Dataset, Dimension, Measure, RowColumn
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.cases import BareCases
from sinmungo.testing.fakes import fake_plugin
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

_DAY = cast(func.timezone("Asia/Seoul", companies.c.created_at), Date)
ROUNDS = Dataset(
    slug="fake-firms",
    title="관리 업체 현황",
    unit="개사",
    source=companies,
    id=companies.c.id,
    at=_DAY,
    dimensions=(
        Dimension("state", "상태별", companies.c.state, {"ACTIVE": "영업", "CLOSED": "폐업"}),
    ),
    measures=(
        Measure("all", "업체"),
        Measure("closed", "폐업", companies.c.state == "CLOSED"),
        Measure("share", "폐업률", share=("closed", "all")),
        Measure("age", "등록 뒤", days=(_DAY, companies.c.created_at)),
    ),
    columns=(RowColumn("업체", companies.c.name), RowColumn("등록일", _DAY)),
    chart=("closed",),
)
SLICES = (Slice(slug="firms", title="관리 업체", reports=(ROUNDS,)),)


@pytest.fixture(scope="module")
def extended(runtime: Runtime) -> Runtime:
    """The same deployment as a process sees it that has one more plugin."""
    made = copy.copy(runtime)
    made.host = load(CORE_SLICES, [fake_plugin("fake", SLICES)])
    made.work = copy.copy(runtime.work)
    made.work.host = made.host
    assert isinstance(made.work, Work)
    return made


@pytest.fixture(scope="module")
def app(extended: Runtime) -> Any:
    return create_app(extended)


@pytest.fixture
async def web(extended: Runtime, app: Any, city: Tenant) -> AsyncIterator[Web]:
    await enable(extended, city, "fake")
    made = Web(app, city.hosts[0], People(extended, city))
    yield made
    await made.close()


async def test_a_dataset_of_a_plugin_is_a_report(web: Web, extended: Runtime, city: Tenant):
    async with extended.work.open(city) as ctx:
        await BareCases.prepare(ctx, company="-한빛정밀")
    officer = await web.people.officer("TENANT_ADMIN")
    api, browser = web.api(officer), web.browser(officer)
    slugs = [d["slug"] for d in (await api.get("/api/v1/reporting")).json()["items"]]
    assert {"cases", "fake-firms"} <= set(slugs)
    page = (await browser.get("/office/reporting/fake-firms")).text
    assert "관리 업체 현황" in page
    assert "단위: 개사" in page
    assert "기업애로 처리현황" in (await browser.get("/office/reporting")).text
    table = (await api.get("/api/v1/reporting/fake-firms")).json()
    values = {c["column"]: c["value"] for c in table["total"]["cells"]}
    assert (values["all"], values["closed"], values["share"]) == (1, 0, 0.0)
    assert 0 <= values["age"] <= 1
    assert [(x["title"], x["cells"][0]["value"]) for x in table["lines"]] == [
        ("영업", 1),
        ("폐업", 0),
    ]
    behind = (await api.get(table["lines"][0]["cells"][0]["rows"])).json()
    today = clock.today()
    shown = f"{today.year}. {today.month}. {today.day}."
    assert [r["cells"] for r in behind["items"]] == [["-한빛정밀", shown]]


async def test_it_goes_with_the_plugin(web: Web, extended: Runtime, city: Tenant):
    officer = await web.people.officer("TENANT_ADMIN")
    api, browser = web.api(officer), web.browser(officer)
    assert (await browser.get("/office/reporting/fake-firms")).status_code == 200
    await disable(extended, city, "fake")
    for path in ("", "/rows", "/table.csv"):
        assert (await browser.get(f"/office/reporting/fake-firms{path}")).status_code == 404
    for path in ("", "/rows"):
        assert (await api.get(f"/api/v1/reporting/fake-firms{path}")).status_code == 404
    assert "fake" not in (await api.get("/api/v1/reporting")).text
    assert "관리 업체" not in (await browser.get("/office/reporting")).text
    await enable(extended, city, "fake")
    assert (await browser.get("/office/reporting/fake-firms")).status_code == 200


def test_a_plugin_may_not_take_a_name_of_core():
    stolen = Dataset(**{n: getattr(ROUNDS, n) for n in Dataset.__slots__} | {"slug": "cases"})
    with pytest.raises(SliceProblemError, match="must begin with fake-"):
        check_slices([Slice(slug="x", title="x", reports=(stolen,))], plugin="fake")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"dimensions": ()}, "has no dimension"),
        ({"dimensions": ROUNDS.dimensions * 2}, "has a dimension twice"),
        ({"measures": ()}, "must begin with a measure that counts every row"),
        ({"measures": ROUNDS.measures[1:]}, "must begin with a measure that counts every row"),
        ({"measures": ROUNDS.measures[:1] * 2}, "has a measure twice"),
        ({"chart": ("share",)}, "names no count"),
        ({"measures": (ROUNDS.measures[0], ROUNDS.measures[2])}, "names no count"),
    ],
)
def test_a_dataset_that_would_count_wrong_is_refused(change: dict[str, Any], problem: str):
    given = {n: getattr(ROUNDS, n) for n in Dataset.__slots__} | {"chart": ()} | change
    with pytest.raises(ValueError, match=problem):
        Dataset(**given)
