"""A city that has a record of every kind, and the words that its addresses read: for sweeps.

The demo's data has most of it; what it lacks is added here, through the services as anywhere else.
A code that opens a page without an account is told only once, so it is kept when it is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.bookings import service as bookings
from sinmungo.bookings.setup import close_rooms
from sinmungo.bookings.types import NewBooking
from sinmungo.cases.ledger_lines import TITLES
from sinmungo.cases.listing import search
from sinmungo.cases.models import cases
from sinmungo.cases.sharing import share
from sinmungo.cases.types import CaseQuery
from sinmungo.companies import merging
from sinmungo.companies.service import add, record
from sinmungo.companies.states import set_state
from sinmungo.deploy.cities import CityFile
from sinmungo.experts import service as experts
from sinmungo.experts.ratings import make_link
from sinmungo.experts.ties import NewTie
from sinmungo.forms import definitions
from sinmungo.forms.types import FieldIn
from sinmungo.host.context import Ctx
from sinmungo.people import regional
from sinmungo.people.invitations import invite
from sinmungo.people.regional import NewGrant
from sinmungo.reporting import service as reporting
from sinmungo.retention.service import Hold, hold
from sinmungo.settings import service as city_settings
from sinmungo.surveys.asking import make_request
from sinmungo.surveys.questions import survey_of
from sinmungo.testing.books import case_row, register
from sinmungo.testing.experts import AdviceScene
from sinmungo.testing.imports import Importer
from sinmungo.testing.people import People
from sinmungo.testing.prey import MARK, Places
from sinmungo_tenants import Tenant, read

# What bodies say, by the end of the path: with other words they stumble before the wall.
BODIES: dict[str, dict[str, Any]] = {
    "/search": {"q": MARK[:3]},
    "/cases/search": {name: None for name in CaseQuery.__struct_fields__ if name != "q"},
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

_BOOKINGS = 12  # of the demo's many
_ENDED = read(select(cases.c.id).where(cases.c.closed_at.is_not(None)).limit(1), UUID)


def services_of(demo: dict[str, Any]) -> list[str]:
    """Return the services that the demo's rooms offer; a plugin that is not here brings them."""
    lines = [*demo["rooms"], *({"services": [sit["service"]]} for sit in demo.get("rota", []))]
    return sorted({name for line in lines for name in line.get("services", [])})


def everything(
    runtime: Runtime, files: Sequence[CityFile], own: Mapping[str, object] | None = None
) -> CityFile:
    """Return a city with every plugin and the demo data of all files.

    `own` are settings of plugins; those of a plugin that is not installed are left out.
    """
    tables: dict[str, Any] = {}
    for file in files:
        tables |= {k: v for k, v in file.tables.items() if k not in tables}
        tables["demo"] = {**file.tables.get("demo", {}), **tables.get("demo", {})}
    if not all(set(file.plugins) <= runtime.host.plugins.keys() for file in files):
        tables["bookings"] = {"services": services_of(tables["demo"]["bookings"])}
    tables["demo"]["bookings"] = {**tables["demo"]["bookings"], "bookings": _BOOKINGS}
    plugins = tuple(runtime.host.plugins)
    settings = {k: v for k, v in (own or {}).items() if k.partition(".")[0] in plugins}
    settings = {**files[0].settings, **settings}
    return msgspec.structs.replace(files[0], plugins=plugins, tables=tables, settings=settings)


@dataclass(frozen=True, slots=True)
class Codes:
    """What opens something without an account: in a path, and in the body of a call.

    The bodies are in an order in which each of them works once.
    """

    paths: dict[str, str]
    bodies: dict[str, dict[str, Any]]


