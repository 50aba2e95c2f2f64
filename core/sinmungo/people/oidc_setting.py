"""The city's sign-on service as a group of its settings: preview, history and restore like any.

Whoever may change it decides who comes in as whom, so it also needs the right to manage people. Up
to now the whole lay in one row of its own; what stands there is read until it is saved anew.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import ColumnElement, func, select

from sinmungo import clock
from sinmungo.host.city_settings import build, get_settings, kept, understood
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about, fields_of
from sinmungo.host.types import Sample, SettingsGroup
from sinmungo.people.identity import may_work
from sinmungo.people.models import officers
from sinmungo.people.oidc_provider import ProviderProblemError, Providers
from sinmungo.people.permissions import MANAGE
from sinmungo_tenants import read

SETTING = "people.oidc"
SLUG = "sign-on"
BACK_PATH = "/office/people/oidc/return"
_MAX = 300
_NEEDED = {
    "issuer": "인증 서버 주소를 적어 주세요.",
    "client_id": "클라이언트 ID를 적어 주세요.",
    "secret": "비밀 값을 적어 주세요.",
}


class OidcSetting(msgspec.Struct, frozen=True):
    """A city's sign-on service; `claim` names the officer's login."""

    active: Annotated[
        bool,
        about(
            "통합 로그인을 씁니다",
            "새 계정을 만들지는 않습니다. 아이디와 비밀번호 로그인은 그대로 남습니다.",
        ),
    ] = False
    issuer: Annotated[
        str,
        about("인증 서버 주소(issuer)", "예: https://sso.example.go.kr", max_length=_MAX),
    ] = ""
    client_id: Annotated[str, about("클라이언트 ID", max_length=_MAX)] = ""
    secret: Annotated[str, about("클라이언트 비밀 값", secret=True, max_length=_MAX)] = ""
    claim: Annotated[
        str,
        about(
            "아이디로 쓸 항목(claim)",
            "이 값이 직원의 아이디와 같아야 들어옵니다. 보통 preferred_username 또는 email",
            min_length=1,
            max_length=_MAX,
        ),
    ] = "preferred_username"
    label: Annotated[str, about("로그인 화면의 단추 이름", min_length=1, max_length=_MAX)] = (
        "통합 로그인"
    )


class _Staff(msgspec.Struct):
    people: int
    by_mail: int
    without_password: int


_COUNTS: list[ColumnElement[Any]] = [
    func.count().label("people"),
    func.count().filter(officers.c.login.contains("@")).label("by_mail"),
    func.count().filter(officers.c.password_hash.is_(None)).label("without_password"),
]
_STAFF = read(select(*_COUNTS).select_from(officers).where(may_work()), _Staff)


async def oidc_setting(ctx: Ctx) -> OidcSetting:
    """Return the city's setting; inactive when it has none."""
    specs = fields_of(OidcSetting)
    rows = await kept(ctx, [SETTING, *(f"{SETTING}.{s.name}" for s in specs)])
    found = {key: row.value for key, row in rows.items()}
    former = _opened(ctx, found.pop(SETTING, None) or {})
    return build(OidcSetting, former | understood(ctx, SETTING, specs, found)[0])


async def _load(ctx: Ctx) -> Mapping[str, Any]:
    """Return what only the former row says: fields that were saved since are not among them."""
    former = (await get_settings(ctx, {SETTING: {}}))[SETTING]
    if not former:
        return {}
    stored = await kept(ctx, [f"{SETTING}.{s.name}" for s in fields_of(OidcSetting)])
    opened = _opened(ctx, former).items()
    return {name: value for name, value in opened if f"{SETTING}.{name}" not in stored}


def _opened(ctx: Ctx, former: Mapping[str, Any]) -> dict[str, Any]:
    sealed = former.get("secret")
    if not sealed:
        return dict(former)
    secret = ctx.cipher.open_bytes(base64.b64decode(sealed), SETTING.encode())
    return {**former, "secret": secret.decode()}


async def _check(ctx: Ctx, new: OidcSetting) -> Mapping[str, str]:
    """Ask the service whether it is one, before anybody is sent there."""
    if not ctx.me.may(MANAGE):
        return {"active": "부서·직원을 관리하는 사람만 바꿀 수 있습니다."}
    if not new.active:
        return {}
    missing = {name: told for name, told in _NEEDED.items() if not getattr(new, name)}
    if missing:
        return missing
    try:
        await Providers(ctx.settings.oidc_hosts).describe(new.issuer)
    except ProviderProblemError as error:
        return {"issuer": str(error)}
    return {}


async def _samples(ctx: Ctx, new: OidcSetting) -> Sequence[Sample]:
    """Say what changes for those who sign in."""
    staff = await ctx.db.one(_STAFF, today=clock.today())
    now = await oidc_setting(ctx)
    return (
        Sample("로그인 화면", _screen(new)),
        Sample("직원", "\n".join(_for_officers(new, now, staff))),
        Sample("인증 서버에 등록할 되돌아올 주소", "\n".join(return_addresses(ctx))),
    )


def _screen(new: OidcSetting) -> str:
    if not new.active:
        return "아이디와 비밀번호 칸만 나옵니다."
    return f"아이디와 비밀번호 칸 아래에 ‘{new.label}’ 단추가 나옵니다."


def _for_officers(new: OidcSetting, now: OidcSetting, staff: _Staff) -> list[str]:
    if not new.active:
        waiting = staff.without_password if now.active else 0
        stay = "아이디와 비밀번호로 로그인합니다. 지금 로그인한 사람은 그대로 일합니다."
        cut = f"비밀번호를 정하지 않은 직원 {waiting}명은 다시 로그인할 수 없게 됩니다."
        return [stay, cut] if waiting else [stay]
    same = f"인증 서버가 알려 주는 {new.claim} 값이 아이디와 같은 사람이 들어옵니다."
    told = [
        f"지금 일하는 직원 {staff.people}명 가운데 {same}",
        "아이디와 비밀번호로도 그대로 로그인합니다.",
    ]
    if new.claim == "email":
        told.append(f"아이디가 메일 주소인 직원은 {staff.by_mail}명입니다.")
    return told


def return_addresses(ctx: Ctx) -> list[str]:
    """Return the addresses that the service sends browsers back to, one for each host."""
    scheme = "https" if ctx.settings.cookie_secure else "http"
    port = "" if ctx.settings.cookie_secure else f":{ctx.settings.port}"
    hosts = ctx.city.hosts or (f"{ctx.city.slug}.localhost",)
    return [f"{scheme}://{host}{port}{BACK_PATH}" for host in hosts]


GROUP = SettingsGroup(
    SLUG,
    "통합 로그인",
    OidcSetting,
    SETTING,
    "로그인",
    "직원이 기관의 인증 서버(OpenID Connect)로 로그인하게 합니다.",
    order=90,
    check=_check,
    preview=_samples,
    load=_load,
)
