"""What 개통 점검 asks of cases: categories, numbers, whom companies call, and which days count."""

from sinmungo import clock
from sinmungo.cases.calendar import list_holidays
from sinmungo.cases.reference import NUMBER_PREFIX, reference
from sinmungo.cases.submissions import contact
from sinmungo.deadlines.calendar import national_holidays
from sinmungo.host.city_settings import get_settings
from sinmungo.host.context import Ctx
from sinmungo.host.types import Check, Finding


async def _categories(ctx: Ctx) -> Finding:
    found = (await reference(ctx)).labels.categories
    if not found:
        return Finding("TODO", "쓰는 분야가 하나도 없습니다.")
    return Finding("DONE", f"{len(found)}개 분야")


async def _channels(ctx: Ctx) -> Finding:
    found = (await reference(ctx)).labels.channels
    if not found:
        return Finding("TODO", "열어 둔 접수 경로가 없습니다.")
    return Finding("DONE", f"{len(found)}개 경로")


async def _prefix(ctx: Ctx) -> Finding:
    if (await get_settings(ctx, {NUMBER_PREFIX: None}))[NUMBER_PREFIX] is None:
        return Finding("TODO", "정하지 않았습니다. 이대로 열면 SOS로 시작합니다.")
    return Finding("DONE", f"{(await reference(ctx)).prefix}-{clock.today().year}-000001 꼴")


async def _contact(ctx: Ctx) -> Finding:
    desk = await contact(ctx)
    if desk is None:
        return Finding("TODO", "접수담당이 있는 부서가 없습니다.")
    if not desk.unit_phone:
        return Finding("TODO", f"{desk.unit_name}에 전화번호가 없습니다.")
    return Finding("DONE", f"{desk.unit_name} {desk.unit_phone}")


async def _holidays(ctx: Ctx) -> Finding:
    year, own = clock.today().year, len(await list_holidays(ctx))
    known = {y: len(national_holidays(y)) for y in (year, year + 1)}
    told = ", ".join(f"{y}년 공휴일 {n}일" for y, n in known.items())
    if not all(known.values()):
        return Finding("TODO", f"{told}. 공휴일을 모르는 해가 있습니다.")
    if not own:
        return Finding("LOOK", f"{told}. 우리 기관만 쉬는 날이 있으면 더해 주세요.")
    return Finding("DONE", f"{told}, 기관이 정한 날 {own}일")


CHECKS = (
    Check(
        "cases.categories",
        "분야",
        "기업이 어려움을 낼 때 고르고, 부서를 정하는 데 씁니다.",
        "/admin/settings/cases-categories",
        _categories,
        essential=True,
        order=110,
    ),
    Check(
        "cases.channels",
        "접수 경로",
        "전화, 방문, 누리집 가운데 어디로 받을지 정합니다.",
        "/admin/settings/cases-channels",
        _channels,
        essential=True,
        order=120,
    ),
    Check(
        "cases.prefix",
        "접수번호 머리글자",
        "한 번 나간 번호는 고칠 수 없으니 열기 전에 정합니다.",
        "/admin/settings/cases",
        _prefix,
        essential=True,
        order=130,
    ),
    Check(
        "cases.contact",
        "기업이 전화할 곳",
        "누리집과 메일에 접수담당 부서의 전화번호가 나옵니다.",
        "/admin/people",
        _contact,
        essential=True,
        order=140,
    ),
    Check(
        "cases.holidays",
        "쉬는 날",
        "처리기한은 근무일로 세므로 올해와 내년의 쉬는 날이 맞아야 합니다.",
        "/admin/cases/holidays",
        _holidays,
        order=150,
    ),
)
