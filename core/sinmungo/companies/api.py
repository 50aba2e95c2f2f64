"""Companies over the API: what the screens can do. Texts go through the same understanding."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from sinmungo.companies import contacts, extra, service, states
from sinmungo.companies.history import Entry, history
from sinmungo.companies.listing import Filters, list_filtered
from sinmungo.companies.permissions import EDIT, READ
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.search import find
from sinmungo.forms import service as forms
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req

MAX_PAGE = 100


class CompanyLine(msgspec.Struct):
    """A company in a list; the representative is masked."""

    id: UUID
    name: str
    business_no: str | None
    representative_mask: str | None
    phone: str | None
    dong: str | None
    complex: str | None
    industry: str | None
    employees: int | None
    employees_on: date | None
    size_class: str | None
    state: str


class CompanyPage(msgspec.Struct):
    """A page of companies by name; `next` is the cursor of the next one."""

    items: list[CompanyLine]
    next: str | None


class Search(msgspec.Struct):
    """A name in any spelling, 초성, a business number, a telephone or its last four digits."""

    q: str
    limit: int = 10


class ContactOut(msgspec.Struct):
    """A contact, opened."""

    id: UUID
    name: str
    title: str | None
    phone: str | None
    email: str | None


class CompanyOut(msgspec.Struct):
    """A whole record. `row_version` is also the ETag; contacts belong to it.

    `merged_into` is the record that took this one in; it holds what is true now. `extra` are the
    city's own fields by code.
    """

    id: UUID
    name: str
    business_no: str | None
    representative: str | None
    phone: str | None
    address: str | None
    dong: str | None
    complex: str | None
    industry: str | None
    products: str | None
    size_class: str | None
    employees: int | None
    employees_foreign: int | None
    employees_on: date | None
    founded_on: date | None
    factory_registered: bool | None
    premises: str | None
    state: str
    state_on: date | None
    state_reason: str | None
    merged_into: UUID | None
    contacts: list[ContactOut]
    row_version: int
    extra: dict[str, Any] = {}


class CompanyIn(msgspec.Struct):
    """Fields to set; what is left out stays as it is, null clears it; in `extra` too."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    business_no: str | msgspec.UnsetType | None = msgspec.UNSET
    representative: str | msgspec.UnsetType | None = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    address: str | msgspec.UnsetType | None = msgspec.UNSET
    dong: str | msgspec.UnsetType | None = msgspec.UNSET
    complex: str | msgspec.UnsetType | None = msgspec.UNSET
    industry: str | msgspec.UnsetType | None = msgspec.UNSET
    products: str | msgspec.UnsetType | None = msgspec.UNSET
    size_class: str | msgspec.UnsetType | None = msgspec.UNSET
    employees: int | msgspec.UnsetType | None = msgspec.UNSET
    employees_foreign: int | msgspec.UnsetType | None = msgspec.UNSET
    employees_on: date | msgspec.UnsetType | None = msgspec.UNSET
    founded_on: date | msgspec.UnsetType | None = msgspec.UNSET
    factory_registered: bool | msgspec.UnsetType | None = msgspec.UNSET
    premises: str | msgspec.UnsetType | None = msgspec.UNSET
    extra: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class StateIn(msgspec.Struct):
    """MOVED_IN, REOPENED, CLOSED or MOVED on a day; the last two need a reason.

    ACTIVE means REOPENED.
    """

    state: str
    state_on: date
    state_reason: str = ""


