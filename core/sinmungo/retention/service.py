"""What is due, what is kept back, and destroying in batches with a proof that names nobody.

A batch is one job and one transaction: the proof is written with the deed. What is left over asks
for the job again, so that a hundred thousand records hold up nothing.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import RetentionRule
from sinmungo.jobs import outbox
from sinmungo.retention import events, logs
from sinmungo.retention import queries as q
from sinmungo.retention.apart import apart
from sinmungo.retention.periods import by_night, cutoff, years_of
from sinmungo.retention.proving import Deed, prove
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean

RUN_JOB, NIGHT_JOB = "retention.run", "retention.night"
SOON = timedelta(days=90)
BATCH = 500
SHOWN = 200
_GIVEN_UP = timedelta(hours=6)
_MAX_REASON = 200


class RuleLine(msgspec.Struct, kw_only=True):
    """A rule with what is due now, and what more is due within ninety days.

    `failed`: a plugin's rule that could not be counted; both are 0 then.
    """

    code: str
    title: str
    what: str
    source: str
    years: int
    due: int
    soon: int
    holds: int
    log: bool
    failed: bool = False


class Hold(msgspec.Struct, kw_only=True):
    """A record that is to be kept back: named by its id or by its number."""

    rule: str
    reason: str
    record_id: UUID | None = None
    label: str = ""


async def overview(ctx: Ctx) -> list[RuleLine]:
    """Return every rule of the city, in the order of the slices."""
    years = await years_of(ctx)
    held = await ctx.db.all(q.HOLDS)
    return [
        await _line(ctx, rule, years[rule.code], sum(h.subject_kind == rule.subject for h in held))
        for rule in ctx.host.retention_rules(ctx.city)
    ]


async def _line(ctx: Ctx, rule: RetentionRule, years: int, holds: int) -> RuleLine:
    found = await apart(ctx, rule, partial(_counts, ctx, rule, years))
    due, soon = found or (0, 0)
    return RuleLine(
        code=rule.code,
        title=rule.title,
        what=rule.what,
        source=rule.source,
        years=years,
        due=due,
        soon=soon - due,
        holds=holds,
        log=rule.log,
        failed=found is None,
    )


async def _counts(ctx: Ctx, rule: RetentionRule, years: int) -> tuple[int, int]:
    count = q.of(rule).count
    due = await ctx.db.one(count, before=cutoff(clock.today(), years))
    return due, await ctx.db.one(count, before=cutoff(clock.today() + SOON, years))


def rule_of(ctx: Ctx, code: str) -> RetentionRule:
    """Return a rule of the city. Raises MissingError."""
    for rule in ctx.host.retention_rules(ctx.city):
        if rule.code == code:
            return rule
    raise MissingError


async def due(ctx: Ctx, rule: RetentionRule) -> list[q.Due]:
    """Return what is due now or within ninety days, the oldest first; none of a log's rows."""
    if rule.log:
        return []
    years = (await years_of(ctx))[rule.code]
    before = cutoff(clock.today() + SOON, years)
    return await ctx.db.all(q.of(rule).due, before=before, limit=SHOWN)


async def holds(ctx: Ctx) -> list[q.HoldRow]:
    """Return what is kept back, the newest first."""
    return await ctx.db.all(q.HOLDS)


async def hold(ctx: Ctx, new: Hold) -> UUID:
    """Keep a record back from destruction. Raises InvalidError, RefusedError, MissingError."""
    rule = rule_of(ctx, new.rule)
    reason = _reason(new.reason)
    label = clean(new.label)
    if rule.log or not (label or new.record_id):
        raise InvalidError({"label": "보류할 기록의 번호나 이름을 적어 주세요."})
    found = await ctx.db.first(q.of(rule).named, id=new.record_id, label=label)
    if found is None:
        raise InvalidError({"label": "끝난 기록 가운데 이런 것이 없거나 이미 파기했습니다."})
    key = {"subject_kind": rule.subject, "record_id": found.id}
    if await ctx.db.first(q.HELD, **key) is not None:
        raise RefusedError("이미 보류한 기록입니다.")
    hold_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_HOLD,
        id=hold_id,
        label=found.label,
        reason=reason,
        held_at=clock.now(),
        held_by=ctx.me.officer_id,
        row_version=1,
        **key,
    )
    event = events.RecordHeld(record_kind=rule.subject, record_id=found.id)
    await emit(ctx, event, subject_kind=events.HOLD, subject_id=hold_id, seq=1)
    return hold_id


