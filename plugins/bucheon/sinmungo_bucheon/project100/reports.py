"""The project in numbers: companies (개사), contacts (회), and rules named (건), never mixed."""

from sqlalchemy import select

from sinmungo.sdk import (
    Ctx,
    Dataset,
    Dimension,
    Label,
    Measure,
    RowColumn,
    case_facts,
    case_labels,
    company_name_of,
)
from sinmungo_bucheon.project100.models import (
    ACTIVE,
    CANDIDATE,
    DROPPED,
    ENDED,
    METHODS,
    PROPOSED,
    REGULATION_STATES,
    STATUSES,
    WAITING,
    contacts,
    enrolments,
    items,
    rounds,
)
from sinmungo_bucheon.project100.rounds import list_rounds


async def round_labels(ctx: Ctx) -> list[Label]:
    """Return the rounds in the order of their selection day."""
    return [Label(str(r.id), r.name, always=True) for r in reversed(await list_rounds(ctx))]


async def category_labels(ctx: Ctx) -> list[Label]:
    """Return the city's categories; only those that companies named have a line."""
    return [Label(code, title) for code, title in (await case_labels(ctx)).all_categories.items()]


_contacts = select(contacts).where(contacts.c.voided_at.is_(None)).subquery("valid_contacts")
_of_contact = enrolments.c.id == _contacts.c.enrolment_id
_facts = case_facts()
_rules = select(items).where(items.c.is_regulation).subquery("rules")
_named_in = contacts.c.id == _rules.c.contact_id

PROJECT100 = Dataset(
    slug="bucheon-project100",
    title="유망기업 밀착관리 프로젝트 100",
    unit="개사",
    source=enrolments.join(rounds, rounds.c.id == enrolments.c.round_id),
    id=enrolments.c.id,
    at=enrolments.c.applied_at,
    dimensions=(
        Dimension("round", "회차", enrolments.c.round_id, round_labels),
        Dimension("status", "상태", enrolments.c.status, STATUSES),
    ),
    measures=(
        Measure("applied", "신청"),
        Measure("active", STATUSES[ACTIVE], enrolments.c.status == ACTIVE),
        Measure("waiting", STATUSES[WAITING], enrolments.c.status == WAITING),
        Measure("ended", STATUSES[ENDED], enrolments.c.status == ENDED),
    ),
    columns=(
        RowColumn("업체", company_name_of(enrolments.c.company_id)),
        RowColumn("회차", rounds.c.name),
        RowColumn("신청 순번", enrolments.c.apply_no),
        RowColumn("상태", enrolments.c.status, STATUSES),
        RowColumn("종업원", enrolments.c.employees),
        RowColumn("관리 시작", enrolments.c.active_on),
    ),
    href="/office/bucheon/project100/{id}",
    chart=("active", "waiting", "ended"),
    footnotes=(
        "신청한 날로 셉니다. 상태는 지금의 상태입니다.",
        "한 업체가 여러 회차에 신청했으면 회차마다 셉니다.",
    ),
)

CONTACTS = Dataset(
    slug="bucheon-project100-contacts",
    title="유망기업 100 연락 실적",
    unit="회",
    source=_contacts.join(enrolments, _of_contact).join(
        rounds, rounds.c.id == enrolments.c.round_id
    ),
    id=_contacts.c.id,
    at=_contacts.c.contacted_on,
    dimensions=(
        Dimension("method", "방법", _contacts.c.method, METHODS),
        Dimension("round", "회차", enrolments.c.round_id, round_labels),
    ),
    measures=(
        Measure("contacts", "연락"),
        *(
            Measure(code.lower(), title, _contacts.c.method == code)
            for code, title in METHODS.items()
        ),
    ),
    columns=(
        RowColumn("업체", company_name_of(enrolments.c.company_id)),
        RowColumn("연락한 날", _contacts.c.contacted_on),
        RowColumn("방법", _contacts.c.method, METHODS),
        RowColumn("회차", rounds.c.name),
    ),
    href="/office/bucheon/project100/contacts/{id}",
    footnotes=("연락한 날로 셉니다. 취소한 기록은 빼고 셉니다.",),
)

REGULATIONS = Dataset(
    slug="bucheon-project100-regulations",
    title="유망기업 100 성장을 막는 규제",
    unit="건",
    source=_rules.join(contacts, _named_in)
    .join(enrolments, enrolments.c.id == contacts.c.enrolment_id)
    .join(_facts, _facts.c.id == _rules.c.case_id),
    id=_facts.c.id,
    at=contacts.c.contacted_on,
    dimensions=(
        Dimension("state", "검토", _rules.c.state, REGULATION_STATES),
        Dimension("category", "분야", _facts.c.category, category_labels),
    ),
    measures=(
        Measure("named", "확인"),
        Measure("candidate", REGULATION_STATES[CANDIDATE], _rules.c.state == CANDIDATE),
        Measure("proposed", REGULATION_STATES[PROPOSED], _rules.c.state == PROPOSED),
        Measure("dropped", REGULATION_STATES[DROPPED], _rules.c.state == DROPPED),
    ),
    columns=(
        RowColumn("접수번호", _facts.c.case_no),
        RowColumn("업체", company_name_of(enrolments.c.company_id)),
        RowColumn("현행 규정", _rules.c.rule),
        RowColumn("요지", _facts.c.summary),
        RowColumn("분야", _facts.c.category, category_labels),
        RowColumn("검토", _rules.c.state, REGULATION_STATES),
    ),
    href="/office/cases/{id}",
    chart=("candidate", "proposed", "dropped"),
    footnotes=("기업이 말한 날로 셉니다. 검토 상태는 지금의 상태입니다.",),
)

REPORTS = (PROJECT100, CONTACTS, REGULATIONS)
