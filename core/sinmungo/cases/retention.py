"""What of a case goes and when: first who asked, years later what was written; the case stays."""

from sqlalchemy import ARRAY, Text, bindparam, case, func, select, update

from sinmungo.cases.approval_models import case_approvals
from sinmungo.cases.extra import KIND
from sinmungo.cases.models import case_notes, cases, proposals, submissions
from sinmungo.cases.sharing_models import case_shares
from sinmungo.forms.destroying import drop_sealed_answers, drop_text_answers
from sinmungo.host.destroying import GONE, blank, chosen, holds
from sinmungo.host.types import RetentionRule
from sinmungo_tenants import Write, write

SUBJECT = "case"
_PERSON = ("caller", "phone", "email")
_FILINGS = select(cases.c.submission_id).where(chosen(cases.c.id))
_FILED = submissions.c.id.in_(_FILINGS)
_NO_GRAMS = func.array_to_tsvector(bindparam("no_grams", [], type_=ARRAY(Text())))


def _drop_text() -> Write:
    return write(
        update(cases)
        .where(chosen(cases.c.id))
        .values(
            content=GONE,
            summary=GONE,
            answer=case((cases.c.answer.is_not(None), GONE)),
            grams=_NO_GRAMS,
            row_version=cases.c.row_version + 1,
        )
    )


RETENTION = (
    RetentionRule(
        code="cases.person",
        title="기업애로 신청인",
        what="신청인 이름·전화·메일, 개인정보로 받은 추가 답변",
        subject=SUBJECT,
        years=5,
        least=1,
        source="개인정보 보호법 제21조. 접수 건은 남고 사람만 지웁니다.",
        table=cases,
        ended=cases.c.closed_at,
        label=cases.c.case_no,
        held=holds(cases, *_PERSON),
        erase=(
            blank(submissions, *_PERSON, where=_FILED, empty=("address_hash",)),
            drop_sealed_answers(KIND, _FILINGS),
            blank(cases, *_PERSON),
        ),
    ),
    RetentionRule(
        code="cases.text",
        title="기업애로 내용과 답변",
        what="내용, 요지, 답변, 처리 메모, 건의 글",
        subject=SUBJECT,
        years=10,
        least=3,
        source="공공기록물법의 보존기간(1·3·5·10·30년)에서 고릅니다.",
        table=cases,
        ended=cases.c.closed_at,
        label=cases.c.case_no,
        held=cases.c.content != GONE,
        erase=(
            blank(submissions, where=_FILED, texts=("content",)),
            drop_text_answers(KIND, _FILINGS),
            blank(case_notes, where=chosen(case_notes.c.case_id), texts=("body",)),
            blank(case_approvals, where=chosen(case_approvals.c.case_id), texts=("answer",)),
            blank(case_shares, where=chosen(case_shares.c.case_id), texts=("reason",)),
            blank(proposals, where=chosen(proposals.c.case_id), texts=("gist", "reply")),
            _drop_text(),
        ),
    ),
    RetentionRule(
        code="cases.filing",
        title="접수하지 않은 신청",
        what="거둔 신청의 신청인과 내용",
        subject="submission",
        years=1,
        least=0,
        source="개인정보 보호법 제21조. 접수되지 않아 기록으로 남기지 않습니다.",
        table=submissions,
        ended=submissions.c.submitted_at,
        label=submissions.c.receipt_no,
        held=(submissions.c.state == "WITHDRAWN") & holds(submissions, *_PERSON),
        erase=(
            drop_text_answers(KIND),
            blank(submissions, *_PERSON, empty=("address_hash",), texts=("content",)),
        ),
    ),
)
