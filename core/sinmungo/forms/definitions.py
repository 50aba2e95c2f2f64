"""What is asked: kept in each process for a few seconds, and changed by administrators only.

Hot pages read the kept list, so that a city without extra fields pays nothing for them. Whoever
changes it empties the list of this process; others follow within five seconds.
"""

import re
import time
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.forms import queries as q
from sinmungo.forms.events import FieldAdded, FieldChanged, FieldMoved
from sinmungo.forms.models import KINDS
from sinmungo.forms.terms import RecordKind
from sinmungo.forms.types import Field, FieldIn
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import Event
from sinmungo.text import dates
from sinmungo.text.normalise import clean, clean_multiline
from sinmungo.web.forms import Gather

MAX_LABEL, MAX_HELP, MAX_UNIT, MAX_CHOICE = 100, 300, 12, 60
MAX_CHOICES, MAX_FIELDS = 40, 60
CHOICE_KINDS = ("ONE", "MANY")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FRESH_SECONDS = 5.0
_FIXED = ("record_kind", "code", "kind")
_kept: dict[str, tuple[float, list[Field]]] = {}


async def fields(ctx: Ctx, *, fresh: bool = False) -> list[Field]:
    """Return every definition of the city in order, at most five seconds old unless `fresh`."""
    found = _kept.get(ctx.city.id)
    if found and not fresh and time.monotonic() - found[0] < _FRESH_SECONDS:
        return found[1]
    rows = await ctx.db.all(q.ALL)
    _kept[ctx.city.id] = (time.monotonic(), rows)
    return rows


def record_kinds(ctx: Ctx) -> dict[str, RecordKind]:
    """Return what may get extra fields in this city, what companies fill in first."""
    found = [k for s in ctx.host.active_slices(ctx.city) for k in s.slice.forms]
    return {k.code: k for k in sorted(found, key=lambda k: "PORTAL" not in k.faces)}


async def field(ctx: Ctx, field_id: UUID) -> Field:
    """Return one definition; `MissingError` if there is none."""
    found = await ctx.db.first(q.ONE, id=field_id)
    if found is None:
        raise MissingError
    return found


async def add(ctx: Ctx, given: FieldIn) -> UUID:
    """Add a question and return its id. Raises `InvalidError` by field, `RefusedError` at sixty."""
    rows = [f for f in await fields(ctx, fresh=True) if f.record_kind == given.record_kind]
    if len(rows) >= MAX_FIELDS:
        raise RefusedError(f"항목은 {MAX_FIELDS}개까지 만들 수 있습니다.")
    code = clean(given.code) or _free_code({f.code for f in rows})
    values = await _understand(ctx, given)
    if not _CODE.fullmatch(code):
        raise InvalidError({"code": "영문 소문자로 시작해 소문자, 숫자, _ 로 적어 주세요."})
    field_id = clock.uuid7()
    position = max((f.position for f in rows), default=0) + 1
    fixed = {"record_kind": given.record_kind, "code": code, "kind": given.kind}
    try:
        async with ctx.db.savepoint():
            await ctx.db.run(
                q.ADD, id=field_id, position=position, row_version=1, **fixed, **values
            )
    except asyncpg.UniqueViolationError:
        raise InvalidError({"code": "이미 쓰는 코드입니다."}) from None
    event = FieldAdded(field_id=field_id, record_kind=given.record_kind, code=code)
    await _tell(ctx, event, field_id, 1)
    return field_id


def _free_code(taken: set[str]) -> str:
    return next(code for n in range(1, MAX_FIELDS + 2) if (code := f"q{n}") not in taken)


async def edit(ctx: Ctx, field_id: UUID, given: FieldIn, row_version: int) -> int:
    """Change a definition and return its row version; what was answered keeps its old wording.

    Kind of record, code and kind of answer stay. Raises `InvalidError`, `StaleError`.
    """
    old = await field(ctx, field_id)
    kept = {name: getattr(old, name) for name in _FIXED}
    values = await _understand(ctx, msgspec.structs.replace(given, **kept))
    changes = _changes(old, values)
    if old.row_version != row_version:
        raise StaleError
    if not changes:
        return row_version
    if not await ctx.db.run(q.EDIT, b_id=field_id, b_version=row_version, **values):
        raise StaleError
    event = FieldChanged(field_id=field_id, changes=changes)
    await _tell(ctx, event, field_id, row_version + 1)
    return row_version + 1


async def draft(ctx: Ctx, given: FieldIn, old: Field | None = None) -> Field:
    """Return the definition as it would be, and write nothing. Raises `InvalidError` by field."""
    if old is not None:
        kept = {name: getattr(old, name) for name in _FIXED}
        values = await _understand(ctx, msgspec.structs.replace(given, **kept))
        return msgspec.structs.replace(old, **values)
    fixed: dict[str, Any] = {name: getattr(given, name) for name in _FIXED}
    values = await _understand(ctx, given)
    return Field(id=clock.uuid7(), position=0, row_version=0, **fixed, **values)


async def retire(ctx: Ctx, field_id: UUID, row_version: int) -> int:
    """Ask it no more from today on; what was answered stays readable."""
    return await edit(ctx, field_id, _with(await field(ctx, field_id), today=True), row_version)


async def resume(ctx: Ctx, field_id: UUID, row_version: int) -> int:
    """Ask it again."""
    return await edit(ctx, field_id, _with(await field(ctx, field_id), today=False), row_version)


