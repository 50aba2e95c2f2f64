"""`/api/v1/cases`: all that the screens do, with ETag, If-Match and Idempotency-Key."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.cases import service
from sinmungo.cases.permissions import ASSIGN, INTAKE, READ, SETTINGS, WORK
from sinmungo.cases.submission_types import (
    Filing,
    Followed,
    SubmissionDetail,
    WaitingRow,
)
from sinmungo.cases.types import (
    Assignee,
    CaseDetail,
    CaseQuery,
    CategoryRow,
    Changed,
    DeskRow,
    Found,
    HolidayRow,
    Intake,
    Labels,
    Moved,
    RegisteredCase,
    TimelineEntry,
)
from sinmungo.web.access import needs, public
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req


class Items[T](msgspec.Struct):
    """A page of a list; `next` is the cursor of the following one."""

    items: list[T]
    next: str | None = None


class AssignBody(msgspec.Struct, forbid_unknown_fields=True):
    """To whom a case is given."""

    unit_id: UUID
    officer_id: UUID | None = None


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why: a text for a bounce, a code of `close_reasons` for a close."""

    reason: str = ""


class AnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the company reads, and how it is counted."""

    disposition: str = ""
    implementation: str = "NOT_NEEDED"
    text: str = ""


class FollowBody(msgspec.Struct, forbid_unknown_fields=True):
    """The two numbers of a receipt."""

    receipt_no: str
    code: str


class HolidayBody(msgspec.Struct, forbid_unknown_fields=True):
    """How a day differs from the national calendar."""

    kind: Literal["ADDED", "REMOVED"]
    name: str


class CategoryBody(msgspec.Struct, forbid_unknown_fields=True):
    """A category as the city wants it."""

    label: str
    position: int
    active: bool


def _asked(intake: Intake) -> Intake:
    """Return an intake in which every row was asked the city's questions, answered or not."""
    rows = [msgspec.structs.replace(row, extra=row.extra or {}) for row in intake.rows]
    return msgspec.structs.replace(intake, rows=rows)


def _changed(done: Changed) -> Response[Changed]:
    return with_etag(done, done.row_version)


