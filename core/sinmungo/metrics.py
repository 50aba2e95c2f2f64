"""Figures for Prometheus on a private port, never on the one that the world sees.

Each web worker counts into files of its own below the data folder; the parent process adds them up
when asked, so that one address tells about all workers. The job worker tells what it gathered of
the cities on the next port. Labels are faces, states and slugs: nothing personal, no paths.
`prometheus_client` is imported only where a port is set.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from sinmungo.config import Settings

if TYPE_CHECKING:
    from sinmungo_tenants import Doors, Registry

log = structlog.get_logger(__name__)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own name
SAMPLE_SECONDS = 2.0
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_FACES = frozenset({"office", "admin", "api", "platform", "health", "static", "help"})
type Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class Family(msgspec.Struct):
    """A gauge with its values by label values, for `serve`."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


def start_web(settings: Settings) -> None:
    """Serve the sum of all web workers from the parent process; call it before they start.

    Two web servers on one machine share the data folder, so each counts in one of its own port.
    """
    home = settings.data_path / "metrics"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = home / str(settings.port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[FOLDER] = str(folder)
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    class Living(MultiProcessCollector):
        """Leaves out gauges of workers that have ended."""

        def collect(self) -> Any:
            """Forget the dead, then add up."""
            forget_dead(folder)
            return super().collect()  # type: ignore[no-untyped-call]

    registry = CollectorRegistry()
    Living(registry, path=str(folder))  # type: ignore[no-untyped-call]
    try:
        start_http_server(settings.metrics_port, settings.metrics_host, registry)
    except OSError as error:
        raise SystemExit(f"sinmungo: {_closed(settings.metrics_port, settings, error)}") from error


def _closed(port: int, settings: Settings, error: OSError) -> str:
    return f"the port for metrics {settings.metrics_host}:{port} cannot be opened: {error.strerror}"


def forget_dead(folder: Path) -> None:
    """Remove the files of gauges whose process is gone; counters stay, they were counted."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)


def start_worker(settings: Settings, families: Callable[[], Iterable[Family]]) -> None:
    """Serve what the job worker knows, on the port after the web server's.

    A port that is taken is logged and no more: mails and jobs are worth more than their figures.
    """
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.core import GaugeMetricFamily

    class Told:
        """Hands over the families as they are when asked."""

        def collect(self) -> Iterable[GaugeMetricFamily]:
            """Yield one gauge per family."""
            for family in families():
                gauge = GaugeMetricFamily(family.name, family.help, labels=family.labels)
                for labels, value in family.values.items():
                    gauge.add_metric(labels, value)
                yield gauge

    registry = CollectorRegistry()
    registry.register(Told())
    port = settings.metrics_port + 1
    try:
        start_http_server(port, settings.metrics_host, registry)
    except OSError as error:
        log.warning("metrics.closed", problem=_closed(port, settings, error))


def wanted() -> bool:
    """Whether this process counts: its parent has made a folder for that."""
    return FOLDER in os.environ


class Measured:
    """ASGI wrapper that counts requests and how long they took, by face and status."""

    def __init__(self, app: Asgi) -> None:
        from prometheus_client import Counter, Histogram

        self._app = app
        self._requests = Counter(
            "sinmungo_requests", "Requests answered.", ("face", "status"), registry=None
        )
        self._seconds = Histogram(
            "sinmungo_request_seconds",
            "Seconds until the answer began.",
            ("face",),
            buckets=_BUCKETS,
            registry=None,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, face = time.perf_counter(), face_of(scope["path"])

        async def counted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self._requests.labels(face, str(message["status"])).inc()
                self._seconds.labels(face).observe(time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, counted)


def face_of(path: str) -> str:
    """Return the face of a path; whatever is none of the house's is the portal's."""
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in _FACES else "portal"


async def sample(doors: "Doors", registry: "Registry") -> None:
    """Write down every two seconds how busy this web worker's pool is and how old its registry."""
    from prometheus_client import Gauge

    pool = Gauge(
        "sinmungo_pool_connections",
        "Database connections.",
        ("state",),
        multiprocess_mode="livesum",
        registry=None,
    )
    age = Gauge(
        "sinmungo_registry_age_seconds",
        "Seconds since the oldest look at the registry.",
        multiprocess_mode="livemax",
        registry=None,
    )
    while True:
        load = doors.load()
        for state in ("used", "idle", "waiting"):
            pool.labels(state).set(getattr(load, state))
        age.set(registry.age)
        await asyncio.sleep(SAMPLE_SECONDS)
