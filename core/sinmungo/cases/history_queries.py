"""The statement that tells a case's history: events, with units, agencies and what was written."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, and_, bindparam, cast, select

from sinmungo.agencies.models import agencies
from sinmungo.cases.models import case_notes, cases
from sinmungo.cases.scope import Scoped
from sinmungo.host.models import events
from sinmungo.people.models import org_units
from sinmungo_tenants import read


class HistoryRow(msgspec.Struct):
    """An event of a case with the unit of that time and what was written at that step."""

    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    unit_name: str | None
    payload: dict[str, Any]
    target_name: str | None
    agency_name: str | None
    body: str | None


_target = org_units.alias("target_unit")
HISTORY = Scoped(
    lambda scope: read(
        select(
            events.c.seq,
            events.c.kind,
            events.c.occurred_at,
            events.c.recorded_at,
            events.c.actor_id,
            org_units.c.name.label("unit_name"),
            events.c.payload,
            _target.c.name.label("target_name"),
            agencies.c.name.label("agency_name"),
            case_notes.c.body,
        )
        .join(cases, cases.c.id == events.c.subject_id)
        .outerjoin(org_units, org_units.c.id == events.c.actor_unit_id)
        .outerjoin(_target, _target.c.id == cast(events.c.payload["unit_id"].astext, Uuid()))
        .outerjoin(agencies, agencies.c.id == cast(events.c.payload["agency_id"].astext, Uuid()))
        .outerjoin(
            case_notes,
            and_(case_notes.c.case_id == events.c.subject_id, case_notes.c.seq == events.c.seq),
        )
        .where(events.c.subject_id == bindparam("id", type_=Uuid()), scope)
        .order_by(events.c.seq, events.c.recorded_at, events.c.id),
        HistoryRow,
    )
)
