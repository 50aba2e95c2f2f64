"""Guards PostgreSQL's own files against whatever an earlier run left.

They are made whole or not at all, opened only by the major version that made them, and never shared
with a server that a kill -9 left behind.
"""

import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from sinmungo_tenants.server.account import Account
from sinmungo_tenants.server.binaries import Binaries
from sinmungo_tenants.server.errors import OTHER_FOLDER, ServerProblem, disk_full
from sinmungo_tenants.server.folder import private_file

SUPERUSER = "postgres"
DATABASE = "postgres"
_STATUS_LINE = 7  # of postmaster.pid, counted from 0
_SERIOUS_WORDS = ("FATAL:", "PANIC:", "error:", "ERROR:")
_LITTLE_ROOM = 16 * 1024 * 1024
_PATIENCE = 5.0  # seconds
ENDING = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data directory at `path`, run by `account` with `binaries`."""

    path: Path
    account: Account
    binaries: Binaries

    @property
    def _half_made(self) -> Path:
        return self.path.with_name(self.path.name + ".making")

    def check_major(self) -> None:
        """Raise ServerProblem when another major version made the files."""
        made_by = (self.path / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by == str(self.binaries.major):
            return
        raise ServerProblem(
            f"{self.path}은(는) PostgreSQL {made_by}의 데이터인데"
            f" 지금 프로그램은 {self.binaries.major}입니다.",
            f"SINMUNGO_PGBIN으로 PostgreSQL {made_by}의 bin 폴더를 정해 열고 pg_dump로 옮기거나"
            f" {OTHER_FOLDER}",
        )

    def make(self, password: str, *, sync: bool) -> None:
        """Run initdb beside the final place and rename: an interrupted one never looks whole."""
        self.remove_half_made()
        try:
            self._half_made.mkdir(mode=0o700)
            self.account.give(self._half_made)
            self._initdb(password, sync=sync)
            self._half_made.rename(self.path)
        except BaseException:
            self.remove_half_made()
            raise

    def remove_half_made(self) -> None:
        """Delete what an interrupted `make` left, and nothing else."""
        self._password_file.unlink(missing_ok=True)
        # An initdb whose parent was killed may still be clearing up after itself.
        until = time.monotonic() + _PATIENCE
        while self._half_made.exists() and time.monotonic() < until:
            shutil.rmtree(self._half_made, ignore_errors=True)
            time.sleep(0.02)
        if self._half_made.exists():
            shutil.rmtree(self._half_made)

    @property
    def _password_file(self) -> Path:
        return self.path.with_name(self.path.name + ".pw")

    def _initdb(self, password: str, *, sync: bool) -> None:
        private_file(self._password_file, password)
        self.account.give(self._password_file)
        answer = self.account.run(
            [
                str(self.binaries.folder / "initdb"),
                f"--pgdata={self._half_made}",
                f"--username={SUPERUSER}",
                f"--pwfile={self._password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *([] if sync else ["--no-sync"]),
            ]
        )
        self._password_file.unlink()
        if answer.returncode != 0:
            raise self.explain(answer.stdout, "PostgreSQL 데이터 폴더를 만들지 못했습니다")

    def explain(self, output: str, what_failed: str) -> ServerProblem:
        """Turn the server's or initdb's output into one line."""
        room = shutil.disk_usage(self.path.parent).free
        if "No space left on device" in output or room < _LITTLE_ROOM:
            return disk_full(self.path.parent)
        lines = output.splitlines()
        serious = [line for line in lines if any(word in line for word in _SERIOUS_WORDS)]
        reason = (serious or lines[-1:] or ["출력 없음"])[0]
        return ServerProblem(f"{what_failed}: {reason}", OTHER_FOLDER)

    def ready(self, pid: int) -> bool:
        """Whether the postmaster `pid` says that it takes connections."""
        lines = self._pid_file_lines()
        if len(lines) <= _STATUS_LINE or lines[0].strip() != str(pid):
            return False
        return lines[_STATUS_LINE].strip() == "ready"

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.path / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def clear_left_over(self) -> None:
        """End a postmaster still running on these files, and drop a pid file that names another.

        Only for the holder of the folder's lock: any server found here then has no supervisor.
        """
        lines = self._pid_file_lines()
        first = lines[0].strip() if lines else ""
        if first.isdigit() and self._is_postmaster(int(first)):
            self._end(int(first))
        # PostgreSQL still guards against surviving backends by the shared memory of the directory.
        (self.path / "postmaster.pid").unlink(missing_ok=True)

    def _is_postmaster(self, pid: int) -> bool:
        if _ended(pid):
            return False
        # Asked as the account: root inside a container may not look into others' processes.
        answer = self.account.run(["readlink", f"/proc/{pid}/cwd"])
        return answer.stdout.strip() == str(self.path.resolve()) and _name(pid) == "postgres"

    def _end(self, pid: int) -> None:
        for number, patience in ENDING:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return
            until = time.monotonic() + patience
            while time.monotonic() < until:
                if _ended(pid):
                    return
                time.sleep(0.02)
        raise ServerProblem(
            f"남아 있는 PostgreSQL 프로세스({pid})가 끝나지 않습니다.",
            f"그 프로세스를 끝내거나 {OTHER_FOLDER}",
        )


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _ended(pid: int) -> bool:
    # A zombie that nobody reaps has ended too.
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"
