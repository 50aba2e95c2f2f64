"""Every route of core and plugins, tried with another city's records and with those out of scope.

Nothing is listed here: a route that is new tomorrow is swept tomorrow.
"""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from sinmungo.app import Runtime, create_app
from sinmungo.cases.models import cases
from sinmungo.deploy.cities import read_files
from sinmungo.host.context import Work
from sinmungo.host.host import Host
from sinmungo.host.types import SYSTEM, Identity
from sinmungo.people.models import ROLES
from sinmungo.people.permissions import GUESTS
from sinmungo.testing.intruders import as_both, stranger_of
from sinmungo.testing.kin import crossings, kin_of, paired
from sinmungo.testing.leaky import LEAKY
from sinmungo.testing.lists import lists
from sinmungo.testing.people import Officer, People
from sinmungo.testing.prey import (
    MARK,
    MARK_KEPT,
    Places,
    Prey,
    collect,
    empty_tables,
    fillings,
    mark,
    tables_of,
    uuid_params,
)
from sinmungo.testing.quarry import BODIES, Codes, everything, furnish, words
from sinmungo.testing.raid import raid, ready
from sinmungo.testing.sweep import Route, routes
from sinmungo.testing.web import Web
from sinmungo.testing.whole_cities import demo_city, discard, sums
from sinmungo_tenants import Tenant, read

