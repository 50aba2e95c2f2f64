"""The staff list as a file: it holds names, so who takes it says why."""

from typing import Any

from litestar import Controller, Response, get, post

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.host.access_log import download_reason, note_download
from sinmungo.host.context import Ctx
from sinmungo.people.permissions import MANAGE
from sinmungo.people.service import list_officers, roles_held
from sinmungo.people.units import all_units, tree
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page
from sinmungo.web.sheets import Column, Row, Sheet, download, file_kind
from sinmungo.web.types import CtxDep, Req

_COLUMNS = (
    Column("부서", 22),
    Column("이름", 12),
    Column("직위", 14),
    Column("부서장", 8),
    Column("아이디", 16),
    Column("역할", 30),
    Column("상태", 10),
)
_STATES = {"ACTIVE": "사용 중"}


class StaffFileController(Controller):
    """`/admin/people/file`."""

    path = "/file"

    @get("/", opt=needs(MANAGE))
    async def ask(self, request: Req) -> Response[str]:
        """Ask why the list is taken away."""
        return page(request, "people/take_staff.html", form=Form(), errors={})

    @post("/", opt=heavy(needs(MANAGE)), status_code=200)
    async def file(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Hand out the list; who took it and why is written down."""
        form = await read_form(request)
        kind = file_kind(form["kind"])
        try:
            sheet = await staff_sheet(ctx, form["reason"])
        except InvalidError as error:
            return page(
                request, "people/take_staff.html", status=422, form=form, errors=error.errors
            )
        return download("직원명부", [sheet], kind)


async def staff_sheet(ctx: Ctx, reason: str) -> Sheet:
    """Return everyone with the post of today, in the order of the departments.

    Raises InvalidError ("reason") when nothing is said.
    """
    why = download_reason(reason)
    staff, roles = await list_officers(ctx), await roles_held(ctx)
    order = {b.row.id: n for n, b in enumerate(tree(await all_units(ctx)))}
    last = len(order)
    staff.sort(key=lambda s: (order.get(s[0].unit_id, last) if s[0].unit_id else last, s[1].name))
    cells: list[Row] = [
        (
            row.unit_name,
            person.name,
            row.post,
            "부서장" if row.is_head else None,
            row.login,
            ", ".join(roles.get(row.id, [])) or None,
            _STATES.get(row.state, "중지"),
        )
        for row, person in staff
    ]
    await note_download(ctx, "people.staff", why, len(cells))
    return Sheet("직원 명부", _COLUMNS, cells, clock.today(), (), "명")
