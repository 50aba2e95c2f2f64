"""The one door to extra questions for other slices: ask, understand, save, read.

    questions(ctx, kind, face, category=None) -> list[Field]       what is asked today
    understand(fields, given, prefix) -> list[Given]               InvalidError by field name
    take(ctx, kind, face, extra, category=None, prefix=…)          both, and unknown codes refused
    save(ctx, kind, record_id, given, new=False) -> list[str]      codes that changed
    answers(ctx, kind, record_id) -> list[Answer]                  what was answered, opened
    values(answers) -> {code: value}                               as the API returns them

A city without a definition of a kind costs no statement here but one every five seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.forms import queries as q
from sinmungo.forms import values as understanding
from sinmungo.forms.definitions import fields, record_kinds
from sinmungo.forms.terms import FormFace
from sinmungo.forms.types import Answer, Field, Given
from sinmungo.host.context import Ctx
from sinmungo.text.errors import InputProblem

__all__ = [
    "PREFIX",
    "Answer",
    "Field",
    "Given",
    "answers",
    "fields",
    "questions",
    "record_kinds",
    "save",
    "take",
    "understand",
    "values",
]
PREFIX = "extra-"
"""Fields of a form are named `extra-<code>`, those of the n-th row `extra-<n>-<code>`."""


async def questions(
    ctx: Ctx, record_kind: str, face: FormFace, category: str | None = None, *, fresh: bool = False
) -> list[Field]:
    """Return what is asked today: what goes with every category first, then the chosen one's."""
    today = clock.today()
    asked = [
        f
        for f in await fields(ctx, fresh=fresh)
        if f.record_kind == record_kind
        and (f.on_portal if face == "PORTAL" else f.on_office)
        and f.asked_on(today)
        and f.category in {None, category or None}
    ]
    return sorted(asked, key=lambda f: f.category is not None)


def understand(
    asked: Sequence[Field], given: Mapping[str, Any], prefix: str = PREFIX, *, whole: bool = True
) -> list[Given]:
    """Return the answers to `asked`, by code in `given`; all faults at once as `InvalidError`.

    With `whole` what is missing counts as left empty, so that required questions are required;
    without it only what is given is looked at, as a PATCH needs it.
    """
    found, errors = [], {}
    for field in asked:
        if not whole and field.code not in given:
            continue
        try:
            one = understanding.understand(field, given.get(field.code))
        except InputProblem as problem:
            errors[prefix + field.code] = problem.message
            continue
        if field.required and one.value in (None, []):
            errors[prefix + field.code] = f"‘{field.label}’에 답해 주세요."
        found.append(one)
    if errors:
        raise InvalidError(errors)
    return found


async def take(
    ctx: Ctx,
    record_kind: str,
    face: FormFace,
    extra: Mapping[str, Any] | None,
    category: str | None = None,
    *,
    prefix: str = PREFIX,
    whole: bool = True,
) -> list[Given]:
    """Return the answers in `extra` to what is asked now. None: nobody was asked, nothing comes.

    Raises `InvalidError`, also for a code that is not asked here.
    """
    if extra is None:
        return []
    asked = await questions(ctx, record_kind, face, category)
    if extra.keys() - {f.code for f in asked}:
        asked = await questions(ctx, record_kind, face, category, fresh=True)
    unknown = extra.keys() - {f.code for f in asked}
    if unknown:
        raise InvalidError({prefix + code: "여기서 묻지 않는 항목입니다." for code in unknown})
    return understand(asked, extra, prefix, whole=whole)


async def save(
    ctx: Ctx, record_kind: str, record_id: UUID, given: Iterable[Given], *, new: bool = False
) -> list[str]:
    """Write answers and return the codes of those that changed; empty ones are removed.

    The caller guards the record's version and tells of the change. `new`: nothing can be there yet.
    """
    wanted = list(given)
    if not wanted:
        return []
    rows = (
        [] if new else await ctx.db.all(q.OF_RECORD, record_id=record_id, record_kind=record_kind)
    )
    stored = {row.field_id: row for row in rows}
    changed, added = [], []
    for one in wanted:
        row = stored.get(one.field.id)
        if _same(_opened(ctx, row) if row else None, one):
            continue
        changed.append(one.field.code)
        if row is None:
            added.append(_row(ctx, record_kind, record_id, one))
        elif one.value in (None, []):
            await ctx.db.run(q.DROP_VALUE, b_id=row.id)
        else:
            await ctx.db.run(q.CHANGE_VALUE, b_id=row.id, **_columns(ctx, row.id, one))
    await ctx.db.run_many(q.ADD_VALUE, added)
    return changed


def _same(stored: dict[str, Any] | None, one: Given) -> bool:
    old = stored["value"] if stored else None
    return bool(old == one.value or (old is None and one.value == []))


def _row(ctx: Ctx, record_kind: str, record_id: UUID, one: Given) -> dict[str, Any]:
    value_id = clock.uuid7()
    return {
        "id": value_id,
        "record_kind": record_kind,
        "record_id": record_id,
        "field_id": one.field.id,
        "row_version": 1,
        **_columns(ctx, value_id, one),
    }


def _columns(ctx: Ctx, value_id: UUID, one: Given) -> dict[str, Any]:
    content: dict[str, Any] = {"value": one.value, "shown": one.shown}
    sealed = None
    if one.field.personal:
        packed = msgspec.json.encode(content)
        sealed = ctx.cipher.seal_bytes(packed, context=_context(value_id))
    return {
        "field_version": one.field.row_version,
        "label": one.field.label,
        "content": None if one.field.personal else content,
        "content_sealed": sealed,
        "answered_at": clock.now(),
        "answered_by": ctx.me.officer_id,
    }


def _context(value_id: UUID) -> bytes:
    return b"form.value" + value_id.bytes


def _opened(ctx: Ctx, row: q.ValueRow) -> dict[str, Any]:
    if row.content_sealed is not None:
        raw = ctx.cipher.open_bytes(row.content_sealed, _context(row.id))
        return msgspec.json.decode(raw, type=dict[str, Any])
    return row.content or {"value": None, "shown": ""}


async def answers(ctx: Ctx, record_kind: str, record_id: UUID) -> list[Answer]:
    """Return what was answered about a record, in order, personal answers opened.

    Who sees them is the caller's to check and to write down.
    """
    if not any(f.record_kind == record_kind for f in await fields(ctx)):
        return []
    rows = await ctx.db.all(q.OF_RECORD, record_id=record_id, record_kind=record_kind)
    return [_answer(ctx, row) for row in rows]


def _answer(ctx: Ctx, row: q.ValueRow) -> Answer:
    content = _opened(ctx, row)
    return Answer(
        field_id=row.field_id,
        code=row.code,
        label=row.label,
        kind=row.kind,
        personal=row.content_sealed is not None,
        value=content["value"],
        shown=content["shown"],
        answered_at=row.answered_at,
    )


def values(given: Iterable[Answer]) -> dict[str, Any]:
    """Return answers by code, as the API returns them in `extra`."""
    return {answer.code: answer.value for answer in given}