def _reason(text: str) -> str:
    line = clean(text)
    if not line:
        raise InvalidError({"reason": "보류하는 까닭을 적어 주세요."})
    if len(line) > _MAX_REASON or resident_number_at(line):
        raise InvalidError({"reason": f"주민등록번호 없이 {_MAX_REASON}자까지 적어 주세요."})
    return line


async def release(ctx: Ctx, hold_id: UUID, row_version: int) -> None:
    """End a hold. Raises MissingError when there is none, StaleError when it was another's turn."""
    found = next((h for h in await holds(ctx) if h.id == hold_id), None)
    if found is None:
        raise MissingError
    done = await ctx.db.run(
        q.RELEASE,
        b_id=hold_id,
        b_version=row_version,
        released_at=clock.now(),
        released_by=ctx.me.officer_id,
    )
    if not done:
        raise StaleError
    event = events.HoldReleased(record_kind=found.subject_kind, record_id=found.record_id)
    await emit(ctx, event, subject_kind=events.HOLD, subject_id=hold_id, seq=row_version + 1)


async def ask(ctx: Ctx) -> UUID:
    """Destroy now what is due, by the worker. RefusedError while a run is under way."""
    if any(map(under_way, await last_runs(ctx))):
        raise RefusedError("이미 파기하고 있습니다. 잠시 뒤에 결과를 확인해 주세요.")
    run_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_RUN, id=run_id, asked_at=clock.now(), asked_by=ctx.me.officer_id, finished_at=None
    )
    await emit(ctx, events.DestructionAsked(), subject_kind=events.RUN, subject_id=run_id, seq=1)
    await outbox.put(ctx, RUN_JOB, run_id)
    return run_id


def under_way(run: q.RunRow) -> bool:
    """Whether a run is still going on; one that failed again and again is not waited for."""
    return run.finished_at is None and run.asked_at > clock.now() - _GIVEN_UP


async def night(ctx: Ctx, run_id: UUID) -> None:
    """Begin the night's run, where the city wants one.

    Its id is the night's, so that a second try begins nothing twice.
    """
    if not await by_night(ctx) or await ctx.db.first(q.RUN, id=run_id) is not None:
        return
    await ctx.db.run(q.ADD_RUN, id=run_id, asked_at=clock.now(), asked_by=None, finished_at=None)
    await outbox.put(ctx, RUN_JOB, run_id)


async def run(ctx: Ctx, run_id: UUID) -> None:
    """Destroy a batch of every rule; ask to go on where more is left, else end the run."""
    found = await ctx.db.first(q.RUN, id=run_id)
    if found is None or found.finished_at is not None:
        return
    years = await years_of(ctx)
    left = False
    for rule in ctx.host.retention_rules(ctx.city):
        before = cutoff(clock.today(), years[rule.code])
        deed = Deed(run_id, rule, years[rule.code], before, found.asked_by)
        act = partial(logs.trim if rule.log else _destroy, ctx, deed)
        left |= bool(await apart(ctx, rule, act))
    if left:
        await outbox.put(ctx, RUN_JOB, run_id)
    else:
        await ctx.db.run(q.END_RUN, b_id=run_id, finished_at=clock.now())


async def _destroy(ctx: Ctx, deed: Deed) -> bool:
    """Destroy at most a batch under one rule; return whether there may be more."""
    rows = await ctx.db.all(q.of(deed.rule).take, before=deed.before, limit=BATCH)
    if not rows:
        return False
    ids = [row.id for row in rows]
    for erase in deed.rule.erase:
        await ctx.db.run(erase, ids=ids)
    await prove(ctx, deed, len(rows), rows[0].ended, rows[-1].ended)
    return len(rows) == BATCH


async def proofs(ctx: Ctx, before: datetime | None = None) -> list[q.ProofRow]:
    """Return what was destroyed by run and rule, the newest first, a page at a time."""
    return await ctx.db.all(q.PROOFS, before=before)


async def last_runs(ctx: Ctx) -> list[q.RunRow]:
    """Return the last five runs, the newest first."""
    return await ctx.db.all(q.LAST_RUNS)