def _with(old: Field, *, today: bool) -> FieldIn:
    return msgspec.structs.replace(
        as_given(old), valid_to=max(clock.today(), old.valid_from).isoformat() if today else ""
    )


def as_given(old: Field) -> FieldIn:
    """Return a definition as it would be handed in."""
    values = {name: getattr(old, name) for name in FieldIn.__struct_fields__}
    days = {name: values[name].isoformat() if values[name] else "" for name in _DAYS}
    return FieldIn(**{**values, **days})


_DAYS = ("valid_from", "valid_to")


async def move(ctx: Ctx, field_id: UUID, row_version: int, *, up: bool) -> int:
    """Change places with the question before or after it in its group; return the row version."""
    moved = await field(ctx, field_id)
    if moved.row_version != row_version:
        raise StaleError
    group = [f for f in await fields(ctx, fresh=True) if _same_group(f, moved)]
    index = [f.id for f in group].index(field_id)
    at = index - 1 if up else index + 1
    if not 0 <= at < len(group):
        return row_version
    for one, place in ((moved, group[at].position), (group[at], moved.position)):
        done = await ctx.db.run(q.PLACE, b_id=one.id, b_version=one.row_version, position=place)
        if not done:
            raise StaleError
        event = FieldMoved(field_id=one.id, position=place)
        await _tell(ctx, event, one.id, one.row_version + 1)
    return row_version + 1


def _same_group(one: Field, other: Field) -> bool:
    return (one.record_kind, one.category) == (other.record_kind, other.category)


async def _understand(ctx: Ctx, given: FieldIn) -> dict[str, Any]:
    """Return the columns that may change; `InvalidError` names every field at fault."""
    gather, kind = Gather(), record_kinds(ctx).get(given.record_kind)
    gather.need("record_kind", kind, "무엇에 덧붙일지 골라 주세요.")
    gather.need("kind", given.kind in KINDS, "답의 종류를 골라 주세요.")
    label, help_ = clean(given.label), clean_multiline(given.help)
    gather.need("label", 0 < len(label) <= MAX_LABEL, f"질문을 {MAX_LABEL}자까지 적어 주세요.")
    gather.need("help", len(help_) <= MAX_HELP, f"{MAX_HELP}자까지 적을 수 있습니다.")
    unit = clean(given.unit) if given.kind == "NUMBER" else ""
    gather.need("unit", len(unit) <= MAX_UNIT, f"{MAX_UNIT}자까지 적을 수 있습니다.")
    portal = bool(kind and "PORTAL" in kind.faces and given.on_portal)
    gather.need("on_office", portal or given.on_office, "어디에서 물을지 하나는 골라 주세요.")
    start, end = _days(gather, given)
    values = {
        "category": await _category(ctx, gather, kind, given.category),
        "label": label,
        "help": help_,
        "unit": unit,
        "choices": _choices(gather, given),
        "required": given.required,
        "personal": given.personal,
        "on_portal": portal,
        "on_office": given.on_office,
        "valid_from": start,
        "valid_to": end,
    }
    gather.done()
    return values


async def _category(
    ctx: Ctx, gather: Gather, kind: RecordKind | None, code: str | None
) -> str | None:
    if not code or kind is None:
        return None
    known = await kind.groups(ctx) if kind.groups else {}
    gather.need("category", code in known, "목록에서 골라 주세요.")
    return code


def _days(gather: Gather, given: FieldIn) -> tuple[date, date | None]:
    start, end = given.valid_from.strip(), given.valid_to.strip()
    first = gather.take("valid_from", dates.parse_date, start or "오늘", clock.today())
    last = gather.take("valid_to", dates.parse_date, end, None) if end else None
    gather.need("valid_to", last is None or last >= first, "시작하는 날보다 이릅니다.")
    return first, last


def _choices(gather: Gather, given: FieldIn) -> list[str]:
    if given.kind not in CHOICE_KINDS:
        return []
    found = list(dict.fromkeys(text for line in given.choices if (text := clean(line))))
    told = f"고를 것을 한 줄에 하나씩 둘에서 {MAX_CHOICES}개까지 적어 주세요."
    gather.need("choices", 1 < len(found) <= MAX_CHOICES, told)
    short = all(len(text) <= MAX_CHOICE for text in found)
    gather.need("choices", short, f"고를 것 하나는 {MAX_CHOICE}자까지 적을 수 있습니다.")
    gather.need("choices", not any("," in text for text in found), "쉼표(,)는 쓸 수 없습니다.")
    return found


def differences(old: Field, new: Field) -> dict[str, tuple[str, str]]:
    """Return what differs between two states of a definition, as its history tells it."""
    return _changes(old, msgspec.structs.asdict(new))


def _changes(old: Field, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        name: (_plain(getattr(old, name)), _plain(new))
        for name, new in values.items()
        if getattr(old, name) != new
    }


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "예" if value else "아니오"
        case list():
            return ", ".join(value)
    return str(value)


async def _tell(ctx: Ctx, event: Event, field_id: UUID, seq: int) -> None:
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=field_id, seq=seq)
    _kept.pop(ctx.city.id, None)

    async def forget() -> None:
        _kept.pop(ctx.city.id, None)

    ctx.db.after_commit(forget)
