"""Every route of core and plugins, tried with another city's records and with those out of scope.

Nothing is listed here: a route that is new tomorrow is swept tomorrow.
"""

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from litestar import Controller, get
from litestar.params import FromPath
from sqlalchemy import Uuid, bindparam, select

from sinmungo import clock
from sinmungo.app import Runtime, create_app
from sinmungo.bookings.setup import close_rooms
from sinmungo.cases.listing import search
from sinmungo.cases.models import cases
from sinmungo.cases.sharing import share
from sinmungo.cases.types import CaseQuery
from sinmungo.companies import merging
from sinmungo.companies.models import contacts
from sinmungo.companies.service import add, company_brief, record
from sinmungo.companies.states import set_state
from sinmungo.deploy.cities import CityFile, read_files
from sinmungo.errors import MissingError
from sinmungo.experts import service as experts
from sinmungo.experts.ties import NewTie
from sinmungo.forms import definitions
from sinmungo.forms.types import FieldIn
from sinmungo.host.context import Work
from sinmungo.host.host import Host
from sinmungo.host.types import SYSTEM, Slice
from sinmungo.people import regional
from sinmungo.people.invitations import invite
from sinmungo.people.models import ROLES
from sinmungo.people.regional import NewGrant
from sinmungo.people.service import add_unit
from sinmungo.retention.service import Hold, hold
from sinmungo.testing.books import case_row, register
from sinmungo.testing.experts import AdviceScene
from sinmungo.testing.imports import Importer
from sinmungo.testing.kin import crossings, kin_of, paired
from sinmungo.testing.people import Officer, People
from sinmungo.testing.prey import (
    MARK,
    Prey,
    collect,
    empty_tables,
    fillings,
    mark,
    uuid_params,
)
from sinmungo.testing.raid import Fill, Raid, raid, ready
from sinmungo.testing.sweep import Route, routes
from sinmungo.testing.web import Web
from sinmungo.testing.whole_cities import demo_city, discard, sums
from sinmungo.web.access import needs
from sinmungo.web.types import CtxDep, Req
from sinmungo_tenants import Tenant, read

FILES = read_files(Path(__file__).parents[2] / "tenants")
# What routes read only in certain words, by the end of their path: others stumble before the wall.
WORDS: dict[str, dict[str, Any]] = {
    "/cases/{case_id}/answer": {"disposition": "ACCEPTED", "implementation": "DONE"},
    "/cases/{case_id}/close": {"reason": "CONFIRMED"},
    "/consents": {"purpose": "NEWSLETTER", "how": "PAPER"},
    "/figures": {"size_class": "SMALL"},
    "/companies/{company_id}/state": {"state": "CLOSED"},
    "/decline": {"reason": "BUSY"},
    "/hold": {"held_on": "2026-11-20", "hours": "2", "mode": "VISIT"},
    "/{request_id}/plan": {"session_at": "11.25 14:00", "mode": "VISIT"},
    "/review": {"outcome": "KEEP"},
    "/ties": {"kind": "STAKE", "valid_from": "2026-11-01", "valid_to": ""},
    "/ties/{tie_id}/end": {"valid_to": "2026-11-20"},
    "/items/{item_id}/outcome": {"outcome": "HANDLED"},
    "/tax": {
        "income": "OTHER",
        "account": "110-222-333333",
        "bank": "국민은행",
        "holder": "구나래",
    },
    "/imports/{run_id}/plan": {"sheets": []},
    "/roles": {"roles": ["LEAD_OFFICER"]},
}
# Tables without a record to aim at, and why that is no gap.
NO_PREY = {
    "access_log": "no address takes a line of it",
    "destructions": "no address takes a line of it",
    "downloads": "no address takes a line of it",
    "case_approvals": "asked for by the case",
    "case_external_refs": "no address takes one",
    "company_merge_rows": "no address takes one",
    "company_pairs": "no address takes one",
    "form_values": "no address takes one",
    "hook_failures": "no address takes one",
    "import_bad_lines": "asked for by the run",
    "import_layouts": "asked for by the kind",
    "import_terms": "the same address as for a term that is not there",
    "mask_runs": "no address takes one",
    "retention_runs": "no address takes one",
    "role_rights": "no address takes one",
    "city_logos": "there is one per city, asked for by host",
}

# Paths of two ids without a table that joins them, and why that is no gap.
NO_KIN = {"/api/v1/companies/{company_id}/merges/{other_id}": "any two companies of the city"}

# Refused already for the other city's id in the body, before the one in the path is looked for.
BODY_FIRST = {("POST", "/api/v1/companies/{company_id}/memberships")}
# Whoever may record visits may join another unit's: the warning "visited by X" offers it.
OPEN_TO_ALL = "/visits/{visit_id}/join"


