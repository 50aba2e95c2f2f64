"""Definitions over the API. Answers travel with their records, as `extra: {code: value}`."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.errors import SignInNeededError
from sinmungo.forms import definitions, service
from sinmungo.forms.permissions import MANAGE
from sinmungo.forms.terms import FormFace
from sinmungo.forms.types import Field, FieldIn
from sinmungo.host.context import Ctx
from sinmungo.host.events import EventRow, timeline
from sinmungo.web.access import needs, public
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req


class Items[T](msgspec.Struct):
    """A list; it is never cut, so `next` is always null."""

    items: list[T]
    next: str | None = None


class Question(msgspec.Struct, frozen=True):
    """A question as those who answer it need it; answers go by `code`."""

    code: str
    label: str
    help: str
    kind: str
    unit: str
    choices: list[str]
    required: bool
    personal: bool


class FieldPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change; days as typed, null takes an end or a category away."""

    category: str | msgspec.UnsetType | None = msgspec.UNSET
    label: str | msgspec.UnsetType = msgspec.UNSET
    help: str | msgspec.UnsetType = msgspec.UNSET
    unit: str | msgspec.UnsetType = msgspec.UNSET
    choices: list[str] | msgspec.UnsetType = msgspec.UNSET
    required: bool | msgspec.UnsetType = msgspec.UNSET
    personal: bool | msgspec.UnsetType = msgspec.UNSET
    on_portal: bool | msgspec.UnsetType = msgspec.UNSET
    on_office: bool | msgspec.UnsetType = msgspec.UNSET
    valid_from: str | msgspec.UnsetType = msgspec.UNSET
    valid_to: str | msgspec.UnsetType | None = msgspec.UNSET


class MoveBody(msgspec.Struct, forbid_unknown_fields=True):
    """One place earlier (UP) or later."""

    to: Literal["UP", "DOWN"]


class FormsApi(Controller):
    """`/api/v1/forms`."""

    tags = ("forms",)

    @get("/", opt=needs(MANAGE))
    async def list_all(self, ctx: CtxDep, kind: FromQuery[str | None] = None) -> Items[Field]:
        """Return every definition, retired ones too; `kind` is a kind of record (CASE …)."""
        rows = await definitions.fields(ctx, fresh=True)
        return Items([f for f in rows if kind is None or f.record_kind == kind])

    @get("/questions", opt=public())
    async def questions(
        self,
        ctx: CtxDep,
        kind: FromQuery[str],
        face: FromQuery[FormFace] = "PORTAL",
        category: FromQuery[str | None] = None,
    ) -> Items[Question]:
        """Return what is asked today about a kind of record; those of the office to staff only."""
        if face == "OFFICE" and ctx.me.kind != "OFFICER":
            raise SignInNeededError
        rows = await service.questions(ctx, kind, face, category)
        return Items([_question(f) for f in rows])

    @post("/", opt=needs(MANAGE), status_code=201)
    async def add(self, request: Req, ctx: CtxDep, data: JSONBody[FieldIn]) -> Response[Field]:
        """Add a question, once per Idempotency-Key."""

        async def act() -> Field:
            return await definitions.field(ctx, await definitions.add(ctx, data))

        response = await once(request, ctx, act)
        response.headers["etag"] = '"1"'
        return response

    @get("/{field_id:uuid}", opt=needs(MANAGE))
    async def one(self, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[Field]:
        """Return one definition."""
        return await _answer(ctx, field_id)

    @get("/{field_id:uuid}/events", opt=needs(MANAGE))
    async def events(self, ctx: CtxDep, field_id: FromPath[UUID]) -> Items[EventRow]:
        """Return what was changed in it, oldest first."""
        await definitions.field(ctx, field_id)
        return Items(await timeline(ctx, field_id))

    @patch("/{field_id:uuid}", opt=needs(MANAGE))
    async def edit(
        self, request: Req, ctx: CtxDep, field_id: FromPath[UUID], data: JSONBody[FieldPatch]
    ) -> Response[Field]:
        """Change the given parts. Needs If-Match."""
        version = if_match(request)
        given = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) != msgspec.UNSET}
        if given.get("valid_to", "") is None:
            given["valid_to"] = ""
        old = definitions.as_given(await definitions.field(ctx, field_id))
        await definitions.edit(ctx, field_id, msgspec.structs.replace(old, **given), version)
        return await _answer(ctx, field_id)

    @post("/{field_id:uuid}/move", opt=needs(MANAGE), status_code=200)
    async def move(
        self, request: Req, ctx: CtxDep, field_id: FromPath[UUID], data: JSONBody[MoveBody]
    ) -> Response[Field]:
        """Ask it one place earlier or later. Needs If-Match."""
        await definitions.move(ctx, field_id, if_match(request), up=data.to == "UP")
        return await _answer(ctx, field_id)


def _question(field: Field) -> Question:
    return Question(**{name: getattr(field, name) for name in Question.__struct_fields__})


async def _answer(ctx: Ctx, field_id: UUID) -> Response[Field]:
    found = await definitions.field(ctx, field_id)
    return with_etag(found, found.row_version)
