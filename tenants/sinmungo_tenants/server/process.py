"""No kill -9 of the demo may leave a PostgreSQL behind, and no terminal's Ctrl-C may race ours.

The kernel delivers PR_SET_PDEATHSIG when the forking *thread* ends, so the server is forked by a
thread of its own, which then waits for it: that also reaps it.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sinmungo_tenants.server.account import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded before any fork: the child must not import or allocate much


def die_with_parent() -> Callable[[], None]:
    """A `preexec_fn` that asks the kernel for SIGINT when the parent dies.

    subprocess runs it after the change of user, which would clear the request.
    """
    parent = os.getpid()

    def in_child() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return in_child


class WatchedProcess:
    """A child in a session of its own, reaped when it ends and told when this process dies."""

    def __init__(
        self,
        command: list[str],
        account: "Account",
        log: Path,
        env: dict[str, str],
        cwd: Path = Path("/"),
    ) -> None:
        self._command, self._account, self._log, self._env = command, account, log, env
        self._cwd = cwd
        self._spawned: Future[subprocess.Popen[bytes]] = Future()
        self._thread = threading.Thread(target=self._run, name=Path(command[0]).name, daemon=True)
        self._thread.start()
        self._process = self._spawned.result()

    def _run(self) -> None:
        try:
            process = self._spawn()
        except (OSError, subprocess.SubprocessError) as error:
            self._spawned.set_exception(error)
            return
        self._spawned.set_result(process)
        process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the server's own program, no shell
                self._command,
                user=self._account.uid,
                group=self._account.gid,
                extra_groups=self._account.extra_groups,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 - one preloaded C call, nothing else
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def end(self, steps: tuple[tuple[signal.Signals, float], ...]) -> None:
        """Send each signal in turn and wait its seconds, until the process is gone."""
        for number, patience in steps:
            if not self.alive:
                return
            self._process.send_signal(number)
            self._thread.join(patience)

    def end_family(self) -> None:
        """Kill what the ended process may have left in its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
