"""Errors become answers here and nowhere else: problem+json for the API, Korean pages for people.

Every answer carries the request's number, which finds its log line.
"""

from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect

from sinmungo.errors import InvalidError, MissingError, SignInNeededError, SinmungoError
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
_SERVER_ERROR = "처리하는 중에 문제가 생겼습니다. 아래 번호를 담당자에게 알려 주세요."


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
    if isinstance(error, InvalidError):
        return Problem(422, error.code, error.message, number, errors=error.errors)
    if isinstance(error, SinmungoError):
        return Problem(error.status, error.code, error.message, number)
    if isinstance(error, ValidationException):
        return Problem(422, "invalid", "입력한 내용을 확인해 주세요.", number, errors=_fields(error))
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004 - HTTP's own border
        title = _TITLES.get(error.status_code, _TITLES[400])
        return Problem(error.status_code, f"http_{error.status_code}", title, number)
    if isinstance(error, asyncpg.QueryCanceledError):
        log.warning("query.cancelled", request=number)
        return Problem(503, "busy", "오래 걸려 멈추었습니다. 잠시 뒤에 다시 해 주세요.", number)
    log.error("request.failed", request=number, exc_info=error)
    return Problem(500, "internal", _SERVER_ERROR, number)


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
            return Response(problem, status_code=problem.status, media_type=PROBLEM_JSON)
        if isinstance(error, SignInNeededError):
            return _to_sign_in(request)
        html = self._renderer.error_page(request, problem.status, problem.title, problem.request)
        return Response(html, status_code=problem.status, media_type="text/html")


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    target = request.url.path if request.method == "GET" else "/office"
    if request.headers.get("hx-request"):
        return Response("", status_code=401, headers={"HX-Redirect": "/office/people/sign-in"})
    return Redirect(f"/office/people/sign-in?next={target}", status_code=303)
