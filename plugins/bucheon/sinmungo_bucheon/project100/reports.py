"""The project in numbers of companies (개사), by round and by status."""

from sinmungo.sdk import (
    Ctx,
    Dataset,
    Dimension,
    Label,
    Measure,
    RowColumn,
    company_name_of,
)
from sinmungo_bucheon.project100.models import ACTIVE, ENDED, STATUSES, WAITING, enrolments, rounds
from sinmungo_bucheon.project100.rounds import list_rounds


async def round_labels(ctx: Ctx) -> list[Label]:
    """Return the rounds in the order of their selection day."""
    return [Label(str(r.id), r.name, always=True) for r in reversed(await list_rounds(ctx))]


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
