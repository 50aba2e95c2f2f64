"""Errors become answers here and nowhere else: problem+json for the API, Korean pages for people.

Every answer carries the request's number, which finds its log line.
"""

import traceback
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, PermissionDeniedException, ValidationException
from litestar.response import Redirect

from sinmungo.errors import (
    BusyError,
    InvalidError,
    MissingError,
    PasswordChangeNeededError,
    SignInNeededError,
    SinmungoError,
)
from sinmungo.host.failures import is_blameless
from sinmungo.text.errors import InputProblem
from sinmungo.web.render import Renderer
from sinmungo.web.scope import scope_of
from sinmungo_tenants import NotFoundError

log = structlog.get_logger(__name__)
PROBLEM_JSON = "application/problem+json"
_TITLES = {
    400: "잘못된 요청입니다.",
    401: "로그인이 필요합니다.",
    403: "이 화면을 볼 권한이 없습니다.",
    404: "찾으시는 화면이 없습니다.",
    405: "이 주소에서는 할 수 없는 일입니다.",
    413: "보낸 자료가 너무 큽니다.",
    429: "너무 자주 시도했습니다. 잠시 뒤에 다시 해 주세요.",
}
_CHECK_INPUT = "입력한 내용을 확인해 주세요."
_CSRF = "CSRF token verification failed"
_CSRF_TITLE = "화면이 오래되어 저장하지 못했습니다."
_CSRF_ADVICE = (
    "적으신 내용은 없어지지 않았습니다. 뒤로 가기를 누르면 그대로 있으니 복사해 두시고, "
    "화면을 새로 연 뒤 다시 저장해 주세요. "
    "로그인이 끝났거나 브라우저를 껐다 켰을 때 생기는 일입니다."
)
_SIGN_IN = "/office/people/sign-in"
_DESK = "/platform"
_CHOOSE_PASSWORD = "/office/people/me/password"  # noqa: S105 - an address
_BUSY_ADVICE = (
    "큰 통계나 파일을 만드는 일이 몰렸습니다. 하던 일은 그대로이니 조금 뒤에 다시 눌러 주세요."
)
_SERVER_ERROR = "처리하는 중에 문제가 생겼습니다. 아래 번호를 담당자에게 알려 주세요."
AWAY = "자료를 읽는 길이 끊겨 하지 못했습니다. 잠시 뒤에 다시 해 주세요."
AWAY_SECONDS = 2


class Problem(msgspec.Struct, omit_defaults=True):
    """RFC 9457 body. `code` is stable; `errors` maps a field to its Korean message."""

    status: int
    code: str
    title: str
    request: str
    type: str = "about:blank"
    errors: dict[str, str] = {}


def problem_of(request: Request[Any, Any, Any], error: Exception) -> Problem:
    """Return what to say about an exception; unknown ones are logged and told as 500."""
    number = scope_of(request.scope).number
    if isinstance(error, NotFoundError):
        error = MissingError()
    if isinstance(error, SinmungoError):
        fields = error.errors if isinstance(error, InvalidError) else {}
        return Problem(error.status, error.code, error.message, number, errors=fields)
    if isinstance(error, InputProblem):
        return Problem(422, error.code, error.message, number)
    if isinstance(error, PermissionDeniedException) and error.detail == _CSRF:
        return Problem(403, "csrf", _CSRF_TITLE, number)
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004 - HTTP's own border
        return _of_litestar(error, number)
    scope_of(request.scope).fault = error
    return _of_server(error, number)


def _of_litestar(error: HTTPException, number: str) -> Problem:
    if isinstance(error, ValidationException):
        return Problem(422, "invalid", _CHECK_INPUT, number, errors=_fields(error))
    title = _TITLES.get(error.status_code, _TITLES[400])
    return Problem(error.status_code, f"http_{error.status_code}", title, number)


def _of_server(error: Exception, number: str) -> Problem:
    if isinstance(error, asyncpg.QueryCanceledError):
        log.warning("query.cancelled", request=number)
        return Problem(503, "busy", "오래 걸려 멈추었습니다. 잠시 뒤에 다시 해 주세요.", number)
    if is_blameless(error):
        log.error("database.away", request=number, exc_info=error)
        return Problem(503, "unavailable", AWAY, number)
    if isinstance(error, asyncpg.PostgresError):
        _log_database(error, number)
    else:
        log.error("request.failed", request=number, exc_info=error)
    return Problem(500, "internal", _SERVER_ERROR, number)


def _log_database(error: asyncpg.PostgresError, number: str) -> None:
    """Log where it happened and what kind it was: PostgreSQL's text may quote a row's values."""
    log.error(
        "request.failed",
        request=number,
        sqlstate=error.sqlstate,
        table=error.table_name,
        constraint=error.constraint_name,
        stack="".join(traceback.format_tb(error.__traceback__)),
    )


def _fields(error: ValidationException) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in error.extra or []:
        if isinstance(item, dict):
            found[str(item.get("key", "body"))] = "값의 꼴이 맞지 않습니다."
    return found or {"body": "보낸 내용의 꼴이 맞지 않습니다."}


class ProblemHandler:
    """The application's one exception handler."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def __call__(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """Answer in the form the caller understands."""
        problem = problem_of(request, error)
        if request.url.path.startswith("/api/"):
            return Response(
                problem,
                status_code=problem.status,
                media_type=PROBLEM_JSON,
                headers=_later(error),
            )
        at_desk = request.url.path.split("/", 2)[1] == _DESK[1:]
        if isinstance(error, SignInNeededError):
            return _lead_to(request, f"{_DESK}/sign-in", 401) if at_desk else _to_sign_in(request)
        if isinstance(error, PasswordChangeNeededError):
            return _lead_to(request, f"{_DESK}/password" if at_desk else _CHOOSE_PASSWORD)
        advice = {"csrf": _CSRF_ADVICE, BusyError.code: _BUSY_ADVICE}.get(problem.code)
        html = self._renderer.error_page(
            request, problem.status, problem.title, problem.request, advice
        )
        return Response(
            html, status_code=problem.status, media_type="text/html", headers=_later(error)
        )


def _later(error: Exception) -> dict[str, str]:
    """Say when to come again, where the error knows."""
    seconds = error.retry_after if isinstance(error, BusyError) else 0
    if is_blameless(error):
        seconds = AWAY_SECONDS
    return {"retry-after": str(seconds)} if seconds else {}


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    target = request.url.path if request.method == "GET" else "/office"
    if request.headers.get("hx-request"):
        return Response("", status_code=401, headers={"HX-Redirect": _SIGN_IN})
    return Redirect(f"{_SIGN_IN}?next={quote(target)}", status_code=303)


def _lead_to(request: Request[Any, Any, Any], path: str, status: int = 403) -> Response[Any]:
    if request.headers.get("hx-request"):
        return Response("", status_code=status, headers={"HX-Redirect": path})
    return Redirect(path, status_code=303)
