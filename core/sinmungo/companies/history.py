"""A company's timeline: what was changed, when and by whom; never the values themselves."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from sinmungo.companies import contacts, record
from sinmungo.companies.models import STATES
from sinmungo.host.context import Ctx
from sinmungo.host.events import EventRow, timeline
from sinmungo.people.service import people_by_id


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline; `who` is 이름 + 직위, `text` names fields or the new state."""

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
        return STATES.get(state, state)
    if not isinstance(fields, list):
        return ""
    labels: Mapping[str, str] = (
        contacts.LABELS if row.kind.startswith("companies.contact") else record.LABELS
    )
    return ", ".join(labels.get(field, field) for field in fields)
