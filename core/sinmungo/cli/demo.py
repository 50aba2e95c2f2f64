"""`sinmungo demo`: everything on one machine, with made-up data, in one command."""

from contextlib import ExitStack
from pathlib import Path

import msgspec

from sinmungo.cli.ports import port_taken, wait_ready
from sinmungo.cli.problems import console, load_settings, told
from sinmungo.cli.told import CliProblemError
from sinmungo.config import Settings
from sinmungo.demo import stamp
from sinmungo.demo.run import Processes, stop_signals, watch
from sinmungo.deploy.addresses import with_logins
from sinmungo.deploy.folder import prepare
from sinmungo_tenants.server import EmbeddedServer

READY_SECONDS = 60.0


def demo(*, data: Path = Path(".sinmungo"), port: int = 8000) -> None:
    """Start PostgreSQL, web and worker with demo data; Ctrl-C ends everything cleanly.

    Parameters
    ----------
    data
        Folder for the database, keys and files; kept between starts.
    port
        Port of the web server on this machine.
    """
    settings = msgspec.structs.replace(
        load_settings(), data=str(data.absolute()), port=port, cookie_secure=False, demo=True
    )
    if port_taken(port):
        raise CliProblemError(f"port {port} is taken; choose another with PORT=…")
    with told(), stop_signals() as stop, ExitStack() as stack:
        admin_dsn = _server(settings, stack)
        made = stamp.is_made(settings)
        ready = with_logins(settings, admin_dsn, prepare(settings)) if made else None
        ready = ready or _set_up(settings, admin_dsn)
        processes = Processes(ready)
        stack.callback(processes.stop)
        processes.start("web")
        if not made:
            import asyncio

            asyncio.run(_cities(ready))
            stamp.note_made(settings)
        if stop.is_set():
            return
        if not wait_ready(port, READY_SECONDS, lambda: not stop.is_set() and not processes.dead()):
            raise CliProblemError(f"the web server did not start; see {processes.log_of('web')}")
        processes.start("worker")
        _tell(ready)
        watch(processes, stop, console.print)
        console.print("끝냅니다.")


def _server(settings: Settings, stack: ExitStack) -> str:
    """Return the administrator's address of the server named, or of our own, now started."""
    if settings.database_url:
        return settings.database_url
    server = EmbeddedServer(settings.data_path, progress=console.print)
    address = server.start()
    stack.callback(server.stop)
    return address.dsn


def _set_up(settings: Settings, admin_dsn: str) -> Settings:
    from sinmungo.deploy.database import set_up

    return set_up(settings, admin_dsn)


async def _cities(settings: Settings) -> None:
    """Make the cities and their data; the web server imports and starts meanwhile."""
    from sinmungo.app import Runtime
    from sinmungo.demo.desk import first_figures, make_operator
    from sinmungo.demo.load import load
    from sinmungo.deploy.cities import Cities, read_files
    from sinmungo.logs import configure_logs

    configure_logs("console")
    runtime = Runtime(settings)
    async with runtime.running():
        files = read_files(Path(settings.tenants))
        if not files:
            raise CliProblemError(f"no city files in {settings.tenants}/*.toml")
        drift = await Cities(runtime, console.print).apply(files)
        for item in drift:
            console.print(f"{item.slug}: {item.key} 값이 파일과 다릅니다 (그대로 둡니다)")
        await load(runtime, files, console.print)
        await make_operator(runtime)
        await first_figures(runtime)


def _tell(settings: Settings) -> None:
    from rich.table import Table

    from sinmungo.demo.accounts import FILE, PASSWORD, read_accounts

    table = Table(box=None, pad_edge=False)
    table.add_column("업무 화면", no_wrap=True)
    table.add_column("아이디", overflow="fold")
    logins: dict[tuple[str, str], list[str]] = {}
    accounts = read_accounts(settings.data_path)
    for account in (a for a in accounts if not a.totp_secret):
        logins.setdefault((account.slug, account.host), []).append(account.login)
    for (slug, host), names in logins.items():
        table.add_row(f"http://{host or slug}:{settings.port}/office", " ".join(names))
    console.print(table)
    console.print(f"시·군 목록     http://localhost:{settings.port}")
    for account in (a for a in accounts if a.totp_secret):
        console.print(f"운영 화면      http://localhost:{settings.port}/platform  {account.login}")
        console.print(f"인증번호       sinmungo operator code {account.totp_secret}")
    console.print(f"비밀번호       {PASSWORD} (모두 같음)")
    console.print(f"계정·API 토큰  {settings.data_path / FILE}")
    console.print("끝내려면 Ctrl-C")
