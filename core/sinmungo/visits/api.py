"""`/api/v1/visits`: all that the screens do, with ETag, If-Match and Idempotency-Key."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo import clock
from sinmungo.text.dates import parse_date, parse_datetime
from sinmungo.visits import service
from sinmungo.visits.found import Classified
from sinmungo.visits.ledger import Ledger, LedgerQuery, Rows
from sinmungo.visits.ledger_queries import BookedItem, BookedVisit
from sinmungo.visits.looking import Entry
from sinmungo.visits.permissions import READ, RECORD
from sinmungo.visits.types import (
    Conflict,
    Found,
    Journal,
    Listed,
    Plan,
    Planned,
    Recorded,
    TargetQuery,
    Targets,
    VisitDetail,
    VisitQuery,
)
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.forms import Gather
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req

type By = Literal["month", "kind", "unit"]


class Items[T](msgspec.Struct):
    """A list; `next` is the cursor of the following page."""

    items: list[T]
    next: str | None = None


class CheckBody(msgspec.Struct, forbid_unknown_fields=True):
    """A visit one thinks of. `officers` empty: only the company is looked at."""

    company_id: UUID
    day: str
    time: str = "09:00"
    officers: list[UUID] = []


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why a visit is called off."""

    reason: str = ""


class FoundBody(msgspec.Struct, forbid_unknown_fields=True):
    """Difficulties found, to be added to a journal."""

    items: list[Found]


class OutcomeBody(msgspec.Struct, forbid_unknown_fields=True):
    """How a difficulty is counted from now on."""

    outcome: str
    unit_id: UUID | None = None
    agency_id: UUID | None = None
    answer: str = ""


class AmendBody(msgspec.Struct, forbid_unknown_fields=True):
    """The texts of a journal, all four; of the city's own fields those that are given."""

    place: str = ""
    note: str = ""
    next_plan: str = ""
    guided: str = ""
    extra: dict[str, Any] | None = None


class VisitsApi(Controller):
    """Visits: plan, record, look."""

    tags = ("visits",)

    @get("/", opt=needs(READ))
    async def list_all(
        self,
        ctx: CtxDep,
        status: FromQuery[Literal["PLANNED", "DONE", "CANCELLED"] | None] = None,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
        kind: FromQuery[str | None] = None,
        company_id: FromQuery[UUID | None] = None,
        mine: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        cursor: FromQuery[str | None] = None,
    ) -> Listed:
        """Return forty visits, newest day first: who goes where, known to all staff."""
        asked = VisitQuery(
            state=status,
            first=first,
            last=last,
            kind=kind,
            company_id=company_id,
            mine=mine,
            cursor=cursor,
        )
        return await service.list_visits(ctx, asked)

    @post("/", opt=needs(RECORD), status_code=201)
    async def plan(self, request: Req, ctx: CtxDep, data: JSONBody[Plan]) -> Response[Planned]:
        """Plan a visit; 409 with what speaks against it unless `confirmed`. Idempotency-Key."""

        async def act() -> Planned:
            return await service.plan(ctx, data)

        return await once(request, ctx, act)

    @post("/recorded", opt=needs(RECORD), status_code=201)
    async def record_unplanned(
        self, request: Req, ctx: CtxDep, data: JSONBody[Journal]
    ) -> Response[Recorded]:
        """Record a visit that nobody had planned; takes an Idempotency-Key."""

        async def act() -> Recorded:
            return await service.record(ctx, _asked(data))

        return await once(request, ctx, act)

    @post("/check", opt=needs(RECORD), status_code=200)
    async def check(self, ctx: CtxDep, data: JSONBody[CheckBody]) -> Items[Conflict]:
        """Return what speaks against a visit: that day, that officer, too soon after another."""
        gather = Gather()
        day = gather.take("day", parse_date, data.day, clock.today())
        wall = gather.take("time", parse_datetime, data.time, clock.now())
        gather.done()
        at = clock.at(day, f"{clock.to_seoul(wall):%H:%M}")
        return Items(await service.conflicts(ctx, data.company_id, data.officers, at))

    @get("/targets", opt=needs(READ))
    async def targets(
        self,
        ctx: CtxDep,
        months: FromQuery[int | None] = None,
        complex: FromQuery[str | None] = None,  # noqa: A002 - the field's name
        dong: FromQuery[str | None] = None,
        agency_id: FromQuery[UUID | None] = None,
        size_class: FromQuery[str | None] = None,
        employees_from: FromQuery[int | None] = None,
        anniversary_within: FromQuery[int | None] = None,
        cursor: FromQuery[str | None] = None,
    ) -> Targets:
        """Return companies that nobody visited for `months`, longest unvisited first."""
        asked = TargetQuery(
            months=months,
            complex=complex,
            dong=dong,
            agency_id=agency_id,
            size_class=size_class,
            employees_from=employees_from,
            anniversary_within=anniversary_within,
            cursor=cursor,
        )
        return await service.targets(ctx, asked)

    @get("/{visit_id:uuid}", opt=needs(READ))
    async def detail(self, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[VisitDetail]:
        """Return one journal with its ETag; who looked is written down."""
        found = await service.detail(ctx, visit_id)
        return with_etag(found, found.row_version)

    @get("/{visit_id:uuid}/events", opt=needs(READ))
    async def events(self, ctx: CtxDep, visit_id: FromPath[UUID]) -> Items[Entry]:
        """Return what happened to a visit, newest first."""
        return Items(await service.history(ctx, visit_id))

    @post("/{visit_id:uuid}/move", opt=needs(RECORD), status_code=200)
    async def move(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], data: JSONBody[Plan]
    ) -> Response[Planned]:
        """Change a plan: day, kind, place, note, team. Needs If-Match."""
        return _planned(await service.move(ctx, visit_id, data, if_match(request)))

    @post("/{visit_id:uuid}/join", opt=needs(RECORD), status_code=200)
    async def join(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[Planned]:
        """Go along to a planned visit of anyone's. Needs If-Match."""
        return _planned(await service.join(ctx, visit_id, if_match(request)))

    @post("/{visit_id:uuid}/cancel", opt=needs(RECORD), status_code=200)
    async def cancel(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], data: JSONBody[ReasonBody]
    ) -> Response[Planned]:
        """Call a planned visit off. Needs If-Match."""
        return _planned(await service.cancel(ctx, visit_id, data.reason, if_match(request)))

    @post("/{visit_id:uuid}/record", opt=needs(RECORD), status_code=200)
    async def record(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], data: JSONBody[Journal]
    ) -> Response[Recorded]:
        """Record a planned visit with all that was found. Needs If-Match."""
        done = await service.record(ctx, _asked(data), visit_id, if_match(request))
        return with_etag(done, done.row_version)

    @patch("/{visit_id:uuid}", opt=needs(RECORD))
    async def amend(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], data: JSONBody[AmendBody]
    ) -> Response[Planned]:
        """Mend the texts of a journal. Needs If-Match."""
        given = Journal(**msgspec.structs.asdict(data))
        version = if_match(request)
        return _planned(await service.amend(ctx, visit_id, given, version, whole=False))

    @post("/{visit_id:uuid}/items", opt=needs(RECORD), status_code=200)
    async def add_items(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], data: JSONBody[FoundBody]
    ) -> Response[Recorded]:
        """Add difficulties to a journal; each becomes a case. Needs If-Match."""
        done = await service.add_found(ctx, visit_id, data.items, if_match(request))
        return with_etag(done, done.row_version)

    @post("/items/{item_id:uuid}/outcome", opt=needs(RECORD), status_code=200)
    async def reclassify(
        self, request: Req, ctx: CtxDep, item_id: FromPath[UUID], data: JSONBody[OutcomeBody]
    ) -> Response[Classified]:
        """Count a difficulty otherwise from now on. Needs If-Match with the item's version."""
        given = Found(**msgspec.structs.asdict(data))
        done = await service.reclassify(ctx, item_id, given, if_match(request))
        return with_etag(done, done.row_version)


