"""The one door to bookings for pages, API, jobs and plugins; the rules lie in the modules below.

    rules(ctx) -> Rules / change_rules(ctx, {field: value}) -> Rules
    list_services / add_service / change_service           kinds of consultation
    list_rooms / room / add_room / edit_room               rooms with their opening hours
    list_closures / close_rooms / drop_closure             days on which a room, or all, are closed
    list_consultants / add_consultant / change_consultant  who sits in the rooms
    list_rota / add_rota / end_rota                        when they do
    load_plan(ctx, rules, first, last) -> Plan             what decides which times are free
    book(ctx, NewBooking, channel="OFFICE") -> Made        one booking per room and time
    between / of_company / detail / day_sheet              bookings, as lists or one by one
    cancel / mark / undo / open_case                       what becomes of one
    free_days / request / follow / withdraw                the portal, without an account

Errors: InvalidError with the form's field names, RefusedError for a time that is taken or an act
that is over, StaleError, MissingError, TooManyError (portal).
"""

from sinmungo.bookings.booking import book
from sinmungo.bookings.plan import load_plan
from sinmungo.bookings.rules import change_rules, rules
from sinmungo.bookings.setup import (
    add_room,
    add_service,
    change_service,
    close_rooms,
    drop_closure,
    edit_room,
    list_closures,
    list_rooms,
    list_services,
    room,
)
from sinmungo.bookings.staff import (
    add_consultant,
    add_rota,
    change_consultant,
    end_rota,
    list_consultants,
    list_rota,
)
from sinmungo.bookings.visitors import follow, free_days, request, withdraw
from sinmungo.bookings.work import (
    between,
    cancel,
    day_sheet,
    detail,
    mark,
    of_company,
    open_case,
    undo,
)

__all__ = [
    "add_consultant",
    "add_room",
    "add_rota",
    "add_service",
    "between",
    "book",
    "cancel",
    "change_consultant",
    "change_rules",
    "change_service",
    "close_rooms",
    "day_sheet",
    "detail",
    "drop_closure",
    "edit_room",
    "end_rota",
    "follow",
    "free_days",
    "list_closures",
    "list_consultants",
    "list_rooms",
    "list_rota",
    "list_services",
    "load_plan",
    "mark",
    "of_company",
    "open_case",
    "request",
    "room",
    "rules",
    "undo",
    "withdraw",
]
