"""What is deployed: cities and their revisions, plugins, the worker, jobs and archives.

Read through the doors as the desk reads it, so that the doctor and the desk cannot disagree.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.config import Settings
from sinmungo.deploy.checkup.terms import Finding, bad, ok, warn
from sinmungo.platform_desk import cities
from sinmungo.platform_desk.cities import CityRow, Overview
from sinmungo.platform_desk.figures import Waiting

BEAT = timedelta(seconds=90)
STUCK = timedelta(minutes=10)
_SHOWN = 5


async def cities_and_worker(settings: Settings) -> list[Finding]:
    """Look at the whole deployment through a runtime of its own."""
    runtime = Runtime(settings)
    async with runtime.running():
        overview = await cities.overview(runtime)
        found = [*behind(overview.rows), *plugins(runtime), *tripped(runtime)]
    return [
        *found,
        *worker(overview),
        *jobs(overview.rows),
        *asked(overview.rows),
        *archives(overview.rows, settings.archive_days),
    ]


def behind(rows: Iterable[CityRow]) -> Iterator[Finding]:
    """Tell whether every city is at the code's newest revisions."""
    all_rows = list(rows)
    closed = [r.city.slug for r in all_rows if r.city.upgrading]
    late = [r.city.slug for r in all_rows if r.behind and not r.city.upgrading]
    remedy = "sinmungo fleet plan 으로 보고 sinmungo fleet upgrade 를 하세요."
    if closed:
        yield bad("behind", f"판이 너무 낮아 닫혀 있는 시·군: {_some(closed)}", remedy)
    if late:
        yield warn("behind", f"판이 뒤진 시·군: {_some(late)}", remedy)
    if not closed and not late:
        yield ok("behind", f"시·군 {len(all_rows)}곳이 모두 최신 판입니다.")


def plugins(runtime: Runtime) -> Iterator[Finding]:
    """Tell whether every plugin was loaded."""
    for broken in runtime.host.quarantined:
        yield bad(
            "plugins",
            f"기능 {broken.slug} 을 불러오지 못했습니다: {broken.reason}",
            "그 기능의 꾸러미를 고치거나 지우고 다시 켜세요. 나머지는 그대로 돕니다.",
        )
    if not runtime.host.quarantined:
        yield ok("plugins", f"기능 {len(runtime.host.plugins)}개를 불러왔습니다.")


def tripped(runtime: Runtime) -> Iterator[Finding]:
    """Tell whether a plugin was taken out because it failed too often."""
    found = [
        f"{city.slug} {slug}"
        for city in runtime.registry.all()
        for slug, state in city.plugin_states.items()
        if state == "TRIPPED"
    ]
    if found:
        yield warn(
            "tripped",
            f"오류가 되풀이되어 꺼진 기능: {_some(found)}",
            "관리 화면의 기능 관리에서 까닭을 보고, 고친 뒤 다시 켜세요.",
        )


def worker(overview: Overview) -> Iterator[Finding]:
    """Tell whether a job worker lives."""
    seen = overview.worker_seen
    if seen is not None and clock.now() - seen <= BEAT:
        yield ok("worker", "작업 프로세스가 살아 있습니다.")
        return
    when = "한 번도" if seen is None else f"{clock.to_seoul(seen):%Y-%m-%d %H:%M} 뒤로"
    yield bad(
        "worker",
        f"작업 프로세스가 {when} 신호가 없습니다. 메일이 나가지 않고 현황이 모이지 않습니다.",
        "sinmungo worker 를 켜세요 (systemd: systemctl status sinmungo-worker).",
    )


def jobs(rows: Iterable[CityRow]) -> Iterator[Finding]:
    """Tell whether something was given up, or waits for too long."""
    known = [(row.city.slug, row.figures) for row in rows if row.figures]
    failed = [f"{slug} {g.outbox_failed}건" for slug, g in known if g.outbox_failed]
    stuck = [slug for slug, g in known if any(map(_is_stuck, g.outbox))]
    if failed:
        yield bad(
            "jobs",
            f"여덟 번 실패해 포기한 일: {_some(failed)}",
            "운영 화면의 작업에서 까닭을 보고, 고친 뒤 다시 하세요.",
        )
    if stuck:
        yield warn(
            "jobs",
            f"10분 넘게 밀린 일이 있는 시·군: {_some(stuck)}",
            "작업 프로세스와 메일 서버를 보세요.",
        )
    if not failed and not stuck:
        yield ok("jobs", "밀리거나 포기한 일이 없습니다.")


def _is_stuck(waiting: Waiting) -> bool:
    return waiting.state == "PENDING" and clock.now() - waiting.oldest_at > STUCK


def asked(rows: Iterable[CityRow]) -> Iterator[Finding]:
    """Tell whether each city answered when the worker asked it."""
    known = [(row.city.slug, row.figures) for row in rows if row.figures]
    silent = [f"{slug} ({g.problem})" for slug, g in known if g.problem]
    if silent:
        yield warn(
            "figures",
            f"현황을 모으지 못한 시·군: {_some(silent)}",
            "그 시·군의 판과 역할을 보세요.",
        )


def archives(rows: Iterable[CityRow], days: int) -> Iterator[Finding]:
    """Tell whether every city has a recent archive."""
    if not days:
        return
    before = clock.now() - timedelta(days=days)
    old = [r.city.slug for r in rows if r.archive is None or r.archive.made_at < before]
    if old:
        yield warn(
            "archives",
            f"{days}일 안에 보관하지 않은 시·군: {_some(old)}",
            "sinmungo tenant archive 를 날마다 하도록 걸어 두세요.",
        )
    else:
        yield ok("archives", f"모든 시·군을 {days}일 안에 보관했습니다.")


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" 밖에 {rest}곳" if rest > 0 else "")
