"""결재 대기: what waits for one's approval, as a page, as a part of the desk and as a file."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.cases import approvals, pages_look
from sinmungo.cases.permissions import APPROVE
from sinmungo.people.models import ROLES
from sinmungo.web.access import heavy, needs
from sinmungo.web.render import page
from sinmungo.web.sheets import Column, download_list
from sinmungo.web.types import CtxDep, Req

_COLUMNS = (
    Column("접수번호", 18),
    Column("업체명", 24),
    Column("요지", 50),
    Column("처리구분", 14),
    Column("올린 사람", 16),
    Column("올린 때", 18, "datetime"),
    Column("차례", 12),
    Column("기한", 18, "datetime"),
)


class ApprovalsController(Controller):
    """`/office/cases/approvals`."""

    path = "/approvals"

    @get("/", opt=needs(APPROVE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the answers that wait for one's approval, by due moment."""
        part = "hx-request" in request.headers
        return page(
            request,
            "cases/_approvals.html" if part else "cases/approvals.html",
            rows=await approvals.waiting(ctx),
            look=await pages_look.look(ctx),
            roles=ROLES,
            moment=clock.now(),
        )

    @get("/file/{kind:str}", opt=heavy(needs(APPROVE)))
    async def file(self, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out the same rows."""
        words = await pages_look.look(ctx)
        cells = [
            (
                row.case_no,
                row.company_name,
                row.summary,
                words.words.dispositions.get(row.disposition, row.disposition),
                str(who) if who else None,
                row.submitted_at,
                ROLES.get(row.waits_for, row.waits_for),
                row.due_at,
            )
            for row, who in await approvals.waiting(ctx)
        ]
        return download_list("결재대기", "결재 대기", _COLUMNS, cells, kind, "건")
