"""What a company's record keeps over time, as parts of its page: associations, figures, consents.

Each part is a panel that loads by itself, and the same as a page of its own without JavaScript.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.agencies.permissions import EDIT as AGENCIES_EDIT
from sinmungo.companies import consents, figures, memberships, service, states
from sinmungo.companies.contacts import list_contacts
from sinmungo.companies.models import CHANGES, SIZE_CLASSES
from sinmungo.companies.permissions import EDIT, READ
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.text.dates import DateError, date_ko, parse_date
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/companies"


class MembershipPages(Controller):
    """`/office/companies/{id}/memberships`."""

    path = "/{company_id:uuid}/memberships"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show the associations of a company."""
        rows = await memberships.list_memberships(ctx, company_id)
        return await _part(request, ctx, company_id, "memberships", "가입 단체", rows=rows)

    @get("/new", opt=needs(EDIT))
    async def new(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Ask for the association and the day."""
        return await _membership_form(request, ctx, company_id, Form(), {})

    @post("/new", opt=needs(EDIT))
    async def join(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Make the company a member."""
        form = await read_form(request)
        try:
            await memberships.join(
                ctx,
                company_id,
                form.uuid("agency_id"),
                valid_from=_day(form, "valid_from"),
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            return await _membership_form(request, ctx, company_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "가입 단체를 추가했습니다.")

    @get("/{membership_id:uuid}", opt=needs(EDIT))
    async def ask(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], membership_id: FromPath[UUID]
    ) -> Response[str]:
        """Ask when the company left."""
        return await _leave_form(request, ctx, company_id, membership_id, Form(), {})

    @post("/{membership_id:uuid}", opt=needs(EDIT))
    async def leave(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], membership_id: FromPath[UUID]
    ) -> Response[Any]:
        """End the membership."""
        form = await read_form(request)
        try:
            await memberships.leave(
                ctx,
                company_id,
                membership_id,
                valid_to=_day(form, "valid_to"),
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            return await _leave_form(request, ctx, company_id, membership_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "탈퇴한 것으로 적었습니다.")

    @post("/{membership_id:uuid}/remove", opt=needs(EDIT))
    async def remove(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], membership_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take a membership away that was written down wrongly."""
        version = (await read_form(request)).number("row_version") or 0
        await memberships.remove(ctx, company_id, membership_id, version)
        return see_other(f"{ROOT}/{company_id}", "가입 단체를 지웠습니다.")


class FigurePages(Controller):
    """`/office/companies/{id}/figures`."""

    path = "/{company_id:uuid}/figures"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show head count, size, sales and exports by day, and what happened to the company."""
        return await _part(
            request,
            ctx,
            company_id,
            "figures",
            "규모·매출 기록",
            rows=await figures.list_figures(ctx, company_id),
            changes=await states.list_states(ctx, company_id),
            words=CHANGES,
            sizes=SIZE_CLASSES,
        )

    @get("/new", opt=needs(EDIT))
    async def new(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Ask for figures of a day."""
        return await _figure_form(request, ctx, company_id, Form(), {})

    @post("/new", opt=needs(EDIT))
    async def keep(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Write the figures down."""
        form = await read_form(request)
        version = form.number("row_version") or 0
        try:
            await figures.keep_figures(ctx, company_id, form, version)
        except InvalidError as error:
            return await _figure_form(request, ctx, company_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "규모·매출을 적었습니다.")

    @get("/{figure_id:uuid}", opt=needs(EDIT))
    async def again(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], figure_id: FromPath[UUID]
    ) -> Response[str]:
        """Show the figures of a day for correction."""
        row = await figures.figure(ctx, company_id, figure_id)
        return await _figure_form(
            request, ctx, company_id, Form(figures.as_texts(row)), {}, figure_id
        )

    @post("/{figure_id:uuid}/remove", opt=needs(EDIT))
    async def remove(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], figure_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take figures away that were written down wrongly."""
        version = (await read_form(request)).number("row_version") or 0
        await figures.drop_figures(ctx, company_id, figure_id, version)
        return see_other(f"{ROOT}/{company_id}", "규모·매출 기록을 지웠습니다.")


class ConsentPages(Controller):
    """`/office/companies/{id}/consents`."""

    path = "/{company_id:uuid}/consents"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show what the company and its contacts agreed to."""
        await service.note_view(ctx, company_id)
        return await _part(
            request,
            ctx,
            company_id,
            "consents",
            "동의",
            rows=await consents.list_consents(ctx, company_id),
            people={c.id: c.values.name for c in await list_contacts(ctx, company_id)},
            purposes=consents.PURPOSES,
            how=consents.HOW,
        )

    @get("/new", opt=needs(EDIT))
    async def new(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show the texts and ask who agreed, when and how."""
        return await _consent_form(request, ctx, company_id, Form(), {})

    @post("/new", opt=needs(EDIT))
    async def give(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Record the consent."""
        form = await read_form(request)
        try:
            await consents.give(ctx, company_id, form, form.number("row_version") or 0)
        except InvalidError as error:
            return await _consent_form(request, ctx, company_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "동의를 적었습니다.")

    @get("/{consent_id:uuid}/withdraw", opt=needs(EDIT))
    async def ask(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], consent_id: FromPath[UUID]
    ) -> Response[str]:
        """Ask how the consent was withdrawn."""
        return await _withdraw_form(request, ctx, company_id, consent_id, Form(), {})

    @post("/{consent_id:uuid}/withdraw", opt=needs(EDIT))
    async def withdraw(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], consent_id: FromPath[UUID]
    ) -> Response[Any]:
        """End the consent."""
        form = await read_form(request)
        version = form.number("row_version") or 0
        try:
            await consents.withdraw(ctx, company_id, consent_id, form["how"], version)
        except InvalidError as error:
            return await _withdraw_form(request, ctx, company_id, consent_id, form, error.errors)
        return see_other(f"{ROOT}/{company_id}", "동의 철회를 적었습니다.")