class ContactIn(msgspec.Struct):
    """Fields of a contact to set; what is left out stays, null clears it."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    title: str | msgspec.UnsetType | None = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    email: str | msgspec.UnsetType | None = msgspec.UNSET


class CompaniesApi(Controller):
    """`/api/v1/companies`."""

    tags = ("companies",)

    @get("/", opt=needs(READ))
    async def list_all(
        self,
        ctx: CtxDep,
        cursor: FromQuery[str | None] = None,
        limit: FromQuery[int] = 40,
        dong: FromQuery[str | None] = None,
        complex: FromQuery[str | None] = None,  # noqa: A002 - the name of the field
        size_class: FromQuery[str | None] = None,
        in_state: Annotated[str | None, QueryParameter(name="state")] = None,
        agency: FromQuery[UUID | None] = None,
    ) -> CompanyPage:
        """Return companies by name, at most 100 at a time; `agency` wants today's members."""
        size = max(1, min(limit, MAX_PAGE))
        after = decode_place(cursor) if cursor else None
        filters = Filters(dong, complex, size_class, in_state, agency)
        rows = await list_filtered(ctx, filters, after=after, size=size + 1)
        last = rows[size - 1] if len(rows) > size else None
        return CompanyPage(
            items=[_line(row) for row in rows[:size]],
            next=encode_cursor(last.name_key, str(last.id)) if last else None,
        )

    @post("/search", opt=needs(READ), status_code=200)
    async def search(self, ctx: CtxDep, data: JSONBody[Search]) -> list[CompanyLine]:
        """Find companies, best match first. By POST, because a query may be someone's number."""
        found = await find(ctx, data.q, max(1, min(data.limit, MAX_PAGE)))
        return [_line(row) for row in found]

    @post("/", opt=needs(EDIT))
    async def add(
        self, request: Req, ctx: CtxDep, data: JSONBody[CompanyIn]
    ) -> Response[CompanyOut]:
        """Add a company, once per Idempotency-Key; only the name is needed."""

        async def act() -> CompanyOut:
            return await _out(ctx, await extra.add(ctx, _texts(data), data.extra or {}))

        response = await once(request, ctx, act)
        response.headers["etag"] = '"1"'
        return response

    @get("/{company_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[CompanyOut]:
        """Return a whole record with its contacts; the view is written to the access log."""
        response = await _answer(ctx, company_id)
        await service.note_view(ctx, company_id)
        return response

    @patch("/{company_id:uuid}", opt=needs(EDIT))
    async def edit(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[CompanyIn]
    ) -> Response[CompanyOut]:
        """Change the given fields."""
        given = None if data.extra is msgspec.UNSET else data.extra
        await extra.edit(ctx, company_id, _texts(data), given, if_match(request))
        return await _answer(ctx, company_id)

    @post("/{company_id:uuid}/state", opt=needs(EDIT), status_code=200)
    async def set_state(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[StateIn]
    ) -> Response[CompanyOut]:
        """Say that the company closed, moved away or works again."""
        await states.set_state(ctx, company_id, _texts(data), if_match(request))
        return await _answer(ctx, company_id)

    @get("/{company_id:uuid}/events", opt=needs(READ))
    async def events(self, ctx: CtxDep, company_id: FromPath[UUID]) -> list[Entry]:
        """Return what happened to the record, newest first."""
        await service.company_brief(ctx, company_id)
        return await history(ctx, company_id)


class ContactsApi(Controller):
    """`/api/v1/companies/{id}/contacts`; If-Match is the company's version."""

    path = "/{company_id:uuid}/contacts"
    tags = ("companies",)

    @post("/", opt=needs(EDIT))
    async def add(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[ContactIn]
    ) -> Response[CompanyOut]:
        """Add a contact; only the name is needed."""
        await contacts.add_contact(ctx, company_id, _texts(data), if_match(request))
        return await _answer(ctx, company_id, status=201)

    @patch("/{contact_id:uuid}", opt=needs(EDIT))
    async def edit(
        self,
        request: Req,
        ctx: CtxDep,
        company_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        data: JSONBody[ContactIn],
    ) -> Response[CompanyOut]:
        """Change the given fields of a contact."""
        version = if_match(request)
        await contacts.edit_contact(ctx, company_id, contact_id, _texts(data), version)
        return await _answer(ctx, company_id)

    @delete("/{contact_id:uuid}", opt=needs(EDIT), status_code=200)
    async def remove(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], contact_id: FromPath[UUID]
    ) -> Response[CompanyOut]:
        """Remove a contact for good."""
        await contacts.remove_contact(ctx, company_id, contact_id, if_match(request))
        return await _answer(ctx, company_id)


def _line(row: CompanyHit) -> CompanyLine:
    return CompanyLine(*(getattr(row, field) for field in CompanyLine.__struct_fields__))


def _texts(data: msgspec.Struct) -> dict[str, str]:
    given = {f: getattr(data, f) for f in data.__struct_fields__ if f != "extra"}
    return {f: _text(value) for f, value in given.items() if value is not msgspec.UNSET}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return "" if value is None else str(value)


async def _answer(ctx: Ctx, company_id: UUID, status: int = 200) -> Response[CompanyOut]:
    out = await _out(ctx, company_id)
    return with_etag(out, out.row_version, status=status)


async def _out(ctx: Ctx, company_id: UUID) -> CompanyOut:
    found = await service.record(ctx, company_id)
    people = await contacts.list_contacts(ctx, company_id)
    return CompanyOut(
        id=found.id,
        **{f: getattr(found.values, f) for f in found.values.__struct_fields__},
        state=found.state,
        state_on=found.state_on,
        state_reason=found.state_reason,
        merged_into=found.merged_into,
        contacts=[
            ContactOut(c.id, c.values.name, c.values.title, c.values.phone, c.values.email)
            for c in people
        ],
        row_version=found.row_version,
        extra=forms.values(await forms.answers(ctx, extra.KIND, company_id)),
    )
