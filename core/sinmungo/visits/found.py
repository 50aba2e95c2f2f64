"""What was found at a visit becomes cases, and how each is counted may be set right later.

Every difficulty found in the field is a case. Settled on the spot it is answered in the same act;
handled at once it lies with whoever visited, notified with the department that was told, proposed
upstream it waits for the ministry, and unclassed it waits at the intake desk.
"""

import dataclasses
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.cases import service as cases
from sinmungo.cases.labels import OPEN
from sinmungo.cases.permissions import ASSIGN, PROPOSE, READ_ALL, WORK
from sinmungo.cases.types import Intake, IntakeRow, RegisteredCase
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit_many
from sinmungo.people.service import list_units
from sinmungo.visits import queries as q
from sinmungo.visits.events import ItemFound
from sinmungo.visits.labels import CHANNEL_OF, FIELD
from sinmungo.visits.outcomes import outcome_row, set_outcome, settled_as
from sinmungo.visits.record import check_outcome
from sinmungo.visits.scope import scope
from sinmungo.visits.team import check_agencies
from sinmungo.visits.types import Found, FoundCase
from sinmungo.web.forms import Gather

_ROW = re.compile(r"rows-(\d+)(-\w+)")
MOVABLE = ("REGISTERED", "ASSIGNED")


class Site(NamedTuple):
    """The visit at which something was found."""

    visit_id: UUID
    company_id: UUID
    kind: str
    on: date
    at: datetime


class Classified(msgspec.Struct, kw_only=True):
    """A difficulty after it was classed anew."""

    id: UUID
    visit_id: UUID
    case_id: UUID
    outcome: str
    row_version: int


def able(ctx: Ctx) -> Ctx:
    """Return the unit of work with the rights that recording a visit takes in (permissions.py)."""
    rights = ctx.me.permissions | {ASSIGN, WORK, PROPOSE, READ_ALL}
    return dataclasses.replace(ctx, me=msgspec.structs.replace(ctx.me, permissions=rights))


async def check_found(ctx: Ctx, items: Sequence[Found]) -> None:
    """Refuse units and agencies that are not there, before anything is written."""
    await check_agencies(ctx, (i.agency_id for i in items), "items")
    units = {u.id for u in await list_units(ctx)} if any(i.unit_id for i in items) else set()
    wrong = [n for n, i in enumerate(items) if i.unit_id is not None and i.unit_id not in units]
    if wrong:
        raise InvalidError({f"items-{n}-unit_id": "부서를 목록에서 골라 주세요." for n in wrong})


async def register_found(
    ctx: Ctx, site: Site, items: Sequence[Found], start: int, seq: int
) -> list[FoundCase]:
    """Register each difficulty as a case and write it into the journal, from position `start`.

    `seq` is the visit's row version after the act. Raises InvalidError with `items-<index>-…`.
    """
    if not items:
        return []
    able_ctx = able(ctx)
    made: dict[int, RegisteredCase] = {}
    for group in _groups(items):
        registered = await _register(able_ctx, site, items, group)
        made.update(zip(group, registered, strict=True))
    for index, item in enumerate(items):
        if item.outcome == "PROPOSED":
            made[index] = await _propose(able_ctx, site, item, made[index])
    return await _write(ctx, site, [(items[n], made[n]) for n in range(len(items))], start, seq)


def _groups(items: Sequence[Found]) -> list[list[int]]:
    """Return the places of the items that go the same way, so that each way is one act."""
    found: dict[tuple[str, UUID | None], list[int]] = {}
    for index, item in enumerate(items):
        mine = item.outcome in {"HANDLED", "PROPOSED"}
        unit = item.unit_id if item.outcome == "NOTIFIED" else None
        found.setdefault(("MINE" if mine else item.outcome, unit), []).append(index)
    return list(found.values())


async def _register(
    ctx: Ctx, site: Site, items: Sequence[Found], group: list[int]
) -> list[RegisteredCase]:
    first = items[group[0]]
    intake = Intake(
        company_id=site.company_id,
        channel=CHANNEL_OF.get(site.kind, FIELD),
        occurred_at=min(site.at, clock.now()),
        rows=[_row(items[n]) for n in group],
    )
    try:
        if first.outcome == "ON_SITE":
            return await cases.register_on_site(ctx, intake)
        if first.outcome == "UNCLASSED":
            return await cases.register(ctx, intake)
        notified = first.outcome == "NOTIFIED"
        intake = msgspec.structs.replace(
            intake,
            then="ASSIGN",
            lead_unit_id=first.unit_id if notified else ctx.me.unit_id,
            officer_id=None if notified else ctx.me.officer_id,
        )
        return await cases.register(ctx, intake)
    except InvalidError as error:
        raise InvalidError(_renamed(error.errors, group)) from None


def _row(item: Found) -> IntakeRow:
    on_site = item.answer if item.outcome == "ON_SITE" else ""
    return IntakeRow(
        category=item.category,
        content=item.content,
        petition_type=item.petition_type,
        answer=on_site,
    )


def _renamed(errors: dict[str, str], group: list[int]) -> dict[str, str]:
    found = {}
    for field, text in errors.items():
        row = _ROW.fullmatch(field)
        name = f"items-{group[int(row[1])]}{row[2]}" if row else f"items-{group[0]}-{field}"
        found["day" if field == "occurred_at" else name] = text
    return found