def _day(form: Form, field: str) -> date | None:
    """Return a day as typed, None when nothing was; `InvalidError` for what is no day."""
    gather = Gather()
    day = gather.take(field, parse_date, form[field], None) if form[field] else None
    gather.done()
    return day


async def _part(
    request: Req, ctx: Ctx, company_id: UUID, part: str, title: str, **values: Any
) -> Response[str]:
    inner = f"companies/_{part}.html"
    alone = request.headers.get("hx-request") != "true"
    return page(
        request,
        "companies/kept.html" if alone else inner,
        inner=inner,
        title=title,
        company=await service.company_brief(ctx, company_id),
        base=f"{ROOT}/{company_id}",
        may_edit=ctx.me.may(EDIT),
        **values,
    )


async def _form_page(
    request: Req,
    ctx: Ctx,
    company_id: UUID,
    name: str,
    form: Mapping[str, str],
    errors: Mapping[str, str],
    **values: Any,
) -> Response[str]:
    return page(
        request,
        f"companies/{name}.html",
        status=422 if errors else 200,
        company=await service.record(ctx, company_id),
        base=f"{ROOT}/{company_id}",
        form=Form(form),
        errors=errors,
        **values,
    )


async def _membership_form(
    request: Req, ctx: Ctx, company_id: UUID, form: Form, errors: Mapping[str, str]
) -> Response[str]:
    options = [(a.id, a.name) for a in await memberships.associations(ctx)]
    may_add = ctx.me.may(AGENCIES_EDIT)
    echo = _echo(form["valid_from"])
    values = {"options": options, "may_add": may_add, "echo": echo}
    return await _form_page(request, ctx, company_id, "membership", form, errors, **values)


async def _leave_form(
    request: Req,
    ctx: Ctx,
    company_id: UUID,
    membership_id: UUID,
    form: Form,
    errors: Mapping[str, str],
) -> Response[str]:
    row = await memberships.membership(ctx, company_id, membership_id)
    values = {"membership": row, "echo": _echo(form["valid_to"])}
    return await _form_page(request, ctx, company_id, "leave", form, errors, **values)


async def _figure_form(
    request: Req,
    ctx: Ctx,
    company_id: UUID,
    form: Form,
    errors: Mapping[str, str],
    figure_id: UUID | None = None,
) -> Response[str]:
    echo = _echo(form["day"])
    values = {"sizes": SIZE_CLASSES.items(), "echo": echo, "figure_id": figure_id}
    return await _form_page(request, ctx, company_id, "figure", form, errors, **values)


async def _consent_form(
    request: Req, ctx: Ctx, company_id: UUID, form: Form, errors: Mapping[str, str]
) -> Response[str]:
    people = await list_contacts(ctx, company_id)
    return await _form_page(
        request,
        ctx,
        company_id,
        "consent",
        form,
        errors,
        texts=await consents.texts_in_force(ctx),
        purposes=consents.PURPOSES,
        people=[(c.id, " ".join((c.values.name, c.values.title or "")).strip()) for c in people],
        how=consents.GIVEN_HOW.items(),
        echo=_echo(form["given_on"]),
    )


async def _withdraw_form(
    request: Req,
    ctx: Ctx,
    company_id: UUID,
    consent_id: UUID,
    form: Form,
    errors: Mapping[str, str],
) -> Response[str]:
    values = {
        "consent": await consents.consent(ctx, company_id, consent_id),
        "purposes": consents.PURPOSES,
        "how": consents.GIVEN_HOW.items(),
    }
    return await _form_page(request, ctx, company_id, "withdraw", form, errors, **values)


def _echo(typed: str) -> str:
    try:
        return date_ko(parse_date(typed))
    except DateError:
        return ""