_ENDED = read(select(cases.c.id).where(cases.c.closed_at.is_not(None)).limit(1), UUID)


def services_of(demo: dict[str, Any]) -> list[str]:
    """Return the services that the demo's rooms offer; a plugin that is not here brings them."""
    lines = [*demo["rooms"], *({"services": [sit["service"]]} for sit in demo.get("rota", []))]
    return sorted({name for line in lines for name in line.get("services", [])})


def everything(runtime: Runtime) -> CityFile:
    """A city with every plugin and the demo data of all files."""
    tables: dict[str, Any] = {}
    for file in FILES:
        tables |= {k: v for k, v in file.tables.items() if k not in tables}
        tables["demo"] = {**file.tables.get("demo", {}), **tables.get("demo", {})}
    if not all(set(file.plugins) <= runtime.host.plugins.keys() for file in FILES):
        tables["bookings"] = {"services": services_of(tables["demo"]["bookings"])}
    return msgspec.structs.replace(FILES[0], plugins=tuple(runtime.host.plugins), tables=tables)


async def consult(scene: AdviceScene) -> None:
    """Add what a city has whose experts advise; the demo's are a plugin's."""
    await scene.rule(valid_from="2026-02-01")
    for name in ("이탐색", "저탐색"):
        expert = await scene.expert(name=name, email="", term_to="2099-12-31")
        version = (await experts.expert(scene.ctx, expert)).row_version
        tie = NewTie(kind="STAKE", business="가까운공업")
        await experts.add_tie(scene.ctx, expert, tie, version)
    await scene.asked()


async def furnish(runtime: Runtime, city: Tenant) -> None:
    """Add what the demo data has not."""
    async with runtime.work.open(city) as ctx:
        await definitions.add(ctx, FieldIn(record_kind="COMPANY", label="넘보지 말 것"))
        await close_rooms(ctx, None, date(2026, 12, 24), date(2026, 12, 24), "쉽니다")
        pair = [await add(ctx, {"name": name}) for name in ("쌍둥이공업", "쌍둥이산업")]
        versions = [(await record(ctx, i)).row_version for i in pair]
        await merging.merge(ctx, *pair, (), keep_version=versions[0], drop_version=versions[1])
        gone = {"state": "MOVED", "state_on": f"{clock.today()}", "state_reason": "이전"}
        moved = await add(ctx, {"name": "떠난공업"})
        await set_state(ctx, moved, gone, (await record(ctx, moved)).row_version)
        await consult(AdviceScene(ctx))
    await Importer(runtime, city).all(register([case_row(1)]))
    officer = await People(runtime, city).officer("LEAD_OFFICER", name="구나래")
    async with runtime.work.open(city) as ctx:
        await invite(ctx, officer.id)
        ended = (await ctx.db.all(_ENDED))[0]
        await hold(ctx, Hold(rule="cases.text", record_id=ended, reason="다툼이 있음"))
        today, case = clock.today(), (await search(ctx, CaseQuery())).rows[0]
        grant = NewGrant(
            agency="지역팀", login="region", name="구나래", valid_from=today, until=today
        )
        await regional.add(ctx, grant)
        team = (await regional.teams(ctx))[0]
        await share(ctx, case.id, team.id, "함께 봅니다", case.row_version)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theirs(runtime: Runtime) -> AsyncIterator[Prey]:
    city = await demo_city(runtime, everything(runtime), "prey")
    await furnish(runtime, city)
    mark(runtime, city)
    yield collect(runtime, city)
    discard(runtime)


@pytest.fixture(scope="module")
def every(app: Any) -> list[Route]:
    return routes(app)


@pytest_asyncio.fixture(loop_scope="session")
async def own_city(runtime: Runtime, make_city: Any) -> Tenant:
    made: Tenant = await make_city(plugins=tuple(runtime.host.plugins))
    return made


async def as_both(
    web: Web, officer: Officer, tried: list[Route], theirs: Prey, fill: Fill | None = None
) -> Raid:
    """Raid the API by token and the pages by session."""
    api, screens = [r for r in tried if r.is_api], [r for r in tried if not r.is_api]
    done = await raid(web.api(officer), api, theirs, words=WORDS, fill=fill)
    if not screens:
        return done
    page = await ready(web.browser(officer).client)
    return done.with_(await raid(page, screens, theirs, words=WORDS, fill=fill))


