"""`sinmungo plugin dev`: the plugin in a demo city, reloaded when one of its files changes.

Nothing is installed: a metadata folder on the path of web and worker stands for it. Files are
looked at twice a second, which needs no library and works on every file system.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from sinmungo.author.demo_city import city_of, write_city
from sinmungo.author.problems import AuthorProblemError
from sinmungo.author.project import Project, write_metadata
from sinmungo.cli.ports import port_taken, wait_ready
from sinmungo.cli.problems import console, load_settings
from sinmungo.config import Settings
from sinmungo.demo.accounts import read_accounts
from sinmungo.demo.run import Processes, environment, stop_signals
from sinmungo.deploy.database import set_up
from sinmungo_tenants.server import EmbeddedServer

LOOK_SECONDS = 0.5
READY_SECONDS = 60.0
_WATCHED = {".py", ".html", ".toml", ".js", ".css"}
type Stamp = dict[Path, tuple[int, int]]


def develop(project: Project, port: int, data: Path) -> None:
    """Serve the plugin's demo city on a port of 127.0.0.1 until SIGINT or SIGTERM."""
    if port_taken(port):
        raise AuthorProblemError(f"port {port} is taken; choose another with --port")
    settings = msgspec.structs.replace(
        load_settings(),
        data=str(data),
        port=port,
        cookie_secure=False,
        demo=True,
        tenants=str(data / "tenants"),
    )
    with stop_signals() as stop, ExitStack() as stack:
        shim = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sinmungo-dev-")))
        _put_on_path(project, shim)
        server = EmbeddedServer(data, progress=console.print)
        dsn = server.start().dsn
        stack.callback(server.stop)
        ready = set_up(settings, dsn)
        write_city(project, Path(settings.tenants))
        desk = _Desk(project, ready)
        stack.callback(desk.stop)
        seen = stamp(project)
        desk.start()
        while not stop.wait(LOOK_SECONDS):
            now = stamp(project)
            if now != seen:
                desk.reload(_changed(project, seen, now))
                seen = now


def _put_on_path(project: Project, shim: Path) -> None:
    """Let the processes that we start see the plugin as installed."""
    write_metadata(project, shim)
    given = [p for p in (os.environ.get("PYTHONPATH"),) if p]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(shim), str(project.root), *given])


def stamp(project: Project) -> Stamp:
    """Return when each file of the package was changed, and its size."""
    return {f: (s.st_mtime_ns, s.st_size) for f in _files(project) if (s := _stat(f))}


def _files(project: Project) -> Iterator[Path]:
    return (f for f in project.package.rglob("*") if f.suffix in _WATCHED)


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:  # an editor is about to put the new one there
        return None


def _changed(project: Project, before: Stamp, now: Stamp) -> str:
    names = sorted(f for f in before.keys() | now.keys() if before.get(f) != now.get(f))
    return ", ".join(project.shown(f) for f in names[:3]) + (" …" if len(names) > 3 else "")  # noqa: PLR2004 - three names tell enough


class _Desk:
    """Web and worker with the plugin, and the city they show."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self._project = project
        self._settings = settings
        self._processes: Processes | None = None

    def start(self) -> None:
        """Bring the city up to the plugin's revisions, then serve it."""
        sound = self._city()
        self._processes = Processes(self._settings)
        self._processes.start("web")
        processes = self._processes
        if not wait_ready(self._settings.port, READY_SECONDS, lambda: not processes.dead()):
            console.print(f"web 프로세스가 서지 않습니다 ({processes.log_of('web')})")
            return
        self._processes.start("worker")
        self._tell(sound=sound)

    def reload(self, what: str) -> None:
        """Take the changed code: a process that is running keeps what it has imported."""
        console.print(f"바뀜: {what}", markup=False, soft_wrap=True)
        self.stop()
        self.start()

    def stop(self) -> None:
        """End web and worker."""
        if self._processes is not None:
            self._processes.stop()
            self._processes = None

    def _city(self) -> bool:
        command = [sys.executable, "-m", "sinmungo.author.demo_city", self._settings.tenants]
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command,
            env=environment(self._settings),
            capture_output=True,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            console.print(line, markup=False, soft_wrap=True)
        if done.returncode and not done.stdout:
            console.print(done.stderr.strip(), markup=False)
        return done.returncode == 0

    def _tell(self, *, sound: bool) -> None:
        host = f"{city_of(self._project)}.localhost:{self._settings.port}"
        names = [a.login for a in read_accounts(self._settings.data_path)]
        password = next((a.password for a in read_accounts(self._settings.data_path)), "")
        console.print(f"http://{host}/office   {' '.join(names)} / {password}", soft_wrap=True)
        state = "켜져 있습니다" if sound else "불러오지 못해 꺼져 있습니다"
        console.print(f"{self._project.slug}: {state}. 고치면 다시 불러옵니다. 끝내려면 Ctrl-C")
