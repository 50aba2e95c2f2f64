"""What of a company's own record follows it into another (`Slice.merges`)."""

from sqlalchemy import ColumnElement, FromClause

from sinmungo.companies.models import (
    companies,
    company_consents,
    company_figures,
    company_memberships,
    company_states,
    contacts,
)
from sinmungo.host.types import MergeTable


def _stands(rows: FromClause) -> ColumnElement[bool]:
    return rows.c.valid_to.is_(None)


MERGES = (
    MergeTable(contacts, "담당자"),
    MergeTable(
        company_memberships,
        "가입 단체",
        one_per=("agency_id",),
        one_while=_stands,
        panel="memberships",
    ),
    MergeTable(company_figures, "규모·매출 기록", one_per=("day",), panel="figures"),
    MergeTable(company_consents, "동의", panel="consents"),
    MergeTable(company_states, "운영 상태 기록"),
    MergeTable(companies, "먼저 합친 업체", column="merged_into"),
)
