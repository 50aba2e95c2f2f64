"""The one door to experts and their sessions for pages, API, jobs and plugins.

    add(ctx, texts) -> UUID / edit(ctx, expert_id, texts, row_version) / expert(ctx, expert_id)
    list_experts(ctx, field=, state=, after=, limit=) / find(ctx, query) / counts(ctx, on=None)
    add_tie(ctx, expert_id, NewTie, row_version) / end_tie(…) / list_ties(ctx, expert_id)
    give_account(ctx, expert_id, login, row_version) -> temporary password
    tax(ctx, expert_id) / save_tax(ctx, expert_id, texts, row_version)
    preview_rule(ctx, texts) / add_rule(ctx, texts) / list_rules(ctx) / rule_authors(ctx)
    rule_on(ctx, day)
    ask(ctx, case_id= | visit_id=, field=, question=) -> Changed
    candidates(ctx, request_id, any_field=False) -> list[Candidate], the best first, with reasons
    match / decline / pledge / plan / hold / report / cancel(ctx, request_id, …, row_version)
    due(ctx, request_id) -> Due, approve(ctx, request_id, fee, row_version)
    link_for(ctx, request_id) / rate_by_link(ctx, token, score, comment) / rate(ctx, request_id, …)
    advice(ctx, request_id) -> Advice          who looked is written down
    list_advice(ctx, state=, late=, own=, …) / yearly(ctx, year) -> Yearly

Errors: InvalidError with the form's field names, RefusedError, StaleError, MissingError.
"""

from uuid import UUID

from sinmungo.errors import MissingError
from sinmungo.experts import advice_queries as _q
from sinmungo.experts import fees as _fees
from sinmungo.experts import matching as _matching
from sinmungo.experts.advice import (
    Changed,
    Session,
    ask,
    cancel,
    decline,
    hold,
    match,
    origin,
    own_expert_id,
    plan,
    pledge,
    report,
)
from sinmungo.experts.events import RuleAdded
from sinmungo.experts.fees import (
    Due,
    RulePreview,
    add_rule,
    list_rules,
    preview_rule,
    rule_authors,
    rule_on,
)
from sinmungo.experts.matching import Candidate, field_labels
from sinmungo.experts.paying import approve
from sinmungo.experts.pool import (
    Expert,
    accounts_of_nobody,
    add,
    counts,
    edit,
    expert,
    find,
    give_account,
    link,
    list_experts,
    list_fields,
    pool_name,
    review,
    to_review,
)
from sinmungo.experts.ratings import by_link, link_for, rate, rate_by_link
from sinmungo.experts.reading import (
    Advice,
    advice,
    history,
    list_advice,
    of_case,
    of_company,
    of_visit,
)
from sinmungo.experts.reading import counts as advice_counts
from sinmungo.experts.ties import NewTie, Tax, add_tie, end_tie, list_ties, save_tax, tax
from sinmungo.experts.words import POOL_NAME
from sinmungo.experts.yearly import FieldFigures, Yearly, yearly
from sinmungo.host.context import Ctx

__all__ = [
    "POOL_NAME",
    "Advice",
    "Candidate",
    "Changed",
    "Due",
    "Expert",
    "FieldFigures",
    "NewTie",
    "RuleAdded",
    "RulePreview",
    "Session",
    "Tax",
    "Yearly",
    "accounts_of_nobody",
    "add",
    "add_rule",
    "add_tie",
    "advice",
    "advice_counts",
    "approve",
    "ask",
    "by_link",
    "cancel",
    "candidates",
    "counts",
    "decline",
    "due",
    "edit",
    "end_tie",
    "expert",
    "field_labels",
    "find",
    "give_account",
    "history",
    "hold",
    "link",
    "link_for",
    "list_advice",
    "list_experts",
    "list_fields",
    "list_rules",
    "list_ties",
    "match",
    "of_case",
    "of_company",
    "of_visit",
    "origin",
    "own_expert_id",
    "plan",
    "pledge",
    "pool_name",
    "preview_rule",
    "rate",
    "rate_by_link",
    "report",
    "review",
    "rule_authors",
    "rule_on",
    "save_tax",
    "tax",
    "to_review",
    "yearly",
]


async def candidates(ctx: Ctx, request_id: UUID, *, any_field: bool = False) -> list[Candidate]:
    """Return who could be asked, the best first, with the reasons for and against (A2)."""
    return await _matching.candidates(ctx, await _brief(ctx, request_id), any_field=any_field)


async def due(ctx: Ctx, request_id: UUID) -> Due:
    """Return what may be paid for a held session now."""
    return await _fees.due(ctx, await _brief(ctx, request_id))


async def _brief(ctx: Ctx, request_id: UUID) -> _q.Brief:
    found = await _q.BRIEF.first(ctx, id=request_id)
    if found is None:
        raise MissingError
    return found
