"""Groups of settings: look, preview, save, look back, bring back.

Values are plain (JSON) values by field. A group's version is the sum of its rows' versions, so it
moves whoever changes one of its keys, also through an older screen or the city's file.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host import city_settings as stored
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.setting_checks import cleaned, problems
from sinmungo.host.setting_fields import FieldSpec, fields_of
from sinmungo.host.setting_words import Change, changes
from sinmungo.host.types import Sample, SettingsGroup
from sinmungo.people.service import people_by_id
from sinmungo.settings import names
from sinmungo.settings import queries as q
from sinmungo.settings.events import SUBJECT, SettingChanged, subject_of
from sinmungo.web import look

if TYPE_CHECKING:
    from sinmungo.app import Runtime

SYSTEM_NAME = "시스템"
_UNKNOWN = "이 설정에는 없는 항목입니다."


class View(msgspec.Struct):
    """A group as it stands. `unfit` are fields whose stored value does not fit any more.

    `tabs` are the groups that stand beside one another, this one among them; none if it is alone.
    """

    group: SettingsGroup
    specs: tuple[FieldSpec, ...]
    values: dict[str, Any]
    version: int
    unfit: list[str]
    rows: dict[str, stored.Kept]
    tabs: list[SettingsGroup] = []

    def struct(self) -> msgspec.Struct:
        """Return the values as the group's own Struct."""
        return stored.build(self.group.kind, self.values)


class Preview(msgspec.Struct):
    """What saving would change, in words, and what it would look like."""

    values: dict[str, Any]
    changes: list[Change]
    samples: list[Sample]


class Entry(msgspec.Struct):
    """One change of the history; `who` is 이름 + 직위, or 시스템."""

    id: UUID
    at: datetime
    who: str
    changes: list[Change]
    restorable: bool


def groups(ctx: Ctx) -> list[SettingsGroup]:
    """Return the groups of this city, in order."""
    return ctx.host.settings_of_city(ctx.city)


async def view(ctx: Ctx, slug: str) -> View:
    """Return a group as it stands. Raises MissingError."""
    every = groups(ctx)
    group = next((g for g in every if g.slug == slug), None)
    if group is None:
        raise MissingError
    specs = fields_of(group.kind)
    rows = await stored.kept(ctx, [f"{group.prefix}.{s.name}" for s in specs])
    found = {key: row.value for key, row in rows.items()}
    known, unfit = stored.understood(ctx, group.prefix, specs, found)
    values = {s.name: s.default for s in specs} | known
    if group.load is not None:
        values |= await group.load(ctx)
    version = sum(row.row_version for row in rows.values())
    return View(group, specs, values, version, unfit, rows, _tabs(every, group))


def _tabs(every: list[SettingsGroup], group: SettingsGroup) -> list[SettingsGroup]:
    first = group.tab_of or group.slug
    found = [g for g in every if first in (g.slug, g.tab_of)]
    return found if len(found) > 1 else []