class LedgerApi(Controller):
    """방문관리대장 as of any day, and the rows behind its numbers."""

    path = "/ledger"
    tags = ("visits",)

    @get("/", opt=needs(READ))
    async def ledger(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
        kind: FromQuery[str | None] = None,
        agency_id: FromQuery[UUID | None] = None,
        as_of: FromQuery[date | None] = None,
        by: FromQuery[By] = "month",
    ) -> Ledger:
        """Return visits, companies and difficulties by outcome, and their sums."""
        return await service.ledger(ctx, _query(first, last, kind, agency_id, as_of, by))

    @get("/visits", opt=needs(READ))
    async def visits(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
        kind: FromQuery[str | None] = None,
        agency_id: FromQuery[UUID | None] = None,
        as_of: FromQuery[date | None] = None,
        by: FromQuery[By] = "month",
        line: FromQuery[str | None] = None,
        cursor: FromQuery[str] = "",
    ) -> Rows[BookedVisit]:
        """Return the visits behind a number, `line` being the code of a line of `by`."""
        asked = _query(first, last, kind, agency_id, as_of, by)
        return await service.visits_behind(ctx, asked, line=line, cursor=cursor)

    @get("/items", opt=needs(READ))
    async def items(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
        kind: FromQuery[str | None] = None,
        agency_id: FromQuery[UUID | None] = None,
        as_of: FromQuery[date | None] = None,
        by: FromQuery[By] = "month",
        line: FromQuery[str | None] = None,
        outcome: FromQuery[str | None] = None,
        cursor: FromQuery[str] = "",
    ) -> Rows[BookedItem]:
        """Return the difficulties behind a number: of one outcome, REVIEW (two of them), or all."""
        asked = _query(first, last, kind, agency_id, as_of, by)
        return await service.items_behind(ctx, asked, outcome=outcome, line=line, cursor=cursor)


def _asked(journal: Journal) -> Journal:
    """Return a journal in which the city's questions were asked, answered or not."""
    return msgspec.structs.replace(journal, extra=journal.extra or {})


def _planned(done: Planned) -> Response[Planned]:
    return with_etag(done, done.row_version)


def _query(
    first: date | None,
    last: date | None,
    kind: str | None,
    agency_id: UUID | None,
    as_of: date | None,
    by: By,
) -> LedgerQuery:
    return LedgerQuery(
        first=first, last=last, kind=kind, agency_id=agency_id, as_of=as_of, dimension=by
    )


API: tuple[type[Any], ...] = (VisitsApi, LedgerApi)
