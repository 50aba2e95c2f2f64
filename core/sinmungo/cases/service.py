"""The one door to cases for pages, API, jobs and plugins; the rules lie in the modules below.

    register(ctx, intake: Intake) -> list[RegisteredCase]
    register_on_site(ctx, intake: Intake) -> list[RegisteredCase]   settled where it was heard
    assign(ctx, case_id, unit_id, officer_id | None, row_version) -> Changed
    bounce(ctx, case_id, reason: str, row_version) -> Changed
    start_review(ctx, case_id, row_version) -> Changed
    answer(ctx, case_id, disposition, implementation, text, row_version) -> Changed
                                             ANSWERED, or APPROVAL where the city has a line for it
    approve(ctx, case_id, row_version) -> Changed           the last approval answers
    reject(ctx, case_id, reason, row_version) -> Changed    back to ANSWER_DRAFT; nothing is lost
    recall(ctx, case_id, row_version) -> Changed            by whom it was submitted
    close(ctx, case_id, reason: code of labels.CLOSE_REASONS, row_version) -> Changed
    change_extra(ctx, case_id, extra, row_version, *, whole=False) -> Changed
    propose(ctx, case_id, agency_id, gist, proposed_on, row_version, *, due_on=None, answer="")
        -> Proposed                                        EXTERNAL_WAIT; answers too if `answer`
    reply_proposal(ctx, proposal_id, outcome, text, replied_on, row_version) -> ProposalRow
    close_proposal(ctx, proposal_id, reason, row_version) -> ProposalRow
    proposal(ctx, proposal_id) -> ProposalRow; proposals_of(ctx, case_id) -> list[ProposalRow]
    list_proposals(ctx, ProposalQuery(...)) -> Proposals   건의과제 관리대장, newest first
    detail(ctx, case_id) -> CaseDetail                     writes who looked into access_log
    is_visible(ctx, case_id) -> bool
    need_visible(ctx, case_id) -> None
    timeline(ctx, case_id) -> list[TimelineEntry]          oldest first
    desk(ctx, view: View, cursor=None, *, with_counts=True) -> Desk
    desk_counts(ctx) -> dict[str, int]                     by view, at most 1,001 each
    search(ctx, CaseQuery(...), *, with_total=True) -> Found
    file(ctx, Filing) -> Receipt                           portal; TooManyError after ten an hour
    follow(ctx, receipt_no, code) -> Followed              MissingError whatever was wrong
    contact(ctx) -> ContactRow | None                      whom companies call
    list_waiting(ctx) -> list[WaitingRow]                  submissions to be registered
    submission(ctx, submission_id) -> SubmissionDetail     opened; writes who looked
    labels(ctx) -> Labels
    assignees(ctx) -> list[Assignee]                       units with their officers, for a select
    list_categories(ctx) / change_category(ctx, code, label, position, active, row_version)
    list_holidays(ctx) / change_holiday(ctx, day, kind, name) / drop_holiday(ctx, day) -> Moved
    city_calendar(ctx) -> WorkCalendar

Errors: InvalidError with the form's field names ("company_name", "rows-0-content", "lead_unit_id",
"officer_id", "reason", "disposition", "text" …), RefusedError, StaleError, MissingError.
"""

from sinmungo.cases.approvals import answer, approve, recall, reject
from sinmungo.cases.calendar import change_holiday, city_calendar, drop_holiday, list_holidays
from sinmungo.cases.extra import change as change_extra
from sinmungo.cases.history import detail, is_visible, need_visible, timeline
from sinmungo.cases.intake import register, register_on_site
from sinmungo.cases.listing import desk, desk_counts, search
from sinmungo.cases.proposal_list import list_proposals, proposal_pages
from sinmungo.cases.proposals import (
    close_proposal,
    proposal,
    proposal_acts,
    proposals_of,
    propose,
    proposed_agencies,
    reply_proposal,
)
from sinmungo.cases.reference import labels, list_categories
from sinmungo.cases.settings_categories import change_category
from sinmungo.cases.submissions import (
    contact,
    file,
    follow,
    list_waiting,
    submission,
    takes_filings,
)
from sinmungo.cases.units import assignees
from sinmungo.cases.work import allowed_acts, assign, bounce, close, start_review

__all__ = [
    "allowed_acts",
    "answer",
    "approve",
    "assign",
    "assignees",
    "bounce",
    "change_category",
    "change_extra",
    "change_holiday",
    "city_calendar",
    "close",
    "close_proposal",
    "contact",
    "desk",
    "desk_counts",
    "detail",
    "drop_holiday",
    "file",
    "follow",
    "is_visible",
    "labels",
    "list_categories",
    "list_holidays",
    "list_proposals",
    "list_waiting",
    "need_visible",
    "proposal",
    "proposal_acts",
    "proposal_pages",
    "proposals_of",
    "propose",
    "proposed_agencies",
    "recall",
    "register",
    "register_on_site",
    "reject",
    "reply_proposal",
    "search",
    "start_review",
    "submission",
    "takes_filings",
    "timeline",
]
