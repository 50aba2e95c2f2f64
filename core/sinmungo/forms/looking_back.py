"""A question before it is saved, what was changed in it, and what stood there before.

A change is taken back by filling the form with the former values: it is seen and saved like any.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from sinmungo.errors import MissingError
from sinmungo.forms import definitions
from sinmungo.forms.asking import Asked, asked
from sinmungo.forms.events import EVENTS, FieldChanged
from sinmungo.forms.types import Field, FieldIn
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.people.service import people_by_id

_TITLES = {event.kind: event.title for event in EVENTS}
_NAMES = {
    "category": "분야",
    "label": "질문",
    "help": "도움말",
    "unit": "단위",
    "choices": "고를 것",
    "required": "필수",
    "personal": "개인정보",
    "on_portal": "포털에서 묻기",
    "on_office": "접수·기록할 때 묻기",
    "valid_from": "묻기 시작하는 날",
    "valid_to": "그만 묻는 날",
}
_SWITCHES = ("required", "personal", "on_portal", "on_office")


class Line(msgspec.Struct, frozen=True):
    """One thing of a question before and after."""

    title: str
    old: str
    new: str


class Preview(msgspec.Struct, frozen=True):
    """How a question will look, and what of it differs from now; a new one differs in nothing."""

    questions: list[Asked]
    changes: list[Line]
    is_new: bool


class Entry(msgspec.Struct, frozen=True):
    """One change of the history; `restorable` if it replaced something."""

    id: UUID
    at: Any
    title: str
    who: str
    changes: list[Line]
    restorable: bool


async def preview(ctx: Ctx, given: FieldIn, old: Field | None = None) -> Preview:
    """Return what saving would do; nothing is written. Raises `InvalidError` by field."""
    new = await definitions.draft(ctx, given, old)
    changes = _lines(definitions.differences(old, new), await _groups(ctx, old)) if old else []
    return Preview(asked([new], {}, prefix="preview-"), changes, old is None)


async def history(ctx: Ctx, field: Field) -> list[Entry]:
    """Return what was done to a question, the newest first."""
    events = list(reversed(await timeline(ctx, field.id)))
    people = await people_by_id(ctx, [e.actor_id for e in events])
    groups = await _groups(ctx, field)
    return [
        Entry(
            e.id,
            e.occurred_at,
            _TITLES.get(e.kind, e.kind),
            str(people[e.actor_id]) if e.actor_id in people else "",
            _lines(_changes(e.payload), groups),
            e.kind == FieldChanged.kind,
        )
        for e in events
    ]


def _changes(payload: dict[str, Any]) -> dict[str, tuple[str, str]]:
    changes: dict[str, tuple[str, str]] = payload.get("changes", {})
    return changes


async def _groups(ctx: Ctx, field: Field) -> Mapping[str, str]:
    kind = definitions.record_kinds(ctx).get(field.record_kind)
    return await kind.groups(ctx) if kind and kind.groups else {}


def _lines(changes: dict[str, tuple[str, str]], groups: Mapping[str, str]) -> list[Line]:
    return [
        Line(_NAMES[name], *(_said(name, text, groups) for text in pair))
        for name, pair in changes.items()
        if name in _NAMES
    ]


def _said(name: str, text: str, groups: Mapping[str, str]) -> str:
    if name == "category":
        return groups.get(text, text) or "모두"
    return text or "(없음)"


async def former(ctx: Ctx, field: Field, change_id: UUID) -> dict[str, str]:
    """Return what a change replaced, as the form has it. Raises `MissingError`."""
    events = await timeline(ctx, field.id)
    found = next((e for e in events if e.id == change_id and e.kind == FieldChanged.kind), None)
    if found is None:
        raise MissingError
    return {name: _typed(name, old) for name, (old, _) in _changes(found.payload).items()}


def _typed(name: str, old: str) -> str:
    if name in _SWITCHES:
        return "1" if old == "예" else ""
    return old.replace(", ", "\n") if name == "choices" else old