async def furnish(runtime: Runtime, city: Tenant) -> Codes:
    """Add what the demo data has not; return a fresh code for each address that takes one."""
    async with runtime.work.open(city) as ctx:
        await definitions.add(ctx, FieldIn(record_kind="COMPANY", label="넘보지 말 것"))
        await close_rooms(ctx, None, date(2026, 12, 24), date(2026, 12, 24), "쉽니다")
        await _companies(ctx)
        rated = await _advice(AdviceScene(ctx))
    await Importer(runtime, city).all(register([case_row(1)]))
    officer = await People(runtime, city).officer("LEAD_OFFICER", name="구나래")
    async with runtime.work.open(city) as ctx:
        invited = await invite(ctx, officer.id)
        ended = (await ctx.db.all(_ENDED))[0]
        await hold(ctx, Hold(rule="cases.text", record_id=ended, reason="다툼이 있음"))
        asked = await make_request(ctx, await _shared(ctx), await survey_of(ctx))
        booked = await _booked(ctx)
    paths = {
        "/experts/rate/{token}": rated,
        "/office/people/invitation/{token}": invited,
        "/surveys/{code}": asked,
    }
    scores = {"speed": 5, "kindness": 5, "result": 5}
    bodies = {
        "/api/v1/bookings/portal/follow": booked,
        "/api/v1/bookings/portal/withdraw": booked,
        "/api/v1/experts/ratings": {"token": rated, "score": 5, "comment": ""},
        "/api/v1/surveys/answers": {"code": asked, "comment": "", **scores},
    }
    return Codes(paths, bodies)


async def words(ctx: Ctx) -> Places:
    """Return what an address may say where it takes no id, by the end of its path.

    What differs by word has all of them; where a word only chooses the wording, a few will do.
    """
    datasets = tuple(reporting.datasets(ctx))
    return {
        "{kind}": ("csv",),
        "{kind_of_file}": ("csv",),
        "{year}": (clock.today().year,),
        "{of}": (clock.today().year,),
        "{day}": (clock.today(),),
        "{act}": ("disable",),
        "{book}": tuple(TITLES),
        "{dataset}": datasets[:1],
        "{dataset}/rows": datasets,
        "/retention/of/{code}": _rules(ctx),
        "/retention/due/{code}": _rules(ctx),
        "/categories/{code}": ("FUNDS",),
        "/consents/{purpose}": ("NEWSLETTER",),
        "/settings/{slug}": tuple(group.slug for group in city_settings.groups(ctx)[:2]),
        "/plugins/{slug}": tuple(sorted(ctx.city.plugins))[:1],
    }


def _rules(ctx: Ctx) -> tuple[str, ...]:
    return tuple(rule.code for rule in ctx.host.retention_rules(ctx.city))


async def _companies(ctx: Ctx) -> None:
    """Two records made one, and a company that moved away."""
    keep, drop = [await add(ctx, {"name": name}) for name in ("쌍둥이공업", "쌍둥이산업")]
    versions = [(await record(ctx, i)).row_version for i in (keep, drop)]
    await merging.merge(ctx, keep, drop, (), keep_version=versions[0], drop_version=versions[1])
    gone = {"state": "MOVED", "state_on": f"{clock.today()}", "state_reason": "이전"}
    moved = await add(ctx, {"name": "떠난공업"})
    await set_state(ctx, moved, gone, (await record(ctx, moved)).row_version)


async def _booked(ctx: Ctx) -> dict[str, Any]:
    """Book the first free time of any service, as a company does; return its two numbers."""
    for service in await bookings.list_services(ctx):
        days = await bookings.free_days(ctx, service.id, clock.today() + timedelta(days=3), 60)
        for time in (time for day in days for time in day.times):
            new = NewBooking(
                service_id=service.id, starts_at=time, company_name="찾는공업", name="구나래"
            )
            receipt = (await bookings.book(ctx, new)).receipt
            return {"receipt_no": receipt.receipt_no, "code": receipt.code}
    raise LookupError("nothing is free in any room")


async def _advice(scene: AdviceScene) -> str:
    """Add what a city has whose experts advise, as the demo's may be a plugin's.

    Return the code by which a company rates a session.
    """
    await scene.rule(valid_from="2026-02-01")
    for name in ("이탐색", "저탐색"):
        expert = await scene.expert(name=name, email="", term_to="2099-12-31")
        version = (await experts.expert(scene.ctx, expert)).row_version
        tie = NewTie(kind="STAKE", business="가까운공업")
        await experts.add_tie(scene.ctx, expert, tie, version)
    await scene.asked()
    done = await scene.reported(expert, await scene.case())
    return (await make_link(scene.ctx, done.id)).rpartition("/")[2]


async def _shared(ctx: Ctx) -> UUID:
    """Share the newest case with a team of the region, and return its id."""
    today, case = clock.today(), (await search(ctx, CaseQuery())).rows[0]
    grant = NewGrant(agency="지역팀", login="region", name="구나래", valid_from=today, until=today)
    await regional.add(ctx, grant)
    team = (await regional.teams(ctx))[0]
    await share(ctx, case.id, team.id, "함께 봅니다", case.row_version)
    return case.id