FILES = read_files(Path(__file__).parents[2] / "tenants")
FEWER = {"bucheon.project100_capacity": 12}
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
# Reads that a city without records refuses, and why.
NOT_OPENED = {
    "asks for something that was chosen before": (
        *("/api/v1/bucheon/project100/check", "/api/v1/forms/questions", "/bookings/new"),
        *("/office/bookings/new", "/office/experts/advice/new"),
    ),
    "nothing of the kind is there": (
        *("/logo", "/office/people/oidc/return", "/office/people/oidc/start"),
        *(f"/office/bucheon/project100/board/table.{kind}" for kind in ("csv", "xlsx")),
    ),
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
RECORDS = {"companies", "contacts", "officers", "submissions", "experts", "import_runs"}
SCOPED = ("cases", "visits", "advice_requests")
# What any officer who may open the page at all may read, of whatever department it is.
FOR_ALL = {
    "/reporting": "reports count the whole city, and every number opens its rows",
    "/retention": "the city's own register of what is destroyed",
    "/bookings": "one desk for the whole city",
    "/project100/": "what companies of a programme told is read by all who look after them",
    "/join": "whoever may record visits may join another department's",
}
OPEN_TABLES = {"bookings": "one desk for the whole city"}
SHOWN = {"visits": "the month shows who goes where; what was said there is the department's"}
# The same in every city: files of the packages, and the description of the API.
NO_CITYS = ("/platform", "/health", "/static/", "/help/", "/api/v1/openapi.json", "/openapi-unused")
# Pages with lines of a table that are no list of records, or have their file elsewhere.
NO_FILE = {
    "a setting, or words of the city": (
        *("/admin/bookings", "/admin/cases/holidays", "/admin/experts", "/admin/forms"),
        *("/admin/forms/preview", "/admin/imports/terms", "/admin/opening", "/admin/plugins"),
        *("/admin/people/regional", "/admin/people/roles", "/admin/plugins/{slug}/{act}"),
        *("/admin/retention", "/office/bookings/rooms", "/office/bookings/rota"),
        "/office/bucheon/project100/rounds",
    ),
    "who changed or brought in what": (
        *("/admin/imports", "/admin/people/roles/history", "/admin/settings/{slug}/history"),
    ),
    "a form": ("/office/cases/new", "/office/visits/new", "/office/visits/record"),
    "the register of what was destroyed has the file": ("/admin/retention/of/{code}",),
    "what cities share with a regional team": ("/office/cases/shared",),
    "one's own desk or account": ("/office/experts/desk", "/office/people/me"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """The city that is raided, the codes that open its pages, and words for other addresses."""

    theirs: Prey
    codes: Codes
    places: Places


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(runtime: Runtime) -> AsyncIterator[Ground]:
    city = await demo_city(runtime, everything(runtime, FILES, FEWER), "prey")
    codes = await furnish(runtime, city)
    mark(runtime, city)
    async with runtime.work.open(city, SYSTEM) as ctx:
        places = {**await words(ctx), **{path: (code,) for path, code in codes.paths.items()}}
    yield Ground(collect(runtime, city), codes, places)
    discard(runtime)


@pytest.fixture(scope="module")
def theirs(ground: Ground) -> Prey:
    return ground.theirs


@pytest.fixture(scope="module")
def every(app: Any) -> list[Route]:
    return routes(app)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_city(runtime: Runtime, make_city: Any) -> Tenant:
    made: Tenant = await make_city(plugins=tuple(runtime.host.plugins), kept=True)
    return made


def without_ids(every: list[Route]) -> list[Route]:
    """Routes of a city that take no id."""
    return [r for r in every if not uuid_params(r) and not r.path.startswith(NO_CITYS)]


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
    ground: Ground, every: list[Route], runtime: Runtime, app: Any, own_city: Tenant
):
    """Each is really opened: one that is not there shows nothing, whatever it would hold."""
    people = People(runtime, own_city)
    web = Web(app, own_city.hosts[0], people)
    reads = [r for r in without_ids(every) if r.method == "GET"]
    officer = await people.officer(*ROLES)
    done = await as_both(web, officer, reads, ground.theirs, places=ground.places)
    assert [str(leak) for leak in done.leaks] == []
    known = {r.path for r in reads}
    closed = known - {path for _, path in done.opened}
    not_there = {path for paths in NOT_OPENED.values() for path in paths}
    assert closed - ground.codes.paths.keys() == known & not_there
    assert closed >= ground.codes.paths.keys()
    await web.close()


async def test_acts_reach_nothing_of_another_city(
    ground: Ground, every: list[Route], runtime: Runtime, app: Any, make_city: Any
):
    city = await make_city(plugins=tuple(runtime.host.plugins))
    people = People(runtime, city)
    web = Web(app, city.hosts[0], people)
    before = sums(runtime, ground.theirs.city)
    acts = [r for r in without_ids(every) if r.method != "GET"]
    done = await as_both(web, await people.officer(*ROLES), acts, ground.theirs)
    # An act may end a session or change a password: those that came after it get another officer.
    for route in [r for r in acts if (r.method, r.path) in done.signed_out]:
        alone = await as_both(web, await people.officer(*ROLES), [route], ground.theirs)
        done = done.with_(alone)
    assert [str(leak) for leak in done.leaks] == []
    assert len(done.opened) > 15
    assert sums(runtime, ground.theirs.city) == before
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

    done = await raid(client, shut, theirs, words=BODIES, refuse_all=True, fill=one)
    assert [str(leak) for leak in done.leaks] == []
    assert done.unread == set()
    # What is open to all shows no record, and takes no id of one.
    shown = theirs.only(kept_tables(runtime, theirs) | RECORDS, theirs.marks)
    open_to_all = [r for r in without_ids(every) if r.public and r.method == "GET"]
    done = await raid(client, open_to_all, shown)
    assert [str(leak) for leak in done.leaks] == []
    assert len(done.opened) > 10
    assert sums(runtime, theirs.city) == before
    await web.close()


async def test_methods_that_no_route_has_are_refused(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any, own_city: Tenant
):
    people = People(runtime, own_city)
    web = Web(app, own_city.hosts[0], people)
    api = web.api(await people.officer(*ROLES))
    declared: dict[str, tuple[Route, set[str]]] = {}
    for route in every:
        if uuid_params(route) and route.is_api:
            declared.setdefault(route.path, (route, set()))[1].add(route.method)
    for route, methods in declared.values():
        address = route.at(fillings(route, theirs)[0])
        for method in METHODS - methods:
            answer = await api.request(method, address)
            looked = method == "HEAD" and "GET" in methods
            wanted = {404} if looked else {204, 403, 405} if method == "OPTIONS" else {403, 405}
            assert answer.status_code in wanted, (method, address)
            assert not theirs.seen_in(answer, address)
    assert len(declared) > 80
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
        web, officer, aimed, theirs, fill=lambda r: crossings(r, related[r.path], other)
    )
    assert [str(leak) for leak in done.leaks] == []
    assert done.never_looked == []
    assert sums(runtime, theirs.city) == before
    await web.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stranger(runtime: Runtime, theirs: Prey) -> Officer:
    return await stranger_of(runtime, theirs.city)


def scoped(runtime: Runtime, theirs: Prey) -> Prey:
    """What only a department's own officers may read: cases, visits, advice, and all below them."""
    return theirs.only(kept_tables(runtime, theirs) - SHOWN.keys(), (MARK_KEPT,))


def kept_tables(runtime: Runtime, theirs: Prey) -> set[str]:
    """Tables of what a department keeps to itself, and of all that belongs to it."""
    below = tables_of(runtime, theirs.city, "case_id", "visit_id", "request_id")
    return {*SCOPED, *below} - OPEN_TABLES.keys()


def kept_routes(runtime: Runtime, theirs: Prey, every: list[Route]) -> list[Route]:
    """Routes to records that only a department's own officers may reach."""
    kept = kept_tables(runtime, theirs)
    return [
        route
        for route in every
        if not any(part in route.path for part in FOR_ALL)
        if any(kept & set(theirs.tables_for(p.name, route.path)[:1]) for p in uuid_params(route))
    ]


async def test_records_out_of_scope_are_not_there(
    theirs: Prey, every: list[Route], runtime: Runtime, app: Any, stranger: Officer
):
    web = Web(app, theirs.city.hosts[0], People(runtime, theirs.city))
    aimed = kept_routes(runtime, theirs, every)
    done = await as_both(web, stranger, aimed, theirs)
    assert [str(leak) for leak in done.leaks] == []
    assert done.never_looked == []
    await web.close()


async def test_a_forgotten_scope_is_seen(
    theirs: Prey,
    every: list[Route],
    runtime: Runtime,
    app: Any,
    stranger: Officer,
    monkeypatch: pytest.MonkeyPatch,
):
    """The sweep would tell: with every scope left out, what was refused before is answered."""
    narrow = Identity.may
    monkeypatch.setattr(Identity, "may", lambda me, p: p.endswith("read_all") or narrow(me, p))
    web = Web(app, theirs.city.hosts[0], People(runtime, theirs.city))
    aimed = [r for r in kept_routes(runtime, theirs, every) if r.method == "GET" and r.is_api]
    done = await as_both(web, stranger, aimed, theirs)
    assert len(done.leaks) > len(aimed) / 2
    await web.close()


async def test_lists_and_files_hold_nothing_out_of_scope(
    ground: Ground, every: list[Route], runtime: Runtime, app: Any, stranger: Officer
):
    web = Web(app, ground.theirs.city.hosts[0], People(runtime, ground.theirs.city))
    reads = [r for r in without_ids(every) if r.method == "GET"]
    reads = [r for r in reads if not any(part in r.path for part in FOR_ALL)]
    prey = scoped(runtime, ground.theirs)
    done = await as_both(web, stranger, reads, prey, places=ground.places)
    assert [str(leak) for leak in done.leaks] == []
    await web.close()


@pytest.mark.parametrize("role", GUESTS)
async def test_guests_find_nothing_that_was_not_given_to_them(
    ground: Ground, every: list[Route], runtime: Runtime, app: Any, role: str
):
    people = People(runtime, ground.theirs.city)
    web = Web(app, ground.theirs.city.hosts[0], people)
    loaded = [p for found in runtime.host.slices for p in found.slice.permissions]
    may = {p.code for p in loaded if role in p.roles}
    tried = [r for r in every if r.permission in may and (uuid_params(r) or r.method == "GET")]
    guest = await people.officer(role, unit=None)
    done = await as_both(web, guest, tried, ground.theirs, places=ground.places)
    assert [str(leak) for leak in done.leaks] == []
    assert len(done.opened) > 3
    await web.close()


async def test_every_list_can_be_taken_away_as_a_file(
    ground: Ground, every: list[Route], runtime: Runtime, app: Any
):
    people = People(runtime, ground.theirs.city)
    web = Web(app, ground.theirs.city.hosts[0], people)
    desks = ("/office", "/admin")
    pages = [r for r in without_ids(every) if r.method == "GET" and r.path.startswith(desks)]
    client = web.browser(await people.officer(*ROLES)).client
    found = await lists(client, pages, ground.theirs, ground.places)
    assert found.broken == []
    kept_back = {path for paths in NO_FILE.values() for path in paths}
    without = found.kept_back | (found.empty - found.offered)
    assert without == kept_back & {r.path for r in pages}
    assert len(found.offered) > 20
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


async def test_codes_of_another_city_open_nothing(
    ground: Ground, every: list[Route], runtime: Runtime, app: Any, own_city: Tenant
):
    """Each opens its page at home, so that it is the wall that keeps it shut elsewhere."""
    opened = [r for r in every if r.public and r.params and not r.path.startswith(NO_CITYS)]
    assert {r.path for r in opened} == ground.codes.paths.keys()
    homes = ground.theirs.city, own_city
    home, abroad = (Web(app, c.hosts[0], People(runtime, c)) for c in homes)
    for path, code in ground.codes.paths.items():
        address = path.rpartition("/")[0] + f"/{code}"
        assert (await home.anyone().get(address)).status_code == 200, path
        for answer in await abroad.anyone().get(address), await abroad.anyone().post(address):
            assert answer.status_code in {404, 410}, path
            assert not ground.theirs.seen_in(answer, address)
    for web, statuses in ((abroad, {404}), (home, {200, 201})):
        for path, body in ground.codes.bodies.items():
            answer = await web.api().post(path, json=body)
            assert answer.status_code in statuses, (path, answer.text)
    await home.close()
    await abroad.close()


async def test_a_new_route_is_swept_without_being_listed(
    theirs: Prey, runtime: Runtime, own_city: Tenant
):
    host = runtime.host
    wider = Host((*host.core, LEAKY), tuple(host.plugins.values()), host.quarantined)
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
            home, await at_home.officer(*ROLES), fatherless, theirs, fill=lambda _: mixed
        )
        assert len(done.leaks) == 2  # below the other city's parent, and below a stranger
        await web.close()
        await home.close()
