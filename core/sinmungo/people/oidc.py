"""Signing in through the city's own sign-on service (OpenID Connect), beside local accounts.

An account is never made by it: the claim that the city names must be the login of an officer who
works there now. State, nonce and verifier stay here for ten minutes and serve once.
"""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, select

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx, Work
from sinmungo.host.types import ANONYMOUS
from sinmungo.people.events import OFFICER
from sinmungo.people.identity import Identifier, may_work
from sinmungo.people.models import officers
from sinmungo.people.oidc_models import oidc_flows
from sinmungo.people.oidc_provider import Client, ProviderProblemError, Providers, Secrets
from sinmungo.people.oidc_setting import OidcSetting, oidc_setting
from sinmungo_tenants import Tenant, insert_into, read, write

KEPT = timedelta(minutes=10)
UNKNOWN = "통합 로그인은 되었지만 이 시·군에 등록된 담당자가 아닙니다. 관리자에게 문의해 주세요."
EXPIRED = "로그인한 지 오래되었거나 다른 창에서 시작한 로그인입니다. 다시 로그인해 주세요."
_ADD = insert_into(oidc_flows)
_DROP_OLD = write(delete(oidc_flows).where(oidc_flows.c.created_at < bindparam("before")))


class _Flow(msgspec.Struct):
    nonce: str
    verifier: str
    target: str


_FLOW = read(
    select(oidc_flows.c.nonce, oidc_flows.c.verifier, oidc_flows.c.target).where(
        oidc_flows.c.state_hash == bindparam("state_hash"),
        oidc_flows.c.created_at > bindparam("after"),
    ),
    _Flow,
)
_TAKE = write(delete(oidc_flows).where(oidc_flows.c.state_hash == bindparam("state_hash")))
_BY_LOGIN = read(
    select(officers.c.id).where(officers.c.login == bindparam("login"), may_work()),
    UUID,
)


def _client(setting: OidcSetting) -> Client:
    return Client(setting.issuer, setting.client_id, setting.secret)


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


async def begin(
    work: Work, city: Tenant, providers: Providers, back: str, target: str
) -> tuple[str, str]:
    """Return the provider's address for the browser, and the state that its cookie keeps."""
    state, now = secrets.token_urlsafe(32), clock.now()
    flow = Secrets(nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48))
    async with work.open(city, ANONYMOUS) as ctx:
        setting = await oidc_setting(ctx)
        if not (setting.active and providers.any_allowed):
            raise RefusedError("통합 로그인을 쓰지 않는 시·군입니다.")
        client = _client(setting)
        await ctx.db.run(_DROP_OLD, before=now - KEPT)
        await ctx.db.run(
            _ADD,
            state_hash=_hash(state),
            nonce=flow.nonce,
            verifier=flow.verifier,
            target=target,
            created_at=now,
        )
    try:
        return await providers.address(client, back, state, flow), state
    except ProviderProblemError as error:
        raise RefusedError(f"{error} 아이디와 비밀번호로 로그인해 주세요.") from error


class Answer(msgspec.Struct):
    """What the provider's redirect brought, and the state of this browser's cookie."""

    state: str
    kept_state: str
    code: str
    issuer: str
    error: str


async def finish(
    work: Work,
    city: Tenant,
    identifier: Identifier,
    providers: Providers,
    *,
    answer: Answer,
    back: str,
    address: str,
    old: str,
) -> tuple[str, str]:
    """Return a fresh session's id and where one wanted to go; RefusedError in the user's words.

    The provider is asked between two short transactions, so that nobody holds a connection.
    """
    async with work.open(city, ANONYMOUS) as ctx:
        flow = await _take(ctx, answer)
        setting = await oidc_setting(ctx)
        client = _client(setting) if setting.active else None
    if flow is None or client is None:
        raise RefusedError(EXPIRED)
    if answer.error or not answer.code:
        raise RefusedError("통합 로그인을 마치지 않았습니다.")
    asked = Secrets(flow.nonce, flow.verifier)
    try:
        claims = await providers.claims(client, back, answer.code, answer.issuer, asked)
    except ProviderProblemError as error:
        raise RefusedError(str(error)) from error
    login = str(claims.get(setting.claim) or "").strip().lower()
    async with work.open(city, ANONYMOUS) as ctx:
        ctx.address = address
        officer_id = await ctx.db.first(_BY_LOGIN, login=login, today=clock.today())
        await note_access(
            ctx,
            "people.signed_in" if officer_id else "people.sign_in_failed",
            subject_kind=OFFICER,
            subject_id=officer_id,
            officer_id=officer_id,
        )
        if officer_id is not None:
            return await identifier.open_session(ctx, officer_id, old), flow.target
    raise RefusedError(UNKNOWN)


async def _take(ctx: Ctx, answer: Answer) -> _Flow | None:
    """Return the flow of this state once; None if it is old, taken, or another browser's."""
    if not answer.state or not secrets.compare_digest(answer.state, answer.kept_state):
        return None
    state_hash = _hash(answer.state)
    flow = await ctx.db.first(_FLOW, state_hash=state_hash, after=clock.now() - KEPT)
    taken = await ctx.db.run(_TAKE, state_hash=state_hash)
    return flow if taken else None
