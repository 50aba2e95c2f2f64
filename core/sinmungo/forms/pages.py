"""What the administrator adds to the forms: questions, their order, a preview, their history."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.forms import definitions, service
from sinmungo.forms import queries as q
from sinmungo.forms.asking import asked
from sinmungo.forms.looking_back import Preview, former, history, preview
from sinmungo.forms.models import KINDS
from sinmungo.forms.permissions import MANAGE
from sinmungo.forms.terms import FormFace, RecordKind
from sinmungo.forms.types import Field, FieldIn
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/admin/forms"
_LOOK_AGAIN = "되돌린 값을 채웠습니다. 확인하고 저장하면 바뀝니다."


class FormListPages(Controller):
    """`/admin/forms`: the questions of one kind of record."""

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, kind: FromQuery[str] = "") -> Response[str]:
        """List the questions in the order in which they are asked."""
        return await _list(request, ctx, kind)

    @get("/preview", opt=needs(MANAGE))
    async def preview(
        self,
        request: Req,
        ctx: CtxDep,
        kind: FromQuery[str] = "",
        category: FromQuery[str] = "",
        face: FromQuery[str] = "",
    ) -> Response[str]:
        """Show the questions as those who answer them will see them today."""
        chosen = _kind(ctx, kind)
        shown: FormFace = "PORTAL" if "PORTAL" in chosen.faces and face != "OFFICE" else "OFFICE"
        fields = await service.questions(ctx, chosen.code, shown, category, fresh=True)
        return page(
            request,
            "forms/preview.html",
            kind=chosen,
            face=shown,
            category=category,
            groups=await _groups(ctx, chosen),
            questions=asked(fields, {}),
        )

    @get("/new", opt=needs(MANAGE))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show an empty question."""
        query = query_form(request)
        kind = _kind(ctx, query["kind"])
        form = Form(
            {"record_kind": kind.code, "category": query["category"], "kind": "SHORT"}
            | dict.fromkeys(["on_portal", "on_office"], "1")
        )
        return await _form(request, ctx, kind, form)

    @post("/new", opt=needs(MANAGE), status_code=200)
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show how the question will look, or add it."""
        form = await read_form(request)
        kind = _kind(ctx, form["record_kind"])
        try:
            if form["_act"] == "preview":
                return await _form(request, ctx, kind, form, seen=await preview(ctx, _given(form)))
            await definitions.add(ctx, _given(form))
        except InvalidError as error:
            return await _form(request, ctx, kind, form, errors=error.errors)
        except RefusedError as error:
            return await _form(request, ctx, kind, form, problem=error.message)
        return see_other(f"{ROOT}?kind={kind.code}", "항목을 추가했습니다.")


class FormPages(Controller):
    """`/admin/forms/{id}`: one question."""

    path = "/{field_id:uuid}"

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[str]:
        """Show a question for editing, with what was changed before."""
        field = await definitions.field(ctx, field_id)
        return await _form(request, ctx, _kind(ctx, field.record_kind), _stored(field), field)

    @post("/", opt=needs(MANAGE), status_code=200)
    async def edit(self, request: Req, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[Any]:
        """Show what would change and how it will look, or save the question."""
        form, field = await read_form(request), await definitions.field(ctx, field_id)
        kind, version = _kind(ctx, field.record_kind), form.number("row_version") or 0
        form |= {"record_kind": field.record_kind, "kind": field.kind, "code": field.code}
        try:
            if form["_act"] == "preview":
                seen = await preview(ctx, _given(form), field)
                return await _form(request, ctx, kind, form, field, seen=seen)
            await definitions.edit(ctx, field_id, _given(form), version)
        except InvalidError as error:
            return await _form(request, ctx, kind, form, field, errors=error.errors)
        except StaleError as error:
            return await _form(request, ctx, kind, form, field, problem=error.message)
        return see_other(f"{ROOT}?kind={kind.code}", "항목을 저장했습니다.")

    @post("/restore", opt=needs(MANAGE), status_code=200)
    async def restore(self, request: Req, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[str]:
        """Fill the form with what stood there before a change; saving it is a change."""
        posted, field = await read_form(request), await definitions.field(ctx, field_id)
        kind, change = _kind(ctx, field.record_kind), posted.uuid("change")
        form = _stored(field) | await former(ctx, field, change or UUID(int=0))
        form = Form(form)
        try:
            seen = await preview(ctx, _given(form), field)
        except InvalidError as error:
            return await _form(request, ctx, kind, form, field, errors=error.errors)
        return await _form(request, ctx, kind, form, field, seen=seen, told=_LOOK_AGAIN)

    @post("/move", opt=needs(MANAGE))
    async def move(self, request: Req, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[Any]:
        """Ask it one place earlier or later."""
        form, field = await read_form(request), await definitions.field(ctx, field_id)
        version = form.number("row_version") or 0
        await definitions.move(ctx, field_id, version, up=form["to"] == "UP")
        return see_other(
            f"{ROOT}?kind={field.record_kind}", f"‘{field.label}’의 차례를 바꿨습니다."
        )

    @post("/retire", opt=needs(MANAGE))
    async def retire(self, request: Req, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[Any]:
        """Ask it no more; answers stay."""
        version = (await read_form(request)).number("row_version") or 0
        await definitions.retire(ctx, field_id, version)
        field = await definitions.field(ctx, field_id)
        return see_other(
            f"{ROOT}?kind={field.record_kind}", "이제 묻지 않습니다. 지난 답은 남습니다."
        )

    @post("/resume", opt=needs(MANAGE))
    async def resume(self, request: Req, ctx: CtxDep, field_id: FromPath[UUID]) -> Response[Any]:
        """Ask it again."""
        version = (await read_form(request)).number("row_version") or 0
        await definitions.resume(ctx, field_id, version)
        field = await definitions.field(ctx, field_id)
        return see_other(f"{ROOT}?kind={field.record_kind}", "다시 묻습니다.")


def _kind(ctx: Ctx, code: str) -> RecordKind:
    kinds = definitions.record_kinds(ctx)
    return kinds.get(code) or next(iter(kinds.values()))


async def _groups(ctx: Ctx, kind: RecordKind) -> list[tuple[str, str]]:
    return list((await kind.groups(ctx)).items()) if kind.groups else []


async def _list(request: Req, ctx: Ctx, code: str) -> Response[str]:
    kind, today = _kind(ctx, code), clock.today()
    rows = [f for f in await definitions.fields(ctx, fresh=True) if f.record_kind == kind.code]
    groups = dict(await _groups(ctx, kind))
    order = list(groups)
    rows.sort(key=lambda f: order.index(f.category) + 1 if f.category in groups else 0)
    return page(
        request,
        "forms/list.html",
        kind=kind,
        kinds=definitions.record_kinds(ctx).values(),
        rows=[r for r in rows if r.valid_to is None or r.valid_to > today],
        retired=[r for r in rows if r.valid_to is not None and r.valid_to <= today],
        groups=groups,
        kind_names=KINDS,
        today=today,
    )


def _given(form: Form) -> FieldIn:
    return FieldIn(
        record_kind=form["record_kind"],
        category=form.optional("category"),
        code=form["code"],
        label=form["label"],
        help=form["help"],
        kind=form["kind"],
        unit=form["unit"],
        choices=form["choices"].split("\n"),
        required=form["required"] == "1",
        personal=form["personal"] == "1",
        on_portal=form["on_portal"] == "1",
        on_office=form["on_office"] == "1",
        valid_from=form["valid_from"],
        valid_to=form["valid_to"],
    )


def _stored(field: Field) -> Form:
    switches = ("required", "personal", "on_portal", "on_office")
    return Form(
        {name: "1" if getattr(field, name) else "" for name in switches}
        | {name: getattr(field, name) or "" for name in ("category", "code", "label", "help")}
        | {"kind": field.kind, "unit": field.unit, "choices": "\n".join(field.choices)}
        | {
            "valid_from": field.valid_from.isoformat(),
            "valid_to": field.valid_to.isoformat() if field.valid_to else "",
        }
    )


async def _form(
    request: Req,
    ctx: Ctx,
    kind: RecordKind,
    form: Form,
    field: Field | None = None,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    seen: Preview | None = None,
    told: str = "",
) -> Response[str]:
    return page(
        request,
        "forms/field.html",
        status=422 if errors or problem else 200,
        kind=kind,
        field=field,
        form=form,
        errors=errors or {},
        problem=problem,
        groups=await _groups(ctx, kind),
        kind_names=list(KINDS.items()),
        answered=await ctx.db.one(q.HOW_MANY, field_id=field.id) if field else 0,
        history=await history(ctx, field) if field else [],
        seen=seen,
        told=told,
        ended=bool(field and field.valid_to and field.valid_to <= clock.today()),
    )
