"""Old registers of difficulties: each line a case with its history, at the days it happened.

The old number is kept in `case_external_refs` too, and its letters are searchable. What the actor
did is the import; who registered and answered then is not known and stays empty.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import queries as cases_q
from sinmungo.cases import text as texts
from sinmungo.cases.events import CaseAnswered, CaseAssigned, CaseClosed, CaseRegistered
from sinmungo.cases.reference import Reference, Rule, reference, rules_for
from sinmungo.deadlines import due_for
from sinmungo.deadlines.engine import day_due
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, record_past
from sinmungo.host.personal import seal
from sinmungo.host.types import Event
from sinmungo.imports import queries as q
from sinmungo.imports.case_line import CaseLine, understand
from sinmungo.imports.counts import follow_counts, keep_figures
from sinmungo.imports.firms import Firms, load_firms
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.terms import Words
from sinmungo.imports.values import Years
from sinmungo.text.search import grams


class CasesTarget:
    """Writes the lines of a register; what the city says is read once for a block."""

    def __init__(self, meant: Words, known: Reference, rule: Rule, run: q.RunRow) -> None:
        self._meant = meant
        self._known = known
        self._rule = rule
        self._run = run

    @classmethod
    async def load(cls, ctx: Ctx, meant: Words, run: q.RunRow) -> "CasesTarget":
        """Read the city's words and the rule of its usual petition type."""
        known = await reference(ctx, any_age=True)
        kind = known.labels.default_petition_type
        rules, known = await rules_for(ctx, {kind}, clock.today(), known)
        return cls(meant, known, rules[kind], run)

    async def write(self, ctx: Ctx, rows: Sequence[Row], years: Years, to: Outcome) -> None:
        """Understand and write the rows; each ends in one count of `to`."""
        lines = []
        for row in rows:
            try:
                lines.append(understand(row, self._meant, years))
            except LineProblemError as problem:
                to.refuse(row, problem)
        fresh = await self._fresh(ctx, lines, to)
        firms = await load_firms(ctx, [line.firm for line in fresh])
        people = await _officers(ctx, fresh)
        drafts = []
        for line in fresh:
            try:
                company_id = firms.find_or_plan(line.firm)
            except LineProblemError as problem:
                to.refuse(line.row, problem)
                continue
            drafts.append(self._draft(ctx, line, company_id, people.get(line.officer)))
        await _write(ctx, self._run, firms, drafts)
        to.added += len(drafts)

    async def _fresh(self, ctx: Ctx, lines: list[CaseLine], to: Outcome) -> list[CaseLine]:
        """Leave out lines that are a case already, ours or imported before.

        One number with two contents is refused.
        """
        hashes = {key_hash(line.case_no): line for line in lines}
        stored = await ctx.db.all(q.KEYS, kind="CASES", hashes=list(hashes))
        seen = {row.key_hash: row.body_hash for row in stored}
        numbers = [line.number for line in lines if line.number]
        ours = set(await ctx.db.all(q.OWN_NUMBERS, numbers=numbers))
        fresh = []
        for line in lines:
            key, body = key_hash(line.case_no), line.body_hash
            if line.number in ours:
                to.known += 1
            elif key not in seen:
                seen[key] = body
                fresh.append(line)
            elif seen[key] == body:
                to.known += 1
            else:
                to.refuse(line.row, LineProblemError("DIFFERENT", _DIFFERENT, "number"))
        return fresh

    def _draft(self, ctx: Ctx, line: CaseLine, company_id: UUID, officer: UUID | None) -> "Draft":
        case_id, intake_id = clock.uuid7(), clock.uuid7()
        due = (
            day_due(line.due, self._known.calendar)
            if line.due
            else due_for(self._rule.period, line.registered, self._known.calendar)
        )
        events = list(_events(case_id, company_id, line, officer, self._known))
        text = f"{line.text} {line.case_no} {line.number}"
        values = {
            "id": case_id,
            "case_no": line.case_no,
            "intake_id": intake_id,
            "company_id": company_id,
            "channel": line.channel,
            "category": line.category,
            "petition_type": self._known.labels.default_petition_type,
            "rule_id": self._rule.id,
            "content": line.text,
            "summary": texts.summary(line.content),
            "grams": list(dict.fromkeys(grams(text))),
            "status": _status(line),
            "priority": "NORMAL",
            "lead_unit_id": line.unit_id,
            "officer_id": officer,
            "registered_at": line.registered,
            "due_at": due.moment,
            "legal_until": due.legal_until,
            "row_version": len(events),
            **(_answered(line) if line.answered else {}),
            **seal(ctx, "caller", line.caller, "name", case_id),
            **seal(ctx, "phone", line.phone, "phone", case_id),
            **seal(ctx, "email", None, "email", case_id),
        }
        return Draft(line, values, events)


