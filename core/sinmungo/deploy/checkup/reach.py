"""How the world reaches this deployment: names of hosts, cookies, and ports that it must not see.

A wildcard that is missing in DNS is the commonest reason why a new city "does not work". The names
are asked together and not waited for: a resolver that is away must not hold the doctor up.
"""

import queue
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

import psycopg

from sinmungo.config import Settings
from sinmungo.deploy.checkup.database import CONNECT_SECONDS
from sinmungo.deploy.checkup.terms import Finding, bad, ok, some, warn

DNS_SECONDS = 4.0
_ASKERS = 16
_HOSTS = """
SELECT t.slug, h.host FROM control.tenants t
LEFT JOIN control.tenant_hosts h ON h.tenant_id = t.id ORDER BY t.slug, h.position
"""


def hosts(settings: Settings) -> Iterator[Finding]:
    """Tell which host of a city or of the platform has no address, and whether cookies are safe."""
    with psycopg.connect(settings.migrator_dsn, connect_timeout=CONNECT_SECONDS) as connection:
        rows: list[tuple[str, str | None]] = connection.execute(_HOSTS).fetchall()
    nowhere = [slug for slug, host in rows if host is None]
    if nowhere:
        yield warn(
            "hosts",
            f"주소가 없는 시·군: {some(nowhere)}. 브라우저로 들어갈 수 없습니다.",
            "tenants 의 그 시·군 파일에 hosts 를 적고 sinmungo tenant apply 를 하세요.",
        )
    named = [*settings.platform_hosts, *(host for _, host in rows if host is not None)]
    public = [name for name in dict.fromkeys(named) if not _is_here(name)]
    if public:
        yield from _names(public)
        yield from _cookies(settings)


def _names(public: Sequence[str]) -> Iterator[Finding]:
    lost, silent = _asked(public, DNS_SECONDS)
    if lost:
        yield warn(
            "hosts",
            f"DNS에 없는 주소: {some(lost)}. 그 주소로는 아무도 들어올 수 없습니다.",
            "DNS와 인증서에 그 이름을 더하세요. 시·군이 여럿이면 *.도메인 하나면 됩니다.",
        )
    if silent:
        yield warn(
            "hosts",
            f"DNS가 {DNS_SECONDS:.0f}초 안에 답하지 않은 주소: {some(silent)}",
            "이 컴퓨터의 DNS 설정(/etc/resolv.conf)을 보세요.",
        )
    if not lost and not silent:
        yield ok("hosts", f"주소 {len(public)}개가 모두 DNS에 있습니다.")


def _cookies(settings: Settings) -> Iterator[Finding]:
    if not settings.cookie_secure:
        yield warn(
            "cookies",
            "SINMUNGO_COOKIE_SECURE=0 이라 로그인 쿠키가 암호화되지 않은 연결로도 나갑니다.",
            "그 설정을 지우고 앞에 https 를 두세요.",
        )


def _is_here(name: str) -> bool:
    """Whether a name needs no DNS: this machine's own, or an address."""
    try:
        ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return True


def _asked(names: Sequence[str], seconds: float) -> tuple[list[str], list[str]]:
    """Return the names that are not there, and those of which nothing was heard in time."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in names:
        waiting.put(name)
    heard: dict[str, bool] = {}

    def ask() -> None:
        while not waiting.empty():
            name = waiting.get()
            heard[name] = _resolves(name)

    askers = [threading.Thread(target=ask, daemon=True) for _ in range(min(_ASKERS, len(names)))]
    for asker in askers:
        asker.start()
    end = time.monotonic() + seconds
    for asker in askers:
        asker.join(max(0.0, end - time.monotonic()))
    known = dict(heard)
    return [n for n in names if known.get(n) is False], [n for n in names if n not in known]


def _resolves(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, None))
    except (OSError, UnicodeError):
        return False


def metrics_port(settings: Settings) -> Iterator[Finding]:
    """Tell whether the port of the figures is closed to the world."""
    if not settings.metrics_port:
        return
    place = f"{settings.metrics_host}:{settings.metrics_port}"
    remedy = "SINMUNGO_METRICS_HOST 를 127.0.0.1 이나 안쪽 망의 주소로 하세요."
    try:
        address = ip_address(settings.metrics_host)
    except ValueError:
        return
    if address.is_global:
        yield bad("metrics", f"계측 포트 {place} 가 인터넷에 열려 있습니다.", remedy)
    elif address.is_unspecified:
        yield warn(
            "metrics",
            f"계측 포트 {place} 가 이 컴퓨터의 모든 주소에서 열립니다. "
            "시·군 이름과 건수를 아무나 볼 수 있습니다.",
            f"{remedy} 아니면 방화벽으로 막으세요.",
        )
    else:
        yield ok("metrics", f"계측 포트 {place} 는 안쪽에만 열려 있습니다.")
