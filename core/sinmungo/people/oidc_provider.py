"""Talking to an OpenID provider: its description, its keys, and the exchange of a code.

Only hosts that the deployment allows are ever asked, so that a city's setting cannot make the
server fetch something else. Description and keys are kept for an hour in the process. The libraries
are imported when a city first signs on: most deployments never do.
"""

import time
from typing import Any
from urllib.parse import urlsplit

import msgspec

SCOPE = "openid profile email"
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384"]
SECONDS = 5.0
KEPT_SECONDS = 3600.0
LEEWAY_SECONDS = 60
_LOOPBACK = {"127.0.0.1", "localhost"}
_DESCRIPTION = "/.well-known/openid-configuration"


class ProviderProblemError(Exception):
    """The provider cannot be reached, or what it says cannot be trusted; says which part."""


class Client(msgspec.Struct, frozen=True):
    """How a city is known to its provider."""

    issuer: str
    client_id: str
    client_secret: str


class Description(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class Providers:
    """The providers of all cities; `allowed` are host names, with a port if it is not 443."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed)
        self._kept: dict[str, tuple[float, Any]] = {}

    @property
    def any_allowed(self) -> bool:
        """Whether this deployment may talk to a provider at all."""
        return bool(self._allowed)

    def check(self, address: str) -> None:
        """Refuse an address that is not allowed: ProviderProblemError."""
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not safe or parts.netloc not in self._allowed:
            raise ProviderProblemError("이 서버에서 허용하지 않은 주소입니다.")

    async def describe(self, issuer: str) -> Description:
        """Return the provider's description; it must name the very issuer that was asked."""
        raw = await self._get(issuer.rstrip("/") + _DESCRIPTION)
        try:
            found = msgspec.convert(raw, Description)
        except msgspec.ValidationError as error:
            raise ProviderProblemError("인증 서버의 설명이 규격과 다릅니다.") from error
        if found.issuer != issuer:
            raise ProviderProblemError("인증 서버가 다른 발급자 이름을 답했습니다.")
        for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            self.check(address)
        return found

    async def address(self, client: Client, back: str, state: str, flow: "Secrets") -> str:
        """Return where the browser goes to sign in (code flow with PKCE)."""
        found = await self.describe(client.issuer)
        async with self._session(client, back) as session:
            url, _ = session.create_authorization_url(
                found.authorization_endpoint,
                state=state,
                code_verifier=flow.verifier,
                nonce=flow.nonce,
            )
        return str(url)

    async def claims(
        self, client: Client, back: str, code: str, answered_by: str, flow: "Secrets"
    ) -> dict[str, Any]:
        """Return the checked claims of the ID token that the code is worth.

        Issuer, audience, nonce, expiry and signature are checked. Raises ProviderProblemError.
        """
        found = await self.describe(client.issuer)
        if answered_by and answered_by != found.issuer:
            raise ProviderProblemError("다른 인증 서버의 답입니다.")
        if found.authorization_response_iss_parameter_supported and not answered_by:
            raise ProviderProblemError("인증 서버의 답에 발급자가 없습니다.")
        import httpx2
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        try:
            async with self._session(client, back) as session:
                token = await session.fetch_token(
                    found.token_endpoint, code=code, code_verifier=flow.verifier
                )
            return _checked(token, await self._get(found.jwks_uri), client, flow)
        except (AuthlibBaseError, JoseError, httpx2.HTTPError, KeyError, ValueError) as error:
            raise ProviderProblemError("인증 서버의 답을 확인하지 못했습니다.") from error

    def _session(self, client: Client, back: str) -> Any:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        return AsyncOAuth2Client(
            client.client_id,
            client.client_secret,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    async def _get(self, address: str) -> Any:
        self.check(address)
        kept = self._kept.get(address)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        import httpx2

        try:
            async with httpx2.AsyncClient(timeout=SECONDS) as session:
                answer = await session.get(address)
            answer.raise_for_status()
            found = msgspec.json.decode(answer.content)
        except (httpx2.HTTPError, msgspec.DecodeError) as error:
            raise ProviderProblemError("인증 서버에 닿지 않습니다.") from error
        self._kept[address] = (time.monotonic() + KEPT_SECONDS, found)
        return found


class Secrets(msgspec.Struct, frozen=True):
    """What ties an answer to the question that was asked."""

    nonce: str
    verifier: str


def _checked(token: dict[str, Any], keys: Any, client: Client, flow: Secrets) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.jwk import KeySet

    known = KeySet.import_key_set(keys)
    decoded = jwt.decode(token["id_token"], known, algorithms=ALGORITHMS)
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": client.issuer},
            "aud": {"essential": True, "value": client.client_id},
            "nonce": {"essential": True, "value": flow.nonce},
        },
        params={
            "nonce": flow.nonce,
            "client_id": client.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(leeway=LEEWAY_SECONDS)
    return dict(claims)
