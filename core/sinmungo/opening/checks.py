"""What belongs to no other slice: addresses, mail, and what the city's plugins need."""

from sinmungo.host.city_settings import get_settings
from sinmungo.host.context import Ctx
from sinmungo.host.types import Check, Finding
from sinmungo.opening.mail_test import TESTED_AT
from sinmungo.web.look import CITY

_SCREEN = "/admin/opening"


async def _name(ctx: Ctx) -> Finding:
    logo = f"{CITY}.logo"
    told = f"{ctx.city.name} {ctx.city.service_name}"
    if not (await get_settings(ctx, {logo: ""}))[logo]:
        return Finding("LOOK", f"{told}. 로고가 없어 이름만 보입니다.")
    return Finding("DONE", told)


async def _hosts(ctx: Ctx) -> Finding:
    if not ctx.city.hosts:
        return Finding("TODO", "주소가 없습니다. 운영자에게 요청해 주세요.")
    if not ctx.settings.cookie_secure:
        return Finding("LOOK", f"{ctx.city.hosts[0]} (암호화하지 않은 시험용 주소)")
    return Finding("DONE", f"https://{ctx.city.hosts[0]}")


async def _mail(ctx: Ctx) -> Finding:
    if not ctx.settings.smtp_host:
        return Finding("LOOK", "메일 서버가 없어 메일이 파일로만 남습니다. 운영자에게 알려 주세요.")
    if not (await get_settings(ctx, {TESTED_AT: ""}))[TESTED_AT]:
        return Finding("LOOK", "시험 메일을 아직 보내지 않았습니다. 아래에서 보내 보세요.")
    return Finding("DONE", "시험 메일을 보냈습니다.")


async def _plugins(ctx: Ctx) -> Finding:
    active = sorted(slug for slug in ctx.city.plugins if ctx.host.is_active(ctx.city, slug))
    broken = sorted(ctx.city.plugins - set(active))
    if broken:
        return Finding("LOOK", f"켜져 있지만 지금 쓸 수 없는 기능: {', '.join(broken)}")
    needs = {n for slug in active for n in ctx.host.plugins[slug].manifest.requires}
    missing = sorted(n for n in needs if not ctx.host.is_active(ctx.city, n))
    if missing:
        return Finding("TODO", f"먼저 켜야 하는 기능: {', '.join(missing)}")
    titles = [ctx.host.plugins[slug].manifest.title for slug in active]
    return Finding("DONE", ", ".join(titles) or "기본 기능만 씁니다.")


CHECKS = (
    Check(
        "opening.name",
        "이름과 로고",
        "기업이 보는 첫 화면과 메일의 이름입니다.",
        f"/admin/settings/{CITY}",
        _name,
        order=200,
    ),
    Check(
        "opening.hosts",
        "주소와 https",
        "기업이 안내받을 주소이며, 주고받는 내용이 암호화되어야 합니다.",
        _SCREEN,
        _hosts,
        essential=True,
        order=210,
    ),
    Check(
        "opening.mail",
        "메일 보내기",
        "접수와 답변을 기업에 메일로 알립니다.",
        f"{_SCREEN}#mail",
        _mail,
        order=220,
    ),
    Check(
        "opening.plugins",
        "기능",
        "켜 둔 기능이 필요로 하는 다른 기능도 켜져 있어야 합니다.",
        "/admin/plugins",
        _plugins,
        order=230,
    ),
)
