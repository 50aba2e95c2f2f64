"""What of a company goes once it closed or left: its people. The company itself is no person."""

from sqlalchemy import case, delete, exists, select

from sinmungo.companies.models import companies, company_merges, contacts
from sinmungo.host.destroying import blank, chosen, holds
from sinmungo.host.types import RetentionRule
from sinmungo_tenants import write

_MERGED_AWAY = companies.c.id.in_(
    select(company_merges.c.drop_id).where(
        chosen(company_merges.c.id), company_merges.c.undone_at.is_(None)
    )
)
RETENTION = (
    RetentionRule(
        code="companies.person",
        title="문 닫거나 떠난 업체의 사람",
        what="대표자 이름, 업체 전화, 담당자 이름·전화·메일",
        subject="company",
        years=3,
        least=1,
        source="개인정보 보호법 제21조. 업체와 지원 이력은 남습니다.",
        table=companies,
        ended=case((companies.c.state != "ACTIVE", companies.c.state_on)),
        label=companies.c.name,
        held=holds(companies, "representative")
        | companies.c.phone.is_not(None)
        | exists().where(contacts.c.company_id == companies.c.id),
        erase=(
            write(delete(contacts).where(chosen(contacts.c.company_id))),
            blank(companies, "representative", empty=("phone", "phone_tail")),
        ),
    ),
    RetentionRule(
        code="companies.merged",
        title="합친 업체의 옛 대표자",
        what="합칠 때 덮어쓴 대표자 이름. 그 뒤에는 합치기를 되돌려도 이름이 돌아오지 않습니다.",
        subject="company_merge",
        years=3,
        least=1,
        source="개인정보 보호법 제21조",
        table=company_merges,
        ended=company_merges.c.merged_at,
        label=select(companies.c.name)
        .where(companies.c.id == company_merges.c.drop_id)
        .scalar_subquery(),
        held=holds(company_merges, "representative")
        | (
            company_merges.c.undone_at.is_(None)
            & exists().where(
                companies.c.id == company_merges.c.drop_id, holds(companies, "representative")
            )
        ),
        erase=(
            blank(companies, "representative", where=_MERGED_AWAY),
            blank(company_merges, "representative"),
        ),
    ),
)
