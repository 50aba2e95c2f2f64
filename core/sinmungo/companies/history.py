"""A company's timeline: what was changed, when and by whom; never the values themselves."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from sinmungo.companies import consents, contacts, figures, record
from sinmungo.companies.models import CHANGES, STATES
from sinmungo.host.context import Ctx
from sinmungo.host.events import EventRow, timeline
from sinmungo.people.service import people_by_id

_CODES = {
    **consents.PURPOSES,
    "JOINED": "가입",
    "LEFT": "탈퇴",
    "REMOVED": "잘못 적은 것을 지움",
}


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline; `who` is 이름 + 직위, `text` names fields, a state or an act."""

    occurred_at: datetime
    recorded_at: datetime
    kind: str
    title: str
    who: str
    text: str


async def history(ctx: Ctx, company_id: UUID) -> list[Entry]:
    """Return what happened to a company's record, newest first."""
    rows = await timeline(ctx, company_id)
    people = await people_by_id(ctx, (r.actor_id for r in rows))
    return [
        Entry(
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            kind=row.kind,
            title=_title(ctx, row.kind),
            who=str(people[row.actor_id]) if row.actor_id in people else "",
            text=_text(row),
        )
        for row in reversed(rows)
    ]


def _title(ctx: Ctx, kind: str) -> str:
    known = ctx.host.event_types.get(kind)
    return known.title if known else kind


def _text(row: EventRow) -> str:
    state, fields = row.payload.get("state"), row.payload.get("fields")
    if isinstance(state, str):
        change = str(row.payload.get("change") or state)
        return CHANGES.get(change) or STATES.get(change, change)
    if isinstance(fields, list):
        labels = _labels(row.kind)
        return ", ".join(labels.get(field, field) for field in fields)
    code = row.payload.get("purpose") or row.payload.get("act")
    return _CODES.get(str(code), "")


def _labels(kind: str) -> Mapping[str, str]:
    if kind.startswith("companies.contact"):
        return contacts.LABELS
    return figures.LABELS if kind.startswith("companies.figures") else record.LABELS
