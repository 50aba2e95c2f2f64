"""Whom one met goes some years after the contact; that there was one stays, for B4."""

from sqlalchemy import func

from sinmungo.sdk import RetentionRule, blank_fields, holds_any
from sinmungo_bucheon.project100.models import contacts

RETENTION = (
    RetentionRule(
        code="bucheon.contacts",
        title="유망기업 100에서 만난 사람",
        what="만난 사람의 이름과 직위",
        subject="bucheon_contact",
        years=5,
        least=1,
        source="개인정보 보호법 제21조. 연락한 횟수와 나온 애로는 남습니다.",
        table=contacts,
        ended=contacts.c.contacted_on,
        label=func.concat("연락 ", contacts.c.contacted_on),
        held=holds_any(contacts, "met"),
        erase=(blank_fields(contacts, "met", empty=("met_title",)),),
    ),
)
