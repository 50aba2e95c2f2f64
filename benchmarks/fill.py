"""A city's companies and cases, made inside PostgreSQL, because thousands by the service take long.

Three in ten cases are open, half of all belong to the unit of the officer who reads. The few that
are opened by the benchmarks get sealed personal values like real ones.
"""

from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import bindparam, update

from sinmungo.app import Runtime
from sinmungo.cases.models import cases
from sinmungo.host.personal import seal
from sinmungo.testing.people import Officer
from sinmungo_tenants import Tenant, write
from sinmungo_tenants.names import schema_of

CASES_PER_COMPANY = 5
OPENED = 20
CONTENT = (
    "공장 앞 진입도로의 포장이 파손되어 화물차가 드나들기 어렵습니다. "
    "비가 오면 물이 고여 자재가 젖고, 야간에는 가로등이 없어 직원들이 위험합니다. "
    "도로 보수와 가로등 설치를 요청드립니다."
)

_COMPANIES = """
INSERT INTO companies (id, name, name_key, initials, grams, phone, phone_tail, dong, industry,
                       employees, employees_on, state, created_at, row_version)
SELECT uuidv7(), '시험산업 ' || n, '시험산업' || n, 'ㅅㅎㅅㅇ' || n,
       to_tsvector('simple', '시험 험산 산업'), '02000' || lpad(n::text, 4, '0'),
       lpad(n::text, 4, '0'), '시험동', '금속가공', n %% 90 + 1, current_date, 'ACTIVE', now(), 1
FROM generate_series(1, %(companies)s) AS n
"""
_CASES = """
INSERT INTO cases (id, case_no, intake_id, company_id, channel, category, petition_type, rule_id,
                   content, summary, grams, status, priority, lead_unit_id, officer_id,
                   registered_at, registered_by, registered_unit_id, due_at, legal_until,
                   answered_at, closed_at, disposition, implementation, close_reason, answer,
                   row_version)
SELECT uuidv7(), 'BM-2020-' || lpad(n::text, 6, '0'), uuidv7(), company.id, 'HOTLINE',
       (SELECT code FROM categories ORDER BY position OFFSET n %% 5 LIMIT 1), 'NOT_PETITION',
       (SELECT id FROM deadline_rules WHERE petition_type = 'NOT_PETITION' LIMIT 1),
       %(content)s, left(%(content)s, 60), to_tsvector('simple', '도로 포장 파손 가로 로등'),
       CASE WHEN n %% 10 < 3 THEN 'IN_REVIEW' ELSE 'CLOSED' END, 'NORMAL',
       CASE WHEN n %% 2 = 0 THEN %(unit)s ELSE (SELECT id FROM org_units WHERE name = '도로과') END,
       CASE WHEN n %% 2 = 0 THEN %(officer)s END,
       at, %(officer)s, %(unit)s, at + interval '7 days', at + interval '7 days',
       CASE WHEN n %% 10 >= 3 THEN at + interval '5 days' END,
       CASE WHEN n %% 10 >= 3 THEN at + interval '6 days' END,
       CASE WHEN n %% 10 >= 3 THEN 'ACCEPTED' END, CASE WHEN n %% 10 >= 3 THEN 'DONE' END,
       CASE WHEN n %% 10 >= 3 THEN 'ANSWERED' END, CASE WHEN n %% 10 >= 3 THEN '보수했습니다.' END,
       3
FROM (SELECT n, now() - n * interval '2 hours' AS at FROM generate_series(1, %(cases)s) AS n) AS s
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS position FROM companies) AS company
  ON company.position = s.n %% %(companies)s + 1
"""
_EVENTS = """
INSERT INTO events (id, kind, version, subject_kind, subject_id, seq, occurred_at, recorded_at,
                    actor_id, actor_unit_id, payload)
SELECT uuidv7(), kind, 1, 'case', cases.id, seq, registered_at, registered_at,
       officer_id, lead_unit_id, jsonb_build_object('case_id', cases.id)
FROM cases, (VALUES ('cases.registered', 1), ('cases.assigned', 2), ('cases.review_started', 3))
  AS step (kind, seq)
"""
_OPENED = """
SELECT id FROM cases WHERE officer_id = %(officer)s ORDER BY case_no LIMIT %(limit)s
"""
_SEAL = write(
    update(cases)
    .where(cases.c.id == bindparam("b_id"))
    .values(
        **{
            c.name: bindparam(c.name, type_=c.type)
            for c in cases.c
            if c.name.startswith(("caller_", "phone_", "email_"))
        }
    )
)


async def fill(
    dsn: str, runtime: Runtime, city: Tenant, lead: Officer, count: int
) -> tuple[list[UUID], list[UUID]]:
    """Add `count` cases and their companies; return ids of cases to open and of companies."""
    values = {
        "cases": count,
        "companies": max(1, count // CASES_PER_COMPANY),
        "unit": lead.unit_id,
        "officer": lead.id,
        "content": CONTENT,
        "limit": OPENED,
    }
    case_ids, company_ids = _insert(dsn, schema_of(city.id), values)
    await _seal_some(runtime, city, case_ids)
    return case_ids, company_ids


def _insert(dsn: str, schema: str, values: dict[str, Any]) -> tuple[list[UUID], list[UUID]]:
    with psycopg.connect(dsn) as connection:
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        connection.execute(_COMPANIES.encode(), values)
        connection.execute(_CASES.encode(), values)
        connection.execute(_EVENTS.encode())
        opened = connection.execute(_OPENED.encode(), values).fetchall()
        companies = connection.execute(b"SELECT id FROM companies LIMIT 50").fetchall()
    return [row[0] for row in opened], [row[0] for row in companies]


async def _seal_some(runtime: Runtime, city: Tenant, case_ids: list[UUID]) -> None:
    async with runtime.work.open(city) as ctx:
        for case_id in case_ids:
            sealed = {
                **seal(ctx, "caller", "박민수", "name", case_id),
                **seal(ctx, "phone", "02-700-1000", "phone", case_id),
                **seal(ctx, "email", "someone@example.com", "email", case_id),
            }
            await ctx.db.run(_SEAL, b_id=case_id, **sealed)
