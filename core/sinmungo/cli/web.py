"""`sinmungo web`. Imports next to nothing: its worker processes import the application."""

import os
import sys

import msgspec

from sinmungo import config


def web(*, host: str = "127.0.0.1", port: int | None = None) -> None:
    """Serve web and API with granian until SIGTERM or SIGINT."""
    from granian import Granian
    from granian.constants import Interfaces

    try:
        settings = config.load()
    except msgspec.ValidationError as error:
        sys.exit(f"sinmungo: {error}")
    settings = msgspec.structs.replace(settings, port=port or settings.port)
    if not settings.key_file.is_file():
        sys.exit(f"sinmungo: the deployment key file cannot be read: {settings.key_file}")
    os.environ[config.WEB_PID] = str(os.getpid())  # so that no worker outlives this process
    if settings.metrics_port:
        from sinmungo import metrics

        metrics.start_web(settings)
    server = Granian(
        "sinmungo.asgi:app",
        address=host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        log_access=False,
        websockets=False,
        factory=False,
    )
    server.serve()