async def test_there_is_something_to_get_at(theirs: Prey, every: list[Route], runtime: Runtime):
    assert set(empty_tables(runtime, theirs)) <= set(NO_PREY)
    assert len([r for r in every if uuid_params(r)]) > 200
    assert len(theirs.every) > 1000


async def test_another_citys_records_are_out_of_reach(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any, own_city: Tenant
):
    people = People(runtime, own_city)
    web = Web(app, own_city.hosts[0], people)
    before = sums(runtime, theirs.city)
    aimed = [r for r in every if uuid_params(r)]
    done = await as_both(web, await people.officer(*ROLES), aimed, theirs)
    assert [str(leak) for leak in done.leaks] == []
    assert set(done.never_looked) == BODY_FIRST
    assert done.refused | BODY_FIRST == {(r.method, r.path) for r in aimed}
    assert sums(runtime, theirs.city) == before
    await web.close()


async def test_lists_and_files_hold_nothing_of_another_city(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any, own_city: Tenant
):
    people = People(runtime, own_city)
    web = Web(app, own_city.hosts[0], people)
    before = sums(runtime, theirs.city)
    no_citys = ("/platform", "/health")
    rest = [r for r in every if not uuid_params(r) and not r.path.startswith(no_citys)]
    reads = [r for r in rest if r.method == "GET"]
    done = await as_both(web, await people.officer(*ROLES), reads, theirs)
    for route in rest:  # an act may end a session or change a password: each has its own officer
        if route.method != "GET":
            done = done.with_(await as_both(web, await people.officer(*ROLES), [route], theirs))
    assert [str(leak) for leak in done.leaks] == []
    assert sums(runtime, theirs.city) == before
    await web.close()


async def test_nobody_gets_in_without_signing_in(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any
):
    web = Web(app, theirs.city.hosts[0], People(runtime, theirs.city))
    before = sums(runtime, theirs.city)
    shut = [r for r in every if not r.public and not r.path.startswith("/platform")]
    client = await ready(web.anyone().client)

    def one(route: Route) -> list[dict[str, object]]:
        return fillings(route, theirs)[:1]  # nobody is asked about a record before who he is

    done = await raid(client, shut, theirs, words=WORDS, refuse_all=True, fill=one)
    assert [str(leak) for leak in done.leaks] == []
    assert done.unread == set()
    assert sums(runtime, theirs.city) == before
    await web.close()


async def test_a_child_is_found_below_its_own_parent_only(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any, own_city: Tenant
):
    """The sender is of the city that has the records; the other one's ids stand beside its own."""
    people = People(runtime, theirs.city)
    web = Web(app, theirs.city.hosts[0], people)
    other = collect(runtime, own_city)
    known = {r.path: kin_of(runtime, theirs, r) for r in paired(every)}
    related = {path: kin for path, kin in known.items() if kin is not None}
    assert known.keys() - related.keys() == set(NO_KIN)
    assert len(related) > 10
    officer = await people.officer(*ROLES)
    before = sums(runtime, theirs.city)
    aimed = [r for r in paired(every) if r.path in related]
    done = await as_both(
        web, officer, aimed, theirs, lambda r: crossings(r, related[r.path], other)
    )
    assert [str(leak) for leak in done.leaks] == []
    assert done.never_looked == []
    assert sums(runtime, theirs.city) == before
    await web.close()


async def test_records_out_of_scope_are_not_there(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any
):
    people = People(runtime, theirs.city)
    async with runtime.work.open(theirs.city, SYSTEM) as ctx:
        await add_unit(ctx, name="외딴과", kind="DEPARTMENT")
    web = Web(app, theirs.city.hosts[0], people)
    lonely = await people.officer("LEAD_OFFICER", unit="외딴과")
    scoped = {"case_id", "visit_id"}
    aimed = [r for r in every if scoped.intersection(p.name for p in uuid_params(r))]
    aimed = [r for r in aimed if not r.path.endswith(OPEN_TO_ALL)]
    assert len(aimed) > 30
    done = await as_both(web, lonely, aimed, theirs)
    assert [str(leak) for leak in done.leaks] == []
    assert done.never_looked == []
    await web.close()


def mails(folder: Path) -> list[Path]:
    """Return the mails that went out: without a mail host they become files."""
    return list(folder.rglob("*.eml"))


async def test_jobs_do_nothing_with_another_citys_records(
    theirs: Prey, runtime: Runtime, own_city: Tenant, tmp_path: Path
):
    before = sums(runtime, theirs.city)
    jobs = [job for loaded in runtime.host.slices for job in loaded.slice.jobs]
    assert len(jobs) > 5
    settings = msgspec.structs.replace(runtime.settings, smtp_host="", data=str(tmp_path))
    work = Work(runtime.doors, runtime.work.keyring, runtime.host, runtime.work.wake, settings)
    for job in jobs:
        for subject in [ids[0] for ids in theirs.by_table.values()]:
            with contextlib.suppress(Exception):  # a job may refuse; it must not find anything
                async with work.open(own_city) as ctx:
                    await job.run(ctx, subject)
    assert mails(tmp_path) == []
    assert sums(runtime, theirs.city) == before