_DIFFERENT = (
    "같은 번호로 이미 가져온 건과 내용이 다릅니다. "
    "한 번호에 여러 건이면 번호 뒤에 -2처럼 붙여 주세요."
)


class Draft(msgspec.Struct):
    """A case on its way into the table, with its history."""

    line: CaseLine
    values: dict[str, Any]
    events: list[tuple[Event, datetime]]


def key_hash(case_no: str) -> bytes:
    """Return the key of a line in `import_keys`."""
    return hashlib.sha256(case_no.encode()).digest()


def _status(line: CaseLine) -> str:
    if line.answered:
        return "CLOSED"
    return "ASSIGNED" if line.unit_id else "REGISTERED"


def _answered(line: CaseLine) -> dict[str, Any]:
    return {
        "answered_at": line.answered,
        "closed_at": line.answered,
        "disposition": line.disposition,
        "implementation": "NOT_NEEDED",
        "answer": line.answer or None,
        "close_reason": "ANSWERED",
    }


def _events(
    case_id: UUID, company_id: UUID, line: CaseLine, officer: UUID | None, known: Reference
) -> list[tuple[Event, datetime]]:
    made: list[tuple[Event, datetime]] = [
        (
            CaseRegistered(
                case_id=case_id,
                company_id=company_id,
                category=line.category,
                channel=line.channel,
                petition_type=known.labels.default_petition_type,
            ),
            line.registered,
        )
    ]
    ids = {"case_id": case_id, "company_id": company_id}
    if line.unit_id:
        assigned = CaseAssigned(**ids, unit_id=line.unit_id, officer_id=officer)
        made.append((assigned, line.registered))
    if line.answered:
        answered = CaseAnswered(
            **ids, disposition=line.disposition or "", implementation="NOT_NEEDED"
        )
        made += [(answered, line.answered), (CaseClosed(**ids, reason="ANSWERED"), line.answered)]
    return made


async def _officers(ctx: Ctx, lines: list[CaseLine]) -> dict[str, UUID]:
    """Return the officers that the register names, where exactly one bears the name."""
    hashes: dict[bytes, str] = {}
    for name in {line.officer for line in lines if line.officer}:
        for part in {name, name.split(" ")[0]}:
            hashes |= dict.fromkeys(ctx.cipher.lookups(part, "name"), name)
    found: dict[str, set[UUID]] = {}
    for row in await ctx.db.all(q.OFFICERS, hashes=list(hashes)) if hashes else ():
        found.setdefault(hashes[row.name_hash], set()).add(row.id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


async def _write(ctx: Ctx, run: q.RunRow, firms: Firms, drafts: list[Draft]) -> None:
    wanted = {draft.values["company_id"] for draft in drafts}
    firms.new = {company_id: firm for company_id, firm in firms.new.items() if company_id in wanted}
    await firms.write(ctx)
    if not drafts:
        return
    told = [(draft.values["company_id"], draft.line.firm, None) for draft in drafts]
    await keep_figures(ctx, told)
    await follow_counts(ctx, told)
    now = clock.now()
    await ctx.db.run_many(cases_q.ADD, [draft.values for draft in drafts])
    await record_past(
        ctx,
        cases_q.SUBJECT,
        [
            Emission(event, draft.values["id"], seq, at)
            for draft in drafts
            for seq, (event, at) in enumerate(draft.events, start=1)
        ],
    )
    await ctx.db.run_many(
        q.ADD_KEY,
        [
            {
                "kind": "CASES",
                "key_hash": key_hash(d.line.case_no),
                "body_hash": d.line.body_hash,
                "subject_id": d.values["id"],
                "run_id": run.id,
            }
            for d in drafts
        ],
    )
    refs = [d for d in drafts if d.line.number]
    await ctx.db.run_many(
        q.ADD_REF,
        [
            {
                "id": clock.uuid7(),
                "case_id": d.values["id"],
                "system": run.file_name,
                "number": d.line.number,
                "created_at": now,
            }
            for d in refs
        ],
    )
