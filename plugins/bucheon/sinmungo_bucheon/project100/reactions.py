"""What the project does when something happens elsewhere, and what it says about a company."""

from uuid import UUID

from sinmungo.sdk import CaseRegistered, Ctx, Event, Hint, ProposalMade, clock, people_by_id
from sinmungo_bucheon.project100 import contact_queries as cq
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.models import ACTIVE


async def note_case(ctx: Ctx, event: Event) -> None:
    """Keep a case of a company in the project, so that its dedicated officer sees it."""
    if not isinstance(event, CaseRegistered):
        return
    row = await ctx.db.first(q.OPEN_OF_COMPANY, company_id=event.company_id)
    if row is None or row.status != ACTIVE:
        return
    await ctx.db.run(
        q.ADD_SIGNAL,
        id=clock.uuid7(),
        enrolment_id=row.id,
        case_id=event.case_id,
        officer_id=row.officer_id,
        at=clock.now(),
    )


async def note_proposal(ctx: Ctx, event: Event) -> None:
    """Mark a rule as proposed when its case was."""
    if not isinstance(event, ProposalMade):
        return
    await ctx.db.run(
        cq.NOTE_PROPOSED,
        b_case_id=event.case_id,
        decided_at=clock.now(),
        decided_by=ctx.me.officer_id,
    )


async def hints(ctx: Ctx, company_id: UUID) -> list[Hint]:
    """Return one remark for a company that is in the project or waits for it."""
    row = await ctx.db.first(q.OPEN_OF_COMPANY, company_id=company_id)
    if row is None:
        return []
    href = f"/office/bucheon/project100/{row.id}"
    if row.status != ACTIVE:
        return [Hint(f"유망기업 100 · 대기 {row.waits_at}번", href=href)]
    officer = (await people_by_id(ctx, [row.officer_id])).get(row.officer_id or row.id)
    return [Hint(f"유망기업 100 · 전담 {officer}" if officer else "유망기업 100", href=href)]
