"""What 개통 점검 asks of people: departments, and someone for each part of the work."""

import msgspec
from sqlalchemy import func, select

from sinmungo.host.context import Ctx
from sinmungo.host.types import Check, Finding
from sinmungo.people.models import ROLES, officers, role_grants
from sinmungo.people.oidc_setting import oidc_setting
from sinmungo.people.service import list_units
from sinmungo_tenants import read

_HREF = "/admin/people"


class _Held(msgspec.Struct):
    role: str
    people: int
    ready: int


_HELD = read(
    select(
        role_grants.c.role,
        func.count().label("people"),
        func.count().filter(officers.c.password_hash.is_not(None)).label("ready"),
    )
    .join(officers, officers.c.id == role_grants.c.officer_id)
    .where(role_grants.c.revoked_at.is_(None), officers.c.state == "ACTIVE")
    .group_by(role_grants.c.role),
    _Held,
)
_WAITING = read(
    select(func.count()).where(officers.c.state == "ACTIVE", officers.c.password_hash.is_(None)),
    int,
)


async def _departments(ctx: Ctx) -> Finding:
    found = [u for u in await list_units(ctx) if u.kind == "DEPARTMENT"]
    if not found:
        return Finding("TODO", "등록한 부서가 없습니다.")
    return Finding("DONE", f"{len(found)}개 과")


async def _admin(ctx: Ctx) -> Finding:
    return await _role(ctx, "TENANT_ADMIN", ready=True)


async def _intake(ctx: Ctx) -> Finding:
    return await _role(ctx, "INTAKE_OFFICER")


async def _lead(ctx: Ctx) -> Finding:
    return await _role(ctx, "LEAD_OFFICER")


async def _leader(ctx: Ctx) -> Finding:
    found = await _role(ctx, "TEAM_LEADER")
    return Finding("LOOK", found.text) if found.state == "TODO" else found


async def _role(ctx: Ctx, role: str, *, ready: bool = False) -> Finding:
    held = {row.role: row for row in await ctx.db.all(_HELD)}.get(role)
    if held is None:
        return Finding("TODO", f"{ROLES[role]} 역할을 맡은 직원이 없습니다.")
    by_service = ready and not held.ready and not (await oidc_setting(ctx)).active
    if by_service:
        return Finding("TODO", f"{ROLES[role]}가 있지만 비밀번호를 정한 사람이 없습니다.")
    return Finding("DONE", f"{held.people}명")


async def _passwords(ctx: Ctx) -> Finding:
    waiting = await ctx.db.one(_WAITING)
    if waiting and not (await oidc_setting(ctx)).active:
        return Finding("LOOK", f"아직 로그인할 수 없는 직원이 {waiting}명 있습니다.")
    return Finding("DONE", "모두 로그인할 수 있습니다.")


async def _sign_on(ctx: Ctx) -> Finding:
    setting = await oidc_setting(ctx)
    if setting.active:
        return Finding("DONE", "기관 통합 로그인을 씁니다.")
    if setting.issuer:
        return Finding("LOOK", "통합 로그인을 설정했지만 켜지 않았습니다.")
    return Finding("DONE", "아이디와 비밀번호로 로그인합니다.")


CHECKS = (
    Check(
        "people.departments",
        "부서",
        "건을 어느 과가 맡을지 정하려면 부서가 있어야 합니다.",
        _HREF,
        _departments,
        essential=True,
        order=10,
    ),
    Check(
        "people.admin",
        "관리자",
        "비밀번호를 정한 관리자가 있어야 개통한 뒤에도 화면을 고칠 수 있습니다.",
        _HREF,
        _admin,
        essential=True,
        order=20,
    ),
    Check(
        "people.intake",
        "접수담당",
        "기업이 낸 어려움을 받아 등록할 사람입니다.",
        _HREF,
        _intake,
        essential=True,
        order=30,
    ),
    Check(
        "people.lead",
        "처리담당",
        "등록한 건을 맡아 답할 사람입니다.",
        _HREF,
        _lead,
        essential=True,
        order=40,
    ),
    Check(
        "people.leader",
        "팀장",
        "배정과 기한 연장을 살필 사람입니다. 없어도 개통할 수 있습니다.",
        _HREF,
        _leader,
        order=50,
    ),
    Check(
        "people.passwords",
        "직원의 첫 로그인",
        "링크나 임시 비밀번호를 받지 못한 직원은 일을 시작할 수 없습니다.",
        _HREF,
        _passwords,
        order=60,
    ),
    Check(
        "people.sign_on",
        "로그인 방법",
        "기관 통합 로그인을 쓰려면 개통 전에 켜 두는 것이 좋습니다.",
        "/admin/people/sign-on",
        _sign_on,
        order=70,
    ),
)
