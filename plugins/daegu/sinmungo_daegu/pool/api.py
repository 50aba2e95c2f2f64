"""The year's figures for programs: `/api/v1/daegu/pool`."""

from litestar import Controller, get
from litestar.params import FromQuery

from sinmungo.sdk import CtxDep, clock, experts, needs
from sinmungo_daegu.pool.permissions import READ


class FiguresApi(Controller):
    """`/api/v1/daegu/pool`."""

    tags = ("자문단",)

    @get("/", opt=needs(READ))
    async def yearly(self, ctx: CtxDep, year: FromQuery[int | None] = None) -> experts.Yearly:
        """Return a year's figures (default: this year's)."""
        return await experts.yearly(ctx, year or clock.today().year)
