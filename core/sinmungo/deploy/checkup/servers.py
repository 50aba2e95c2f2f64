"""The database servers besides main: whether each is there and whole; details by `server check`."""

from collections.abc import Iterator

from sinmungo.config import Settings
from sinmungo.deploy.checkup.terms import Finding, bad, ok
from sinmungo.deploy.servers import look_at, names, places
from sinmungo_tenants.servers import MAIN


def other_servers(settings: Settings) -> Iterator[Finding]:
    """Tell which other server is away or not as the registry has it; nothing if there is none."""
    known = places(settings)
    for name in names(settings, known):
        if name == MAIN:
            continue
        look = look_at(settings, name, known)
        if not look.problems:
            yield ok("servers", f"데이터베이스 서버 {name} 에 시·군 {look.cities}곳이 있습니다.")
        elif not look.version:
            yield bad(
                "servers",
                f"데이터베이스 서버 {name} 에 닿지 못합니다. 시·군 {look.cities}곳이 멈춥니다.",
                "그 서버가 켜져 있는지, 설정 servers 에 적혀 있는지 보세요. "
                f"sinmungo server check {name} 가 까닭을 말해 줍니다.",
            )
        else:
            yield bad(
                "servers",
                f"데이터베이스 서버 {name} 에 고칠 것이 {len(look.problems)}가지 있습니다.",
                f"sinmungo server check {name} 가 하나씩 말해 줍니다.",
            )
