"""The members of an association, as a part of its page."""

from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo.agencies import service as agencies
from sinmungo.companies.memberships import ASSOCIATION
from sinmungo.companies.permissions import READ
from sinmungo.companies.service import members_of
from sinmungo.web.access import needs
from sinmungo.web.render import page
from sinmungo.web.types import CtxDep, Req


class MembersPages(Controller):
    """`/office/companies/of-agency/{id}`."""

    @get("/of-agency/{agency_id:uuid}", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[str]:
        """Show today's members of an association; other agencies have none."""
        agency = await agencies.agency(ctx, agency_id)
        alone = request.headers.get("hx-request") != "true"
        return page(
            request,
            "companies/members.html" if alone else "companies/_members.html",
            agency=agency,
            is_association=agency.kind == ASSOCIATION,
            rows=await members_of(ctx, agency_id),
        )