async def test_numbers_and_codes_of_another_city_open_nothing(
    theirs: Prey, runtime: Runtime, app: Any, own_city: Tenant
):
    filed = Web(app, theirs.city.hosts[0], People(runtime, theirs.city)).anyone()
    await filed.get("/cases/file")
    form = {"company_name": f"{MARK}공업", "caller": "한서윤", "phone": "010-2345-6789"}
    await filed.post("/cases/file", {**form, "content": MARK, "category": "", "consent": "1"})
    receipt = (await filed.get("/cases/file/done")).text
    known = {
        name: re.search(rf'id="receipt-{end}">([^<]+)<', receipt)[1]  # type: ignore[index]
        for name, end in (("receipt_no", "no"), ("code", "code"))
    }
    people = People(runtime, own_city)
    web = Web(app, own_city.hosts[0], people)
    assert MARK in (await filed.post("/cases/follow", known)).text
    stranger = web.anyone()
    await stranger.get("/cases/follow")
    assert MARK not in (await stranger.post("/cases/follow", known)).text
    officer = await people.officer(*ROLES)
    async with runtime.work.open(theirs.city) as ctx:
        number = (await ctx.db.all(read(select(cases.c.case_no), str)))[0]
    found = await web.browser(officer).post("/office/cases/search", {"q": number})
    assert found.status_code == 200
    assert theirs.seen_in(found, number) == ""


_CONTACT = read(select(contacts.c.id).where(contacts.c.id == bindparam("id", type_=Uuid())), UUID)


class Leaky(Controller):
    """Forgets the wall: opens the door of whichever city has the record."""

    @get("/{company_id:uuid}", opt=needs("companies.read"))
    async def leak(self, request: Req, company_id: FromPath[Any]) -> dict[str, str]:
        runtime = request.app.state.runtime
        for city in runtime.registry.all():
            async with runtime.work.open(city) as ctx:
                try:
                    return {"name": (await company_brief(ctx, company_id)).name}
                except Exception:  # noqa: BLE001, S112 - it looks in the next city
                    continue
        return {}


class Careless(Controller):
    """Forgets to look whether the record is there."""

    @get("/{case_id:uuid}/anything", opt=needs("cases.read"))
    async def anything(self, ctx: CtxDep, case_id: FromPath[Any]) -> dict[str, str]:
        return {"city": ctx.city.slug, "case": str(case_id)}


class Fatherless(Controller):
    """Forgets to ask whose child it is."""

    @get("/of/{company_id:uuid}/{contact_id:uuid}", opt=needs("companies.read"))
    async def child(
        self, ctx: CtxDep, company_id: FromPath[Any], contact_id: FromPath[Any]
    ) -> dict[str, str]:
        if not await ctx.db.all(_CONTACT, id=contact_id):
            raise MissingError
        return {"parent": str(company_id)}


async def test_a_new_route_is_swept_without_being_listed(
    theirs: Prey, runtime: Runtime, own_city: Tenant
):
    new = Slice("leaky", "새는 곳", api=(Leaky, Careless, Fatherless))
    host = runtime.host
    wider = Host((*host.core, new), tuple(host.plugins.values()), host.quarantined)
    wider_runtime = Runtime(runtime.settings, wider)
    async with wider_runtime.running():
        app = create_app(wider_runtime)
        people = People(wider_runtime, own_city)
        web = Web(app, own_city.hosts[0], people)
        found = [r for r in routes(app) if "/leaky/" in r.path]
        done = await as_both(web, await people.officer(*ROLES), found, theirs)
        fatherless = paired(found)
        assert {leak.route.path for leak in done.leaks} == {
            r.path for r in found if r not in fatherless
        }
        at_home = People(wider_runtime, theirs.city)
        home = Web(app, theirs.city.hosts[0], at_home)
        (route,) = fatherless
        kin, other = kin_of(runtime, theirs, route), collect(runtime, own_city)
        assert kin is not None
        mixed = crossings(route, kin, other)
        done = await as_both(
            home, await at_home.officer(*ROLES), fatherless, theirs, lambda _: mixed
        )
        assert len(done.leaks) == 2  # below the other city's parent, and below a stranger
        await web.close()
        await home.close()
