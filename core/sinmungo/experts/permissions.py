"""Staff ask and read; heads approve fees; an expert sees the own sessions and nothing else."""

from sinmungo.host.types import Permission
from sinmungo.people.permissions import ALL_STAFF

READ = "experts.read"
READ_ALL = "experts.read_all"
MANAGE = "experts.manage"
ASK = "experts.ask"
PAY = "experts.pay"
TAX = "experts.tax"
RULES = "experts.rules"
OWN = "experts.own"
_DESK = ("TENANT_ADMIN", "INTAKE_OFFICER", "TEAM_LEADER")

PERMISSIONS = (
    Permission(READ, "전문가 명부와 심층자문 보기", ALL_STAFF),
    Permission(READ_ALL, "모든 부서의 심층자문 보기", (*_DESK, "AUDITOR")),
    Permission(MANAGE, "전문가 등록·수정", _DESK),
    Permission(
        ASK,
        "심층자문 요청·진행",
        ("LEAD_OFFICER", "INTAKE_OFFICER", "TEAM_LEADER", "DIVISION_HEAD", "DEDICATED_OFFICER"),
    ),
    Permission(PAY, "자문료 승인", ("TEAM_LEADER", "DIVISION_HEAD")),
    Permission(TAX, "전문가 지급자료 보기·수정", ("TENANT_ADMIN", "TEAM_LEADER")),
    Permission(RULES, "자문료·한도 기준 관리", ("TENANT_ADMIN",)),
    Permission(OWN, "내 자문 보기·처리", ("EXPERT",)),
)
