"""Log lines are structured and hold no personal data: methods, paths, ids, durations."""

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog

_QUIET = ("alembic", "httpx", "httpcore", "procrastinate", "asyncio", "granian")


# One list for the life of the process: loggers that are bound already follow a new configuration.
_processors: list[structlog.typing.Processor] = []
_encode = msgspec.json.Encoder(enc_hook=repr).encode


def _as_json(line: Any, **_: Any) -> str:
    return _encode(line).decode()


def configure_logs(form: str = "json") -> None:
    """Set structlog up; `form` is "json" for machines or "console" for people."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if form == "console"
        else structlog.processors.JSONRenderer(serializer=_as_json)
    )
    _processors[:] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        renderer,
    ]
    structlog.configure(
        processors=_processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def only_failures() -> None:
    """Leave out all but errors from now on: for commands whose answer is not the log."""
    _processors.insert(0, _no_failure)


def only_to(reader: Callable[[str, Mapping[str, Any]], None]) -> None:
    """Hand every line to `reader` (method, what it says) from now on, and print none."""

    def read(_: Any, method: str, event: Any) -> Any:
        reader(method, event)
        raise structlog.DropEvent

    _processors.insert(0, read)


def _no_failure(_: Any, method: str, event: Any) -> Any:
    if method not in {"error", "exception", "critical"}:
        raise structlog.DropEvent
    return event