async def _propose(ctx: Ctx, site: Site, item: Found, case: RegisteredCase) -> RegisteredCase:
    """Send a case upstream on the day of the visit; its answer tells the company so."""
    version = await propose_case(ctx, case.id, item, site.on, case.row_version)
    return msgspec.structs.replace(case, row_version=version)


async def propose_case(ctx: Ctx, case_id: UUID, item: Found, on: date, row_version: int) -> int:
    """Propose a case to the item's agency and answer the company that this was done."""
    if item.agency_id is None:  # pragma: no cover - check_outcome has seen to it
        raise InvalidError({"agency_id": "건의할 기관을 골라 주세요."})
    names = await agencies.agency_names(ctx, [item.agency_id])
    told = (
        f"말씀하신 내용을 {names[item.agency_id]}에 건의하였습니다. 회신이 오면 알려 드리겠습니다."
    )
    gist = item.answer or item.content
    done = await cases.propose(ctx, case_id, item.agency_id, gist, on, row_version, answer=told)
    return done.row_version


async def _write(
    ctx: Ctx, site: Site, found: Sequence[tuple[Found, RegisteredCase]], start: int, seq: int
) -> list[FoundCase]:
    rows, history, emissions, lines = [], [], [], []
    for position, (item, case) in enumerate(found, start):
        item_id = clock.uuid7()
        settled = settled_as(item)
        rows.append(_item_row(site, item, case, position, item_id))
        history.append(outcome_row(ctx, item_id, 1, settled, site.at))
        event = ItemFound(visit_id=site.visit_id, item_id=item_id, case_id=case.id, **settled)
        emissions.append(Emission(event, site.visit_id, seq, site.at))
        lines.append(
            FoundCase(
                item_id=item_id,
                case_id=case.id,
                case_no=case.case_no,
                outcome=item.outcome,
                row_version=case.row_version,
            )
        )
    await ctx.db.run_many(q.ADD_ITEM, rows)
    await ctx.db.run_many(q.ADD_OUTCOME, history)
    await emit_many(ctx, q.SUBJECT, emissions)
    return lines


def _item_row(
    site: Site, item: Found, case: RegisteredCase, position: int, item_id: UUID
) -> dict[str, Any]:
    return {
        "id": item_id,
        "visit_id": site.visit_id,
        "position": position,
        "case_id": case.id,
        "category": item.category,
        "content": item.content,
        **settled_as(item),
        "settled_on": None if item.outcome == "UNCLASSED" else site.on,
        "row_version": 1,
    }


async def reclassify(ctx: Ctx, item_id: UUID, given: Found, row_version: int) -> Classified:
    """Count a difficulty otherwise from now on; the books of earlier days keep what they said.

    Of `given` only outcome, unit, agency and answer are read. NOTIFIED hands an unanswered case to
    the unit, PROPOSED sends it upstream; ON_SITE needs a case that is answered. Raises
    InvalidError, RefusedError, StaleError, MissingError.
    """
    gather = Gather()
    check_outcome(gather, msgspec.structs.replace(given, answer=given.answer or "-"))
    gather.done()
    item = await ctx.db.first(q.ITEM, id=item_id, **scope(ctx))
    if item is None:
        raise MissingError
    if item.row_version != row_version:
        raise StaleError
    await check_found(ctx, [given])
    settled = settled_as(given)
    if settled == {"outcome": item.outcome, "unit_id": item.unit_id, "agency_id": item.agency_id}:
        raise RefusedError("처리 구분이 지금과 같습니다.")
    async with ctx.db.savepoint():  # written first: what the case does then finds it done
        seq = await set_outcome(ctx, item, settled)
        await _follow(ctx, item, given)
    return Classified(
        id=item_id,
        visit_id=item.visit_id,
        case_id=item.case_id,
        outcome=given.outcome,
        row_version=seq,
    )


async def _follow(ctx: Ctx, item: q.ItemBrief, given: Found) -> None:
    """Let the case follow its class, as long as it has no answer and is nobody else's."""
    status, version = item.case_status, item.case_row_version
    if given.outcome == "ON_SITE" and status in OPEN:
        raise RefusedError("현장해결로 바꾸려면 먼저 사안에 ‘현장수용’으로 답변해 주세요.")
    ours = ctx.me.may(READ_ALL) or item.lead_unit_id in {None, *ctx.me.scope_units}
    acting = able(ctx)
    if given.outcome == "NOTIFIED" and given.unit_id and status in MOVABLE and ours:
        await cases.assign(acting, item.case_id, given.unit_id, None, version)
    if given.outcome == "PROPOSED" and status in OPEN:
        if not ours:
            raise RefusedError("다른 부서가 맡은 건입니다. 건의는 그 부서에서 합니다.")
        if status == "REGISTERED" and ctx.me.unit_id is not None:
            mine = (ctx.me.unit_id, ctx.me.officer_id)
            version = (await cases.assign(acting, item.case_id, *mine, version)).row_version
        given = msgspec.structs.replace(given, content=item.content)
        await propose_case(acting, item.case_id, given, clock.today(), version)
