"""Cases as bare rows: a report must count any state, also those that take a service weeks to reach.

Columns that a test does not care about get an empty value of their type, so that a new column does
not break every test.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Integer, LargeBinary, Table, Uuid

from sinmungo import clock
from sinmungo.cases.models import cases, deadline_rules
from sinmungo.companies.models import companies
from sinmungo.host.context import Ctx
from sinmungo_tenants import insert_into

_EMPTY: tuple[tuple[type[Any], Any], ...] = (
    (Boolean, False),
    (Integer, 1),
    (LargeBinary, b""),
    (Date, date(2020, 1, 1)),
    (Uuid, UUID(int=0)),
)

_ADD_COMPANY, _ADD_RULE, _ADD_CASE = map(insert_into, (companies, deadline_rules, cases))


def _filled(table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    missing = [c for c in table.c if not c.nullable and c.name not in given]
    return {**{c.name: _empty(c.type) for c in missing}, **given}


def _empty(kind: Any) -> Any:
    if isinstance(kind, DateTime):
        return clock.now()
    return next((value for base, value in _EMPTY if isinstance(kind, base)), "")


class BareCases:
    """Writes cases of one company under one rule straight into the tables."""

    def __init__(self, company_id: UUID, rule_id: UUID) -> None:
        self.company_id = company_id
        self.rule_id = rule_id
        self._number = 0

    @classmethod
    async def prepare(cls, ctx: Ctx, company: str = "㈜한빛정밀") -> "BareCases":
        """Make the company and the rule that the cases need."""
        company_id, rule_id = clock.uuid7(), clock.uuid7()
        values = {"id": company_id, "name": company, "state": "ACTIVE"}
        await ctx.db.run(_ADD_COMPANY, **_filled(companies, values))
        rule = {"id": rule_id, "petition_type": "NOT_PETITION", "unit": "DAYS", "amount": 5}
        await ctx.db.run(_ADD_RULE, **_filled(deadline_rules, rule))
        return cls(company_id, rule_id)

    async def add(self, ctx: Ctx, registered_at: datetime, **given: Any) -> UUID:
        """Write one case and return its id; `given` are columns of the table."""
        self._number += 1
        values = {
            "id": clock.uuid7(),
            "case_no": f"ZZ-{registered_at.year}-{self._number:06}",
            "company_id": self.company_id,
            "rule_id": self.rule_id,
            "channel": "HOTLINE",
            "category": "FUNDS",
            "petition_type": "NOT_PETITION",
            "summary": "신규 설비 자금이 부족합니다.",
            "status": "REGISTERED",
            "priority": "NORMAL",
            "registered_at": registered_at,
            "due_at": registered_at,
            **given,
        }
        await ctx.db.run(_ADD_CASE, **_filled(cases, values))
        case_id: UUID = values["id"]
        return case_id
