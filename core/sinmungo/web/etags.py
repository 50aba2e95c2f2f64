"""Which state of a record a change was made on: ETag out, If-Match in, both from `row_version`."""

from typing import Any

from litestar import Request, Response

from sinmungo.errors import StaleError, VersionNeededError


def with_etag[T](content: T, row_version: int, *, status: int = 200) -> Response[T]:
    """Answer with the record and its ETag."""
    return Response(content, status_code=status, headers={"etag": f'"{row_version}"'})


def if_match(request: Request[Any, Any, Any]) -> int:
    """Return the row version of If-Match.

    Raises VersionNeededError (428) without the header, StaleError (412) for a foreign tag.
    """
    raw = request.headers.get("if-match")
    if raw is None:
        raise VersionNeededError
    tag = raw.strip().removeprefix("W/").strip('"')
    if not (tag.isascii() and tag.isdigit() and len(tag) <= 9):  # noqa: PLR2004 - fits an int4
        raise StaleError
    return int(tag)
