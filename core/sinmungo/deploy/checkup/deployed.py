"""What is deployed: cities and their revisions, plugins, the worker, jobs and archives.

Read through the doors as the desk reads it, so that the doctor and the desk cannot disagree.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.config import Settings
from sinmungo.deploy.checkup.terms import Finding, bad, ok, some, warn
from sinmungo.platform_desk import cities, operators
from sinmungo.platform_desk import jobs as queue
from sinmungo.platform_desk.cities import CityRow, Overview
from sinmungo.platform_desk.figures import Waiting
from sinmungo.platform_desk.operators import OperatorRow
from sinmungo_tenants.fleet import view as fleet
from sinmungo_tenants.fleet.view import RunRow

BEAT = timedelta(seconds=90)
STUCK = timedelta(minutes=10)
OLD = timedelta(minutes=5)


async def cities_and_worker(settings: Settings) -> list[Finding]:
    """Look at the whole deployment through a runtime of its own."""
    runtime = Runtime(settings)
    async with runtime.running():
        overview = await cities.overview(runtime)
        desk = await queue.desk(runtime)
        accounts = await operators.all_operators(runtime)
        async with runtime.doors.control_session() as db:
            runs, under_way = await db.all(fleet.RUNS, limit=1), await db.one(fleet.UNDER_WAY)
        found = [*behind(overview.rows), *plugins(runtime), *tripped(runtime)]
    return [
        *found,
        *last_run(runs, under_way=under_way),
        *worker(overview),
        *queued(desk.number_failed),
        *jobs(overview.rows),
        *asked(overview.rows),
        *archives(overview.rows, settings.archive_days),
        *desk_accounts(accounts),
    ]


def behind(rows: Iterable[CityRow]) -> Iterator[Finding]:
    """Tell whether every city is at the code's newest revisions."""
    all_rows = list(rows)
    closed = [r.city.slug for r in all_rows if r.city.upgrading]
    late = [r.city.slug for r in all_rows if r.behind and not r.city.upgrading]
    remedy = "sinmungo fleet plan 으로 보고 sinmungo fleet upgrade 를 하세요."
    if closed:
        yield bad("behind", f"판이 너무 낮아 닫혀 있는 시·군: {some(closed)}", remedy)
    if late:
        yield warn("behind", f"판이 뒤진 시·군: {some(late)}", remedy)
    if not closed and not late:
        yield ok("behind", f"시·군 {len(all_rows)}곳이 모두 최신 판입니다.")


def last_run(runs: Sequence[RunRow], *, under_way: bool) -> Iterator[Finding]:
    """Tell whether the last fleet run was cut off before its end."""
    if any(run.state == "RUNNING" for run in runs) and not under_way:
        yield warn(
            "fleet",
            "마지막 판 올리기가 끝나기 전에 끊겼습니다.",
            "sinmungo fleet upgrade 를 다시 하세요. 남은 곳부터 이어 합니다.",
        )


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
            f"오류가 되풀이되어 꺼진 기능: {some(found)}",
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


def queued(failed: int) -> Iterator[Finding]:
    """Tell whether the queue itself has jobs that failed."""
    if failed:
        yield warn(
            "queue",
            f"대기열에 실패한 작업이 {failed:,}개 있습니다.",
            "운영 화면의 작업에서 다시 하세요. 되풀이되면 작업 프로세스의 로그를 보세요.",
        )


def jobs(rows: Sequence[CityRow]) -> Iterator[Finding]:
    """Tell whether something was given up, or waits for too long, as far as is known."""
    known = [(row.city.slug, row.figures) for row in rows if row.figures]
    failed = [f"{slug} {g.outbox_failed}건" for slug, g in known if g.outbox_failed]
    # What waits in a closed city waits until it is open again: nobody has to be called for that.
    served = [(row.city.slug, row.figures) for row in rows if row.figures and row.city.open]
    stuck = [slug for slug, g in served if any(map(_is_stuck, g.outbox))]
    if failed:
        yield bad(
            "jobs",
            f"여덟 번 실패해 포기한 일: {some(failed)}",
            "운영 화면의 작업에서 까닭을 보고, 고친 뒤 다시 하세요.",
        )
    if stuck:
        yield warn(
            "jobs",
            f"10분 넘게 밀린 일이 있는 시·군: {some(stuck)}",
            "작업 프로세스와 메일 서버를 보세요.",
        )
    if known and not failed and not stuck:
        yield ok("jobs", f"시·군 {len(known)}곳에 밀리거나 포기한 일이 없습니다.")


def _is_stuck(waiting: Waiting) -> bool:
    return waiting.state == "PENDING" and clock.now() - waiting.oldest_at > STUCK


def asked(rows: Iterable[CityRow]) -> Iterator[Finding]:
    """Tell which city did not answer the worker, and of which nothing new is known."""
    # A city that is closed until a fleet run cannot be asked: `behind` has told that already.
    all_rows, before = [r for r in rows if not r.city.upgrading], clock.now() - OLD
    silent = [f"{r.city.slug} ({r.problem})" for r in all_rows if r.problem]
    old = [
        r.city.slug
        for r in all_rows
        if not r.problem and (r.figures is None or r.figures.gathered_at < before)
    ]
    if silent:
        yield warn(
            "figures",
            f"현황을 모으지 못한 시·군: {some(silent)}",
            "그 시·군의 판과 역할을 보세요.",
        )
    if old:
        yield warn(
            "figures",
            f"현황이 5분 넘게 낡았거나 없는 시·군: {some(old)}. 밀린 일이 있어도 알 수 없습니다.",
            "작업 프로세스가 모읍니다. 켜져 있는지, 로그에 figures.failed 가 있는지 보세요.",
        )


def archives(rows: Iterable[CityRow], days: int) -> Iterator[Finding]:
    """Tell whether every city has a recent archive, and the last one could be made."""
    all_rows = list(rows)
    failed = [r.city.slug for r in all_rows if r.archive_failed]
    if failed:
        yield warn(
            "archives",
            f"마지막 보관이 실패한 시·군: {some(failed)}",
            "sinmungo tenant archive 를 그 시·군에 다시 해 까닭을 보세요.",
        )
    if not days:
        return
    before = clock.now() - timedelta(days=days)
    old = [r.city.slug for r in all_rows if r.archive is None or r.archive.made_at < before]
    if old:
        yield warn(
            "archives",
            f"{days}일 안에 보관하지 않은 시·군: {some(old)}",
            "sinmungo tenant archive 를 날마다 하도록 걸어 두세요.",
        )
    elif not failed:
        yield ok("archives", f"모든 시·군을 {days}일 안에 보관했습니다.")


def desk_accounts(accounts: Sequence[OperatorRow]) -> Iterator[Finding]:
    """Tell whether anybody can come in at the operator's desk."""
    if not any(one.state != "DISABLED" for one in accounts):
        yield warn(
            "operators",
            "운영 화면(/platform)에 들어올 수 있는 계정이 없습니다.",
            "sinmungo operator add <아이디> 로 만드세요.",
        )
    for one in accounts:
        if one.state == "LOCKED":
            yield warn(
                "operators",
                f"운영자 {one.login} 의 계정이 여러 번 틀려 잠겼습니다.",
                "15분 뒤에 풀립니다. 본인이 한 일이 아니면 운영 화면의 기록에서 주소를 보세요.",
            )
