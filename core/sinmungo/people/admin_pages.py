"""The admin's page of departments: the tree, and one unit with its names, posts and end."""

from collections.abc import Awaitable, Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.errors import SinmungoError
from sinmungo.host.context import Ctx
from sinmungo.people import queries as q
from sinmungo.people import units
from sinmungo.people.permissions import MANAGE
from sinmungo.people.service import KINDS, Person, add_unit, list_officers, roles_held
from sinmungo.text import dates, phone
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, echo, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

PATH = "/admin/people"
type Staff = list[tuple[q.OfficerRow, Person]]


class PeopleController(Controller):
    """`/admin/people`: who works where, as what, and in which state."""

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the departments with their officers."""
        return await _tree_page(request, ctx, query_form(request))

    @post("/search", opt=needs(MANAGE), status_code=200)
    async def search(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show only officers who fit; posted, because a name must not stand in an address."""
        return await _tree_page(request, ctx, await read_form(request))


class UnitsController(Controller):
    """`/admin/people/units`: one department, bureau or team."""

    path = "/units"

    @get("/new", opt=needs(MANAGE))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form for a new unit."""
        parent = query_form(request)["parent"]
        form = Form({"kind": "TEAM" if parent else "DEPARTMENT", "parent_id": parent})
        return await _new_page(request, ctx, form)

    @post("/", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add a unit."""
        form = await read_form(request)
        try:
            unit_id = await add_unit(
                ctx,
                name=form["name"],
                kind=form["kind"],
                parent_id=form.uuid("parent_id"),
                **parsed(form, "phone", "valid_from"),
            )
        except SinmungoError as error:
            return await _new_page(request, ctx, form, error)
        return see_other(f"{PATH}/units/{unit_id}", "부서를 추가했습니다.")

    @get("/{unit_id:uuid}", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[str]:
        """Show one unit."""
        return await _unit_page(request, ctx, unit_id)

    @post("/{unit_id:uuid}/rename", opt=needs(MANAGE))
    async def rename(self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[Any]:
        """Rename it from a day on."""
        form = await read_form(request)

        async def act() -> None:
            await units.rename(
                ctx,
                unit_id,
                name=form["name"],
                row_version=form.number("row_version") or 0,
                **parsed(form, "valid_from"),
            )

        return await _do(request, ctx, unit_id, form, act(), "부서 이름을 바꿨습니다.")

    @post("/{unit_id:uuid}/phone", opt=needs(MANAGE))
    async def set_phone(self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[Any]:
        """Set its telephone number."""
        form = await read_form(request)

        async def act() -> None:
            number = parsed(form, "phone")["phone"]
            await units.set_phone(ctx, unit_id, number, form.number("row_version") or 0)

        return await _do(request, ctx, unit_id, form, act(), "전화번호를 고쳤습니다.")

    @post("/{unit_id:uuid}/close", opt=needs(MANAGE))
    async def close(self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[Any]:
        """End it on a day; a successor takes its posts."""
        form = await read_form(request)

        async def act() -> None:
            await units.close(
                ctx,
                unit_id,
                valid_to=parsed(form, "valid_to")["valid_to"] or clock.today(),
                successor_id=form.uuid("successor_id"),
                row_version=form.number("row_version") or 0,
            )

        return await _do(request, ctx, unit_id, form, act(), "부서를 닫았습니다.")

    @post("/{unit_id:uuid}/reopen", opt=needs(MANAGE))
    async def reopen(self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[Any]:
        """Take its end back; the posts that it moved come back."""
        form = await read_form(request)

        async def act() -> None:
            await units.reopen(ctx, unit_id, form.number("row_version") or 0)

        return await _do(request, ctx, unit_id, form, act(), "부서 닫기를 되돌렸습니다.")


def _phone(text: str) -> str:
    return phone.display(phone.parse(text))


def parsed(form: Form, *fields: str, needed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return telephone numbers and days of a form, None where nothing was typed.

    `needed` maps fields that must not be empty to what is said if they are.
    """
    gather = Gather()
    for field, message in (needed or {}).items():
        gather.need(field, form[field], message)
    found: dict[str, Any] = {}
    for field in fields:
        parse = _phone if field == "phone" else dates.parse_date
        found[field] = gather.take(field, parse, form[field], None) if form[field] else None
    gather.done()
    return found


async def _do(
    request: Req, ctx: Ctx, unit_id: UUID, form: Form, act: Awaitable[None], notice: str
) -> Response[Any]:
    try:
        await act
    except SinmungoError as error:
        return await _unit_page(request, ctx, unit_id, form, error)
    return see_other(f"{PATH}/units/{unit_id}", notice)


async def _tree_page(request: Req, ctx: Ctx, form: Form) -> Response[str]:
    rows, staff = await units.all_units(ctx), await list_officers(ctx)
    today, closed = clock.today(), form["view"] == "closed"
    found = _fitting(staff, form["q"])
    return page(
        request,
        "people/tree.html",
        branches=units.tree([r for r in rows if units.is_open(r, today) is not closed]),
        members=_by_unit(found, {r.id for r in rows if units.is_open(r, today)}),
        roles=await roles_held(ctx),
        form=form,
        closed=closed,
        closed_count=sum(not units.is_open(r, today) for r in rows),
        found=len(found),
        total=len(staff),
        kinds=KINDS,
    )


def _fitting(staff: Staff, wanted: str) -> Staff:
    plain = wanted.replace(" ", "").lower()
    return [(r, p) for r, p in staff if plain in f"{p.name}{p.post}|{r.login}".replace(" ", "")]


def _by_unit(staff: Staff, known: set[UUID]) -> dict[UUID | None, Staff]:
    """Return officers by unit, heads first, those whose account is off last; None: without one."""
    found: dict[UUID | None, Staff] = {}
    for row, person in sorted(staff, key=lambda s: (s[0].state != "ACTIVE", not s[0].is_head)):
        place = row.unit_id if row.unit_id in known else None
        found.setdefault(place, []).append((row, person))
    return found


async def unit_options(ctx: Ctx) -> list[tuple[UUID, str]]:
    """Return units for a choice, in the order of the tree, a team after its department's name."""
    rows = [r for r in await units.all_units(ctx) if r.valid_to is None]
    names = {r.id: r.name for r in rows}
    return [(b.row.id, _full_name(b.row, names)) for b in units.tree(rows)]


def _full_name(row: q.UnitRow, names: dict[UUID, str]) -> str:
    above = names.get(row.parent_id) if row.parent_id else None
    return f"{above} {row.name}" if above else row.name


def faults(error: SinmungoError | None) -> dict[str, Any]:
    """Return what a page says about an error: at its fields, or in a line on top."""
    errors: dict[str, str] = getattr(error, "errors", {})
    return {
        "status": error.status if error else 200,
        "errors": errors,
        "refused": error.message if error and not errors else "",
    }


async def _new_page(
    request: Req, ctx: Ctx, form: Form, error: SinmungoError | None = None
) -> Response[str]:
    return page(
        request,
        "people/unit_new.html",
        form=form,
        units=await unit_options(ctx),
        kinds=list(KINDS.items()),
        **faults(error),
    )


async def _unit_page(
    request: Req,
    ctx: Ctx,
    unit_id: UUID,
    form: Form | None = None,
    error: SinmungoError | None = None,
) -> Response[str]:
    found = await units.detail(ctx, unit_id)
    stored = echo({"phone": found.row.phone})
    return page(
        request,
        "people/unit.html",
        unit=found,
        officers=[s for s in await list_officers(ctx) if s[0].unit_id == unit_id],
        options=[o for o in await unit_options(ctx) if o[0] != unit_id],
        form=form or stored,
        kinds=KINDS,
        **faults(error),
    )