class CasesApi(Controller):
    """Cases: register, read, move."""

    tags = ("cases",)

    @post("/", opt=needs(INTAKE), status_code=201)
    async def register(
        self, request: Req, ctx: CtxDep, data: JSONBody[Intake]
    ) -> Response[Items[RegisteredCase]]:
        """Register the difficulties of one company; all or none. Takes an Idempotency-Key."""

        async def act() -> Items[RegisteredCase]:
            return Items(await service.register(ctx, _asked(data)))

        return await once(request, ctx, act)

    @post("/on-site", opt=needs(WORK), status_code=201)
    async def on_site(
        self, request: Req, ctx: CtxDep, data: JSONBody[Intake]
    ) -> Response[Items[RegisteredCase]]:
        """Register and answer what was settled on a visit (현장수용). Takes an Idempotency-Key."""

        async def act() -> Items[RegisteredCase]:
            return Items(await service.register_on_site(ctx, data))

        return await once(request, ctx, act)

    @get("/", opt=needs(READ))
    async def desk(
        self,
        ctx: CtxDep,
        view: FromQuery[Literal["MINE", "UNIT", "TODAY", "LATE", "ALL"]] = "MINE",
        cursor: FromQuery[str | None] = None,
    ) -> Items[DeskRow]:
        """Return forty rows of a view of one's desk, late ones first."""
        found = await service.desk(ctx, view, cursor, with_counts=False)
        return Items(found.rows, found.next)

    @get("/counts", opt=needs(READ))
    async def counts(self, ctx: CtxDep) -> dict[str, int]:
        """Return how many cases each view has, at most 1,001 each."""
        return await service.desk_counts(ctx)

    @post("/search", opt=needs(READ), status_code=200)
    async def search(self, ctx: CtxDep, data: JSONBody[CaseQuery]) -> Found:
        """Find cases by number, company, phone or words, with filters; the newest first."""
        return await service.search(ctx, data)

    @get("/labels", opt=needs(READ))
    async def labels(self, ctx: CtxDep) -> Labels:
        """Return the city's words for every code."""
        return await service.labels(ctx)

    @get("/assignees", opt=needs(READ))
    async def assignees(self, ctx: CtxDep) -> Items[Assignee]:
        """Return the units and officers to whom a case can be given."""
        return Items(await service.assignees(ctx))

    @get("/{case_id:uuid}", opt=needs(READ))
    async def detail(self, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[CaseDetail]:
        """Return one case with its ETag; who looked is written down."""
        found = await service.detail(ctx, case_id)
        return with_etag(found, found.row_version)

    @get("/{case_id:uuid}/events", opt=needs(READ))
    async def events(self, ctx: CtxDep, case_id: FromPath[UUID]) -> Items[TimelineEntry]:
        """Return the history of one case, oldest first."""
        return Items(await service.timeline(ctx, case_id))

    @post("/{case_id:uuid}/assign", opt=needs(ASSIGN), status_code=200)
    async def assign(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[AssignBody]
    ) -> Response[Changed]:
        """Give a case to a unit and perhaps an officer. Needs If-Match."""
        version = if_match(request)
        return _changed(await service.assign(ctx, case_id, data.unit_id, data.officer_id, version))

    @post("/{case_id:uuid}/bounce", opt=needs(WORK), status_code=200)
    async def bounce(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[ReasonBody]
    ) -> Response[Changed]:
        """Give a case back to intake, with the reason. Needs If-Match."""
        version = if_match(request)
        return _changed(await service.bounce(ctx, case_id, data.reason, version))

    @post("/{case_id:uuid}/review", opt=needs(WORK), status_code=200)
    async def review(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Changed]:
        """Take a case up. Needs If-Match."""
        return _changed(await service.start_review(ctx, case_id, if_match(request)))

    @post("/{case_id:uuid}/answer", opt=needs(WORK), status_code=200)
    async def answer(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[AnswerBody]
    ) -> Response[Changed]:
        """Answer the company, or submit the answer to the approval line. Needs If-Match."""
        version = if_match(request)
        return _changed(
            await service.answer(
                ctx, case_id, data.disposition, data.implementation, data.text, version
            )
        )

    @patch("/{case_id:uuid}/extra", opt=needs(WORK))
    async def extra(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[dict[str, Any]]
    ) -> Response[Changed]:
        """Mend answers to the city's own questions, by code; null empties one. Needs If-Match."""
        version = if_match(request)
        return _changed(await service.change_extra(ctx, case_id, data, version))

    @post("/{case_id:uuid}/close", opt=needs(WORK), status_code=200)
    async def close(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[ReasonBody]
    ) -> Response[Changed]:
        """Close an answered case. Needs If-Match."""
        version = if_match(request)
        return _changed(await service.close(ctx, case_id, data.reason, version))


class SubmissionsApi(Controller):
    """Submissions: filed without an account, followed with two numbers, waiting for 접수."""

    path = "/submissions"
    tags = ("cases",)

    @post("/", opt=public(), status_code=201)
    async def file(self, request: Req, ctx: CtxDep, data: JSONBody[Filing]) -> Response[Any]:
        """File a difficulty. The code is shown this once. Takes an Idempotency-Key."""

        async def act() -> Any:
            return await service.file(ctx, data)

        return await once(request, ctx, act)

    @post("/follow", opt=public(), status_code=200)
    async def follow(self, ctx: CtxDep, data: JSONBody[FollowBody]) -> Followed:
        """Return what became of a filing; 404 whatever was wrong."""
        return await service.follow(ctx, data.receipt_no, data.code)

    @get("/", opt=needs(INTAKE))
    async def waiting(self, ctx: CtxDep) -> Items[WaitingRow]:
        """Return what waits for 접수, the oldest first."""
        return Items(await service.list_waiting(ctx))

    @get("/{submission_id:uuid}", opt=needs(INTAKE))
    async def one(self, ctx: CtxDep, submission_id: FromPath[UUID]) -> Response[SubmissionDetail]:
        """Return one submission; who looked is written down."""
        found = await service.submission(ctx, submission_id)
        return with_etag(found, found.row_version)


class SettingsApi(Controller):
    """The city's own days and words."""

    path = "/settings"
    tags = ("cases",)

    @get("/holidays", opt=needs(SETTINGS))
    async def holidays(self, ctx: CtxDep) -> Items[HolidayRow]:
        """Return the days that differ from the national calendar."""
        return Items(await service.list_holidays(ctx))

    @put("/holidays/{day:date}", opt=needs(SETTINGS))
    async def change_holiday(
        self, ctx: CtxDep, day: FromPath[date], data: JSONBody[HolidayBody]
    ) -> Moved:
        """Add or remove a holiday; open cases are counted again at once."""
        return await service.change_holiday(ctx, day, data.kind, data.name)

    @delete("/holidays/{day:date}", opt=needs(SETTINGS), status_code=200)
    async def drop_holiday(self, ctx: CtxDep, day: FromPath[date]) -> Moved:
        """Follow the national calendar on a day again."""
        return await service.drop_holiday(ctx, day)

    @get("/categories", opt=needs(SETTINGS))
    async def categories(self, ctx: CtxDep) -> Items[CategoryRow]:
        """Return every category, switched-off ones too."""
        return Items(await service.list_categories(ctx))

    @patch("/categories/{code:str}", opt=needs(SETTINGS))
    async def change_category(
        self, request: Req, ctx: CtxDep, code: FromPath[str], data: JSONBody[CategoryBody]
    ) -> Response[dict[str, int]]:
        """Rename, move or switch off a category. Needs If-Match with its row version."""
        version = await service.change_category(
            ctx,
            code,
            label=data.label,
            position=data.position,
            active=data.active,
            row_version=if_match(request),
        )
        return with_etag({"row_version": version}, version)


API = (CasesApi, SubmissionsApi, SettingsApi)
