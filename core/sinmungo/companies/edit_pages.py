"""The forms of a company: new, edit, state, contacts. What was typed stays when it is refused."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.companies import contacts, extra, service, states
from sinmungo.companies.display import shown_value
from sinmungo.companies.models import CHANGES, PREMISES, SIZE_CLASSES, STATES
from sinmungo.companies.permissions import EDIT
from sinmungo.companies.places import places
from sinmungo.companies.record import YES_NO, as_texts, echoes
from sinmungo.errors import InvalidError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/companies"
_MEANWHILE = "그사이 다른 사람이 고쳤습니다. 칸 아래의 지금 값을 확인한 뒤 다시 저장해 주세요."


class CompanyFormPages(Controller):
    """`/office/companies/new` and `/office/companies/{id}/edit`."""

    @get("/new", opt=needs(EDIT))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show an empty record, with the name that was looked for."""
        return await _new_form(request, ctx, query_form(request), {})

    @post("/new", opt=needs(EDIT))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add the company and show it."""
        form = await read_form(request)
        try:
            company_id = await extra.add(ctx, form, await extra.answered(ctx, form))
        except InvalidError as error:
            return await _new_form(request, ctx, form, error.errors, error)
        return see_other(f"{ROOT}/{company_id}", "업체를 등록했습니다.")

    @get("/{company_id:uuid}/edit", opt=needs(EDIT))
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show the record for editing."""
        company = await service.record(ctx, company_id)
        form = {**as_texts(company.values), **await extra.stored(ctx, company_id)}
        return await _edit_form(request, ctx, company, form, {})

    @post("/{company_id:uuid}/edit", opt=needs(EDIT))
    async def edit(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Save the record; if someone was faster, show both values of each field."""
        form = await read_form(request)
        company = await service.record(ctx, company_id)
        try:
            given, version = await extra.answered(ctx, form), form.number("row_version") or 0
            await extra.edit(ctx, company_id, form, given, version, whole=True)
        except StaleError as error:
            stored = _differing(company, form)
            return await _edit_form(
                request, ctx, company, form, {"name": _MEANWHILE}, error, stored=stored
            )
        except InvalidError as error:
            return await _edit_form(request, ctx, company, form, error.errors, error)
        return see_other(f"{ROOT}/{company_id}", "업체 정보를 저장했습니다.")


class CompanyStatePages(Controller):
    """`/office/companies/{id}/state`."""

    path = "/{company_id:uuid}/state"

    @get("/", opt=needs(EDIT))
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Ask for the new state."""
        return await _state_form(request, ctx, company_id, Form(), {})

    @post("/", opt=needs(EDIT))
    async def save(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Save the new state."""
        form = await read_form(request)
        try:
            await states.set_state(ctx, company_id, form, form.number("row_version") or 0)
        except InvalidError as error:
            return await _state_form(request, ctx, company_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "운영 상태를 바꾸었습니다.")


class ContactPages(Controller):
    """`/office/companies/{id}/contacts/…`."""

    path = "/{company_id:uuid}/contacts"

    @get("/new", opt=needs(EDIT))
    async def new(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show an empty contact."""
        return await _contact_form(request, ctx, company_id, None, Form(), {})

    @post("/new", opt=needs(EDIT))
    async def add(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Add the contact."""
        form = await read_form(request)
        try:
            await contacts.add_contact(ctx, company_id, form, form.number("row_version") or 0)
        except InvalidError as error:
            return await _contact_form(request, ctx, company_id, None, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "담당자를 추가했습니다.")

    @get("/{contact_id:uuid}", opt=needs(EDIT))
    async def show(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], contact_id: FromPath[UUID]
    ) -> Response[str]:
        """Show a contact for editing."""
        found = await contacts.contact(ctx, company_id, contact_id)
        form = contacts.as_texts(found.values)
        return await _contact_form(request, ctx, company_id, contact_id, form, {})

    @post("/{contact_id:uuid}", opt=needs(EDIT))
    async def edit(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], contact_id: FromPath[UUID]
    ) -> Response[Any]:
        """Save the contact."""
        form = await read_form(request)
        version = form.number("row_version") or 0
        try:
            await contacts.edit_contact(ctx, company_id, contact_id, form, version)
        except InvalidError as error:
            return await _contact_form(request, ctx, company_id, contact_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "담당자를 저장했습니다.")

    @post("/{contact_id:uuid}/remove", opt=needs(EDIT))
    async def remove(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], contact_id: FromPath[UUID]
    ) -> Response[Any]:
        """Remove the contact for good."""
        version = (await read_form(request)).number("row_version") or 0
        await contacts.remove_contact(ctx, company_id, contact_id, version)
        return see_other(f"{ROOT}/{company_id}", "담당자를 삭제했습니다.")


async def _new_form(
    request: Req,
    ctx: Ctx,
    form: Mapping[str, str],
    errors: Mapping[str, str],
    error: Any = None,
) -> Response[str]:
    shown = {
        "action": f"{ROOT}/new",
        "cancel_href": ROOT,
        "places": await places(ctx),
        "questions": await extra.shown(ctx, form, errors),
    }
    return _company_form(request, form, errors, error, **shown)


async def _edit_form(
    request: Req,
    ctx: Ctx,
    company: service.CompanyRecord,
    form: Mapping[str, str],
    errors: Mapping[str, str],
    error: Any = None,
    **values: Any,
) -> Response[str]:
    base = f"{ROOT}/{company.id}"
    shown: dict[str, Any] = {
        "company_id": company.id,
        "company_name": company.values.name,
        "row_version": company.row_version,
        "action": f"{base}/edit",
        "cancel_href": base,
        "places": await places(ctx),
        "questions": await extra.shown(ctx, form, errors),
    }
    return _company_form(request, form, errors, error, **{**shown, **values})


def _company_form(
    request: Req, form: Mapping[str, str], errors: Mapping[str, str], error: Any, **values: Any
) -> Response[str]:
    defaults: dict[str, Any] = {"company_id": None, "row_version": 0, "stored": {}}
    shown = {**defaults, **values}
    return page(
        request,
        "companies/form.html",
        status=error.status if error else 200,
        form=Form(form),
        errors=errors,
        echo=echoes(form),
        taken=getattr(error, "holder", None),
        sizes=SIZE_CLASSES.items(),
        premises=PREMISES.items(),
        yes_no=YES_NO.items(),
        **{**shown, "stored": Form(shown["stored"])},
    )


def _differing(company: service.CompanyRecord, form: Mapping[str, str]) -> dict[str, str]:
    texts = as_texts(company.values)
    return {
        field: shown_value(field, text, company.values) or "(비어 있음)"
        for field, text in texts.items()
        if text != form.get(field, "")
    }


async def _state_form(
    request: Req, ctx: Ctx, company_id: UUID, form: Mapping[str, str], errors: Mapping[str, str]
) -> Response[str]:
    company = await service.record(ctx, company_id)
    return page(
        request,
        "companies/state.html",
        status=422 if errors else 200,
        company=company,
        form=Form(form),
        errors=errors,
        echo=echoes(form),
        changes=CHANGES.items(),
        state_now=STATES[company.state],
    )


async def _contact_form(
    request: Req,
    ctx: Ctx,
    company_id: UUID,
    contact_id: UUID | None,
    form: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response[str]:
    return page(
        request,
        "companies/contact.html",
        status=422 if errors else 200,
        company=await service.record(ctx, company_id),
        contact_id=contact_id,
        form=Form(form),
        errors=errors,
    )
