"""방문일지: a visit that took place is recorded once, in one act with all that was found.

A visit without a difficulty is recorded all the same and counts as a visit. What was known of the
company is kept beside it, because reports of that day must not change with the company.
"""

from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.cases import service as cases
from sinmungo.errors import InvalidError, StaleError
from sinmungo.forms import service as forms
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.visits import extra
from sinmungo.visits import queries as q
from sinmungo.visits.company import Known, known_of
from sinmungo.visits.events import VisitAmended, VisitRecorded
from sinmungo.visits.found import Site, check_found, register_found
from sinmungo.visits.numbers import next_visit_no
from sinmungo.visits.planning import begin, find_company, replace_team, visit_settings
from sinmungo.visits.record import (
    JournalValues,
    check_items,
    understand_journal,
    understand_texts,
)
from sinmungo.visits.team import Member, check_agencies, members, met_rows, team_rows
from sinmungo.visits.types import Found, Journal, Planned, Recorded
from sinmungo.web.forms import Gather


async def record(
    ctx: Ctx, journal: Journal, visit_id: UUID | None = None, row_version: int = 0
) -> Recorded:
    """Record a visit: a planned one by its id and row version, or one that nobody had planned.

    Every difficulty becomes a case in the same act; the number is taken last. Raises InvalidError
    with the form's field names ("day", "items-0-content" …), RefusedError, StaleError.
    """
    plan = await begin(ctx, visit_id, row_version) if visit_id else None
    answers, faults = await extra.taken(ctx, journal.extra)
    values = understand_journal(journal, await cases.labels(ctx), faults)
    await check_found(ctx, journal.items)
    await check_agencies(ctx, (o.agency_id for o in journal.outsiders), "outsiders")
    team = await members(ctx, journal.officers)
    company_id = (
        plan.company_id
        if plan
        else await find_company(ctx, journal.company_id, journal.company_name, journal.business_no)
    )
    site = Site(
        visit_id or clock.uuid7(), company_id, values.kind, values.visited_on, values.happened_at
    )
    known = await known_of(ctx, company_id, values.visited_on)
    version = plan.row_version + 1 if plan else 1
    columns = _columns(ctx, journal, values, known, team)
    await _write(ctx, site, plan, columns, version)
    await replace_team(ctx, site.visit_id, team_rows(ctx, site.visit_id, team, journal.outsiders))
    await ctx.db.run_many(q.ADD_PERSON, met_rows(ctx, site.visit_id, journal.people))
    await forms.save(ctx, extra.KIND, site.visit_id, answers, new=True)
    await _tell(ctx, site, len(journal.items), version)
    items = await register_found(ctx, site, journal.items, 0, version)
    visit_no = await _number(ctx, site, plan)
    return Recorded(
        id=site.visit_id,
        visit_no=visit_no,
        company_id=company_id,
        items=items,
        row_version=version,
    )


async def _number(ctx: Ctx, site: Site, plan: q.Brief | None) -> str:
    """Take the number and make the plan a visit; one that nobody had planned has no plan's day."""
    prefix = (await visit_settings(ctx)).number_prefix
    visit_no = await next_visit_no(ctx, prefix, site.on.year)
    await ctx.db.run(
        q.NUMBER,
        b_id=site.visit_id,
        state="DONE",
        visit_no=visit_no,
        planned_at=plan.planned_at if plan else None,
        recorded_at=clock.now(),
    )
    return visit_no


def _columns(
    ctx: Ctx, journal: Journal, values: JournalValues, known: Known, team: list[Member]
) -> dict[str, Any]:
    """Return the columns of a journal; figures that were not asked there are those on file."""
    figures = {name: getattr(journal, name) for name in known.__struct_fields__ if name in _ASKED}
    on_file = {name: getattr(known, name) for name in known.__struct_fields__}
    told = {name: value for name, value in figures.items() if value not in {None, ""}}
    understood = {name: getattr(values, name) for name in values.__struct_fields__}
    understood["products"] = values.products or known.products
    return {
        **on_file,
        **told,
        **understood,
        "unit_id": ctx.me.unit_id,
        "officer_id": team[0].officer_id if team else None,
        "recorded_by": ctx.me.officer_id,
    }


