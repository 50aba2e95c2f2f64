"""The one door to visits for pages, API, plugins and imports; the rules lie in the modules below.

    plan(ctx, Plan) -> Planned                             ConflictError unless confirmed
    move(ctx, visit_id, Plan, row_version) -> Planned
    join(ctx, visit_id, row_version) -> Planned
    cancel(ctx, visit_id, reason, row_version) -> Planned
    conflicts(ctx, company_id, officers, at, but=None) -> list[Conflict]
    record(ctx, Journal, visit_id=None, row_version=0) -> Recorded
    add_found(ctx, visit_id, items: list[Found], row_version) -> Recorded
    amend(ctx, visit_id, Journal, row_version, *, whole=True) -> Planned
    reclassify(ctx, item_id, Found, row_version) -> Classified
    detail(ctx, visit_id) -> VisitDetail                   writes who looked
    history(ctx, visit_id) -> list[Entry]                  newest first
    found_at(ctx, case_id) -> FoundAt | None
    list_visits(ctx, VisitQuery) -> Listed
    calendar(ctx, first, last, mine=False) / my_plans(ctx) -> list[VisitLine]
    targets(ctx, TargetQuery) -> Targets
    ledger(ctx, LedgerQuery) -> Ledger
    visits_behind / items_behind(ctx, LedgerQuery, …) -> Rows
    whole_book(ctx, LedgerQuery) -> visits, items

Errors: InvalidError with the form's field names ("day", "items-0-content", "items-0-unit_id" …),
RefusedError, StaleError, MissingError.
"""

from sinmungo.visits.company import known_of
from sinmungo.visits.found import reclassify
from sinmungo.visits.journal import add_found, amend, record
from sinmungo.visits.ledger import (
    Ledger,
    LedgerLine,
    LedgerQuery,
    items_behind,
    ledger,
    visits_behind,
    whole_book,
)
from sinmungo.visits.ledger_queries import BookedItem, BookedVisit
from sinmungo.visits.listing import calendar, complexes, list_visits, my_plans, targets
from sinmungo.visits.looking import detail, found_at, history, need_visible
from sinmungo.visits.planning import (
    ConflictError,
    cancel,
    conflicts,
    join,
    move,
    plan,
    visit_settings,
)
from sinmungo.visits.types import Found, Journal, Met, Outsider, Recorded

__all__ = [
    "BookedItem",
    "BookedVisit",
    "ConflictError",
    "Found",
    "Journal",
    "Ledger",
    "LedgerLine",
    "LedgerQuery",
    "Met",
    "Outsider",
    "Recorded",
    "add_found",
    "amend",
    "calendar",
    "cancel",
    "complexes",
    "conflicts",
    "detail",
    "found_at",
    "history",
    "items_behind",
    "join",
    "known_of",
    "ledger",
    "list_visits",
    "move",
    "my_plans",
    "need_visible",
    "plan",
    "reclassify",
    "record",
    "targets",
    "visit_settings",
    "visits_behind",
    "whole_book",
]
