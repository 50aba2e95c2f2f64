"""The plan of a span of days, read from the tables; what is free is then plain arithmetic."""

from datetime import date, timedelta

from sinmungo import clock
from sinmungo.bookings import booking_queries as bq
from sinmungo.bookings import queries as q
from sinmungo.bookings.rules import Rules
from sinmungo.bookings.setup import list_rooms, list_services
from sinmungo.bookings.slots import Plan
from sinmungo.cases.service import city_calendar
from sinmungo.host.context import Ctx


async def load_plan(ctx: Ctx, rule: Rules, first: date, last: date) -> Plan:
    """Return what decides which times are free from the first day to the last, both included."""
    start, end = clock.at(first, "00:00"), clock.at(last + timedelta(days=1), "00:00")
    return Plan(
        slot=timedelta(minutes=rule.slot_minutes),
        calendar=await city_calendar(ctx),
        rooms=await list_rooms(ctx, whole=first < clock.today()),
        services=await list_services(ctx),
        closures=await ctx.db.all(q.CLOSURES, first=first, last=last),
        rota=await ctx.db.all(q.ROTA, first=first, last=last),
        taken=await ctx.db.all(bq.TAKEN, first=start, last=end),
    )
