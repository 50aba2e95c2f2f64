"""결재 대기: what waits for one's approval, as a page and as a part of the desk."""

from litestar import Controller, Response, get

from sinmungo import clock
from sinmungo.cases import approvals, pages_look
from sinmungo.cases.permissions import APPROVE
from sinmungo.people.models import ROLES
from sinmungo.web.access import needs
from sinmungo.web.render import page
from sinmungo.web.types import CtxDep, Req


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