async def understand(ctx: Ctx, now: View, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all values of the group with those given put in. Raises InvalidError by field."""
    specs = {s.name: s for s in now.specs}
    errors = {name: _UNKNOWN for name in given if name not in specs}
    values = dict(now.values)
    for name, value in given.items():
        if name not in specs:
            continue
        spec = specs[name]
        values[name] = _aligned(spec, now.values[name], cleaned(spec, value))
        errors |= problems(spec, values[name])
    if errors:
        raise InvalidError(errors)
    made = _made(now, values)
    if now.group.check is not None:
        errors |= await now.group.check(ctx, made)
    if errors:
        raise InvalidError(errors)
    return values


def _made(now: View, values: Mapping[str, Any]) -> msgspec.Struct:
    """Return the Struct; what its own `__post_init__` refuses is told at the first field."""
    try:
        return msgspec.convert(values, now.group.kind)
    except msgspec.ValidationError as error:
        told = str(error.__cause__ or error)
        raise InvalidError({now.specs[0].name: told}) from None


def _aligned(spec: FieldSpec, old: Any, new: Any) -> Any:
    """Return fixed rows in their own order, with only what may be changed taken from `new`."""
    if spec.kind != "rows" or not spec.fixed or not isinstance(new, list):
        return new
    key = spec.columns[0].name
    given = {str(row.get(key)): row for row in new if isinstance(row, dict)}
    free = [c.name for c in spec.columns if c.kind != "fixed" and c.name != key]
    return [
        row | {n: given[row[key]][n] for n in free if n in given.get(row[key], {})} for row in old
    ]


async def preview(ctx: Ctx, now: View, given: Mapping[str, Any]) -> Preview:
    """Return what saving would do. Raises InvalidError by field."""
    values = await understand(ctx, now, given)
    changed = [c for s in now.specs for c in _changed(s, now.values, values)]
    samples: list[Sample] = []
    if now.group.preview is not None:
        samples = list(await now.group.preview(ctx, msgspec.convert(values, now.group.kind)))
    return Preview(values, changed, samples)


def _changed(spec: FieldSpec, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    if old[spec.name] == new[spec.name]:
        return []
    return changes(spec, old[spec.name], new[spec.name])


async def save(
    ctx: Ctx, runtime: "Runtime", slug: str, given: Mapping[str, Any], version: int
) -> int:
    """Save what differs and return the new version.

    Raises InvalidError by field, StaleError when the group changed since `version`.
    """
    now = await view(ctx, slug)
    if now.version != version:
        raise StaleError
    values = await understand(ctx, now, given)
    prefix = now.group.prefix
    changed = {
        f"{prefix}.{s.name}": (s, now.values[s.name], values[s.name])
        for s in now.specs
        if now.values[s.name] != values[s.name]
    }
    if not changed:
        return version
    await stored.change(ctx, slug, changed, now.rows)
    old, new = now.struct(), msgspec.convert(values, now.group.kind)
    if now.group.apply is not None:
        await now.group.apply(ctx, old, new)
    if isinstance(new, look.City):
        ctx.db.after_commit(partial(names.copy, runtime, ctx.city.id, new.name, new.service_name))
    if now.group.everywhere:
        ctx.db.after_commit(partial(names.touch, runtime, ctx.city.id))
    look.forget(ctx)
    version += len(changed)
    event = SettingChanged(group=slug, keys=sorted(changed))
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=subject_of(slug), seq=version)
    return version


async def history(ctx: Ctx, now: View, before: UUID | None = None) -> list[Entry]:
    """Return thirty changes of a group, the newest first."""
    rows = await ctx.db.all(q.HISTORY, group_slug=now.group.slug, before=before)
    people = await people_by_id(ctx, [r.changed_by for r in rows])
    entries: dict[UUID, Entry] = {}
    for row in rows:
        who = str(people.get(row.changed_by) or "") if row.changed_by else SYSTEM_NAME
        entry = Entry(row.change_id, row.changed_at, who, [], restorable=False)
        entry = entries.setdefault(row.change_id, entry)
        spec = _spec(now, row.key)
        if spec is None:
            entry.changes.append(Change(f"{row.key} (지금은 없는 항목)", "", ""))
            continue
        entry.changes += _remembered(spec, row)
        entry.restorable = entry.restorable or not spec.secret
    return list(entries.values())


def _spec(now: View, key: str) -> FieldSpec | None:
    return next((s for s in now.specs if f"{now.group.prefix}.{s.name}" == key), None)


def _remembered(spec: FieldSpec, row: q.HistoryRow) -> list[Change]:
    if spec.secret:
        return [Change(spec.title, "(남기지 않음)", "(비밀 값이 바뀜)")]
    return changes(spec, row.old, row.new)


async def former(ctx: Ctx, now: View, change_id: UUID) -> dict[str, Any]:
    """Return the values that a change replaced, to be saved like any others.

    Raises MissingError, and RefusedError when nothing of it can come back.
    """
    rows = await ctx.db.all(q.CHANGE, change_id=change_id, group_slug=now.group.slug)
    if not rows:
        raise MissingError
    pairs = [(_spec(now, row.key), row) for row in rows]
    given = {s.name: row.old for s, row in pairs if s is not None and not s.secret}
    if not given:
        raise RefusedError("되돌릴 수 있는 값이 없습니다. 비밀 값은 새로 적어 주세요.")
    return given