_ASKED = ("employees", "employees_foreign", "sales", "export_usd", "factory_area", "premises")


async def _write(
    ctx: Ctx, site: Site, plan: q.Brief | None, columns: dict[str, Any], version: int
) -> None:
    """Write the journal; it stays a plan until its number is taken at the end of the act."""
    if plan is not None:
        if not await ctx.db.run(q.RECORD, b_id=plan.id, b_version=plan.row_version, **columns):
            raise StaleError
        return
    await ctx.db.run(
        q.ADD,
        id=site.visit_id,
        company_id=site.company_id,
        state="PLANNED",
        planned_at=site.at,
        created_at=clock.now(),
        created_by=ctx.me.officer_id,
        row_version=version,
        **columns,
    )


async def _tell(ctx: Ctx, site: Site, items: int, version: int) -> None:
    event = VisitRecorded(
        visit_id=site.visit_id, company_id=site.company_id, visit_kind=site.kind, items=items
    )
    await emit(
        ctx,
        event,
        subject_kind=q.SUBJECT,
        subject_id=site.visit_id,
        seq=version,
        occurred_at=site.at,
    )


async def amend(
    ctx: Ctx, visit_id: UUID, given: Journal, row_version: int, *, whole: bool = True
) -> Planned:
    """Mend place, note, next plan and guided programmes of a journal, and the city's own fields.

    With `whole` a missing answer of `given.extra` counts as left empty.
    """
    visit = await begin(ctx, visit_id, row_version, "DONE")
    answers, faults = await extra.taken(ctx, given.extra, whole=whole)
    gather = Gather()
    texts = understand_texts(gather, given)
    gather.errors |= faults
    gather.done()
    touched = await ctx.db.run(q.AMEND, b_id=visit_id, b_version=row_version, **texts)
    if not touched:
        raise StaleError
    codes = await forms.save(ctx, extra.KIND, visit_id, answers)
    fields = [*texts, *(f"{forms.PREFIX}{code}" for code in codes)]
    event = VisitAmended(visit_id=visit_id, company_id=visit.company_id, fields=fields)
    await _amended(ctx, visit_id, event, row_version + 1)
    return Planned(
        id=visit_id, company_id=visit.company_id, state="DONE", row_version=row_version + 1
    )


async def _amended(ctx: Ctx, visit_id: UUID, event: VisitAmended, seq: int) -> None:
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=visit_id, seq=seq)


async def add_found(ctx: Ctx, visit_id: UUID, items: list[Found], row_version: int) -> Recorded:
    """Add difficulties to a journal that is written already."""
    visit = await begin(ctx, visit_id, row_version, "DONE")
    gather = Gather()
    gather.need("items", items, "애로 내용을 적어 주세요.")
    check_items(gather, items, await cases.labels(ctx))
    gather.done()
    await check_found(ctx, items)
    if visit.visited_on is None or visit.visit_no is None:  # pragma: no cover - a CHECK says so
        raise InvalidError({"items": "기록되지 않은 방문입니다."})
    at = visit.started_at or clock.at(visit.visited_on, "12:00")
    site = Site(visit_id, visit.company_id, visit.kind, visit.visited_on, at)
    if not await ctx.db.run(q.TOUCH, b_id=visit_id, b_version=row_version):
        raise StaleError
    start = len(await ctx.db.all(q.ITEMS, visit_id=visit_id))
    found = await register_found(ctx, site, items, start, row_version + 1)
    event = VisitAmended(visit_id=visit_id, company_id=visit.company_id, fields=["items"])
    await _amended(ctx, visit_id, event, row_version + 1)
    return Recorded(
        id=visit_id,
        visit_no=visit.visit_no,
        company_id=visit.company_id,
        items=found,
        row_version=row_version + 1,
    )
