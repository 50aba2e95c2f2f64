"""One object from an empty folder to a running server and back, safe to kill at any point."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from sinmungo_tenants.server.account import CLEAN_ENVIRONMENT, choose_account
from sinmungo_tenants.server.binaries import find_binaries
from sinmungo_tenants.server.cluster import DATABASE, ENDING, SUPERUSER, Cluster
from sinmungo_tenants.server.errors import OTHER_FOLDER, ServerProblem, from_os_error
from sinmungo_tenants.server.folder import FolderLock, ServerFolder
from sinmungo_tenants.server.process import WatchedProcess

HOST = "127.0.0.1"
LOG_LIMIT = 5 * 1024 * 1024
_ATTEMPTS = 20
_TELL_EVERY = 2.0
# Worth another attempt: the free port was taken meanwhile; backends of a killed server still end.
_PASSING = ("could not create any TCP/IP sockets", "pre-existing shared memory block")

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # one schema per city: a DROP locks some 1,300 objects
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # No row's values in the log: neither statements nor the DETAIL of a violated constraint.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_WITHOUT_SYNC = {
    "fsync": "off",
    "full_page_writes": "off",
}  # survives all but a crash of the machine


@dataclass(frozen=True)
class ServerAddress:
    """Where the server listens and how its superuser signs in."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def dsn(self) -> str:
        """A libpq and asyncpg URL, password included."""
        secret = quote(self.password, safe="")
        return f"postgresql://{self.user}:{secret}@{self.host}:{self.port}/{self.database}"


def _silent(_: str) -> None:
    pass


class EmbeddedServer:
    """PostgreSQL in `data_dir`, for as long as this process lives.

    `progress` receives one Korean line per slow step. `fsync_off` gives up durability for speed:
    for tests only.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        progress: Callable[[str], None] = _silent,
        fsync_off: bool = False,
    ) -> None:
        self._folder = ServerFolder(data_dir.absolute())
        self._progress = progress
        self._fsync_off = fsync_off
        self._lock: FolderLock | None = None
        self._process: WatchedProcess | None = None
        self._address: ServerAddress | None = None

    @property
    def running(self) -> bool:
        """Whether the server process lives; False after a crash, which `start` recovers from."""
        return self._process is not None and self._process.alive

    def start(self) -> ServerAddress:
        """Make the cluster if need be, start it, wait until it takes connections.

        Raises ServerProblem. After a crash it waits for recovery as long as that takes.
        """
        if self.running and self._address is not None:
            return self._address
        self.stop()
        try:
            self._address = self._start()
        except OSError as error:
            self.stop()
            raise from_os_error(error, self._folder.root) from error
        except BaseException:
            self.stop()
            raise
        return self._address

    def stop(self) -> None:
        """Shut down fast (open transactions are rolled back), reap, let go of the folder."""
        if self._process is not None:
            self._process.end(ENDING)
            self._process = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        self._address = None

    def discard(self) -> None:
        """Stop and delete the server with all its data, wherever the cluster lies."""
        self.stop()
        link = self._folder.cluster_link
        if link.is_symlink():
            target = link.readlink()
            shutil.rmtree(target, ignore_errors=True)
            target.with_name(target.name + ".lock").unlink(missing_ok=True)
        shutil.rmtree(self._folder.home, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self) -> ServerAddress:
        folder = self._folder
        folder.prepare()
        account = choose_account(folder.cluster_link)
        path = folder.place_cluster(account)
        self._lock = FolderLock(path.with_name(path.name + ".lock"), folder.root)
        self._lock.acquire()
        cluster = Cluster(path, account, find_binaries(account))
        self._ensure_made(cluster)
        cluster.check_major()
        cluster.clear_left_over()
        port = self._run(cluster)
        return ServerAddress(HOST, port, SUPERUSER, folder.password(), DATABASE)

    def _ensure_made(self, cluster: Cluster) -> None:
        if not cluster.path.exists():
            if self._folder.made.exists():
                raise ServerProblem(f"데이터가 있던 {cluster.path}이(가) 없습니다.", OTHER_FOLDER)
            self._progress("PostgreSQL 데이터 폴더를 만듭니다.")
            cluster.make(self._folder.new_password(), sync=not self._fsync_off)
        if not self._folder.made.exists():  # its time tells this cluster from another
            self._folder.made.touch()

    def _run(self, cluster: Cluster) -> int:
        self._trim_log()
        for attempt in range(_ATTEMPTS):
            port = _free_port()
            seen = self._folder.log.stat().st_size
            self._process = self._spawn(cluster, port)
            if self._await_ready(cluster, self._process):
                return port
            output = self._log_from(seen)
            if not any(sign in output for sign in _PASSING):
                break
            time.sleep(0.05 * (attempt + 1))
        problem = cluster.explain(output, "PostgreSQL이 시작하지 못했습니다")
        raise ServerProblem(problem.reason, f"{problem.remedy} 기록: {self._folder.log}")

    def _spawn(self, cluster: Cluster, port: int) -> WatchedProcess:
        settings = {**_SETTINGS, **(_WITHOUT_SYNC if self._fsync_off else {}), "port": str(port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(cluster.binaries.folder / "postgres"), "-D", str(cluster.path), *options]
        try:
            return WatchedProcess(command, cluster.account, self._folder.log, CLEAN_ENVIRONMENT)
        except subprocess.SubprocessError as error:
            raise ServerProblem(
                f"PostgreSQL을 실행하지 못했습니다: {error}", OTHER_FOLDER
            ) from error

    def _await_ready(self, cluster: Cluster, process: WatchedProcess) -> bool:
        began = told = time.monotonic()
        while process.alive:
            if cluster.ready(process.pid):
                return True
            now = time.monotonic()
            if now - told >= _TELL_EVERY:
                told = now
                self._progress(
                    f"PostgreSQL이 지난번 기록을 복구하고 있습니다({now - began:.0f}초)."
                )
            time.sleep(0.01)
        return False

    def _trim_log(self) -> None:
        self._folder.log.touch(mode=0o600)
        if self._folder.log.stat().st_size > LOG_LIMIT:
            self._folder.log.write_bytes(b"")

    def _log_from(self, position: int) -> str:
        with self._folder.log.open("rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", "replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
