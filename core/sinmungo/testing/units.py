"""A stand-in for systemd where none runs: does what unit files say, with nothing else around.

Enough of it for services: environment files, user, ExecStart, ExecStopPost, KillSignal, templates.
`systemctl` is a program that asks this process by a socket, so that the services are its children.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

_STOP_SECONDS = 60.0
_CLIENT = """#!{python} -I
import socket, sys
with socket.socket(socket.AF_UNIX) as link:
    link.connect({address!r})
    link.sendall("\\0".join(sys.argv[1:]).encode() + b"\\n")
    code, _, told = link.makefile().read().partition("\\n")
sys.stderr.write(told)
sys.exit(int(code))
"""
type Unit = dict[str, list[str]]


def read_unit(file: Path, instance: str = "") -> Unit:
    """Return the values of a unit file by key, with %i replaced."""
    found: Unit = {}
    for raw in file.read_text("utf-8").splitlines():
        line = raw.strip()
        if line and not line.startswith(("#", ";", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value.replace("%i", instance))
    return found


def environment_of(unit: Unit) -> dict[str, str]:
    """Return what EnvironmentFile= gives; a file with a leading hyphen may be missing."""
    values: dict[str, str] = {}
    for name in unit.get("EnvironmentFile", []):
        file = Path(name.removeprefix("-"))
        if name.startswith("-") and not file.exists():
            continue
        lines = file.read_text("utf-8").splitlines()
        for line in lines:
            key, equals, value = line.partition("=")
            if equals:
                values[key] = value
    return values


class Units:
    """Runs the units of a folder; `users` are the user and group ids of the accounts they name."""

    def __init__(
        self, folder: Path, logs: Path, path: str, users: Mapping[str, tuple[int, int]]
    ) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs, self._path, self._users = logs, path, users
        self._listener = socket.socket(socket.AF_UNIX)

    def listen(self, client: Path) -> None:
        """Write the program `systemctl` and serve it until `end`."""
        address = self._logs / "systemctl.socket"
        self._listener.bind(str(address))
        self._listener.listen()
        client.write_text(_CLIENT.format(python=sys.executable, address=str(address)), "utf-8")
        client.chmod(0o755)
        threading.Thread(target=self._serve, daemon=True).start()

    def end(self) -> None:
        """Stop everything."""
        self._listener.close()
        for name in list(self.running):
            self.stop(name)

    def log(self, name: str) -> str:
        """Return what a unit has written."""
        file = self._logs / f"{name}.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with link, link.makefile("rw", encoding="utf-8") as stream:
                code, told = self._answer(stream.readline().rstrip("\n").split("\0"))
                stream.write(f"{code}\n{told}")

    def _answer(self, words: list[str]) -> tuple[int, str]:
        verb, *names = [word for word in words if not word.startswith("--")]
        if verb == "enable" and "--now" in words:
            verb = "start"
        try:
            for name in names:
                self.act(verb, name if "." in name else f"{name}.service")
        except (OSError, RuntimeError, ValueError) as error:
            return 1, f"{words}: {error}\n"
        return 0, ""

    def act(self, verb: str, name: str) -> None:
        """Do start, stop, restart, reload or enable; RuntimeError when the unit fails."""
        if not self._file(name).is_file():
            raise ValueError(f"no unit {name}")
        if verb in {"stop", "restart"}:
            self.stop(name)
        if verb in {"start", "restart"} and name.endswith(".service"):
            self.start(name)
        if verb == "reload":
            self.running[name].send_signal(signal.SIGHUP)

    def start(self, name: str) -> None:
        """Start a service, or run one of the type oneshot to its end."""
        if name in self.running and self.running[name].poll() is None:
            return
        unit = self._unit(name)
        if unit.get("Type") == ["oneshot"]:
            steps = [*unit["ExecStart"], *unit.get("ExecStopPost", [])]
            codes = [self._spawn(name, unit, step).wait() for step in steps]
            if any(codes):
                raise RuntimeError(f"{name}: {codes} {self.log(name)}")
            return
        (command,) = unit["ExecStart"]
        self.running[name] = self._spawn(name, unit, command)

    def stop(self, name: str) -> int | None:
        """Send the stop signal and wait; return the exit code. RuntimeError if it does not end."""
        process = self.running.pop(name, None)
        if process is None:
            return None
        number = self._unit(name).get("KillSignal", ["SIGTERM"])[0]
        if process.poll() is None:
            process.send_signal(signal.Signals[number])
        try:
            return process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"{name} did not end: {self.log(name)}") from None

    def _file(self, name: str) -> Path:
        stem, at, rest = name.partition("@")
        return self.folder / (f"{stem}@.{rest.rpartition('.')[2]}" if at else name)

    def _unit(self, name: str) -> Unit:
        instance = name.partition("@")[2].rpartition(".")[0]
        return read_unit(self._file(name), instance)

    def _spawn(self, name: str, unit: Unit, command: str) -> "subprocess.Popen[bytes]":
        uid, gid = self._users.get(unit.get("User", ["root"])[0], (None, None))
        with (self._logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - what the unit says
                shlex.split(command),
                env={"PATH": self._path, "LANG": "C.UTF-8", **environment_of(unit)},
                cwd=unit.get("WorkingDirectory", ["/"])[0],
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                umask=int(unit.get("UMask", ["0022"])[0], 8),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def accounts(**ids: tuple[int | None, int | None]) -> dict[str, tuple[int, int]]:
    """Return the accounts that have ids of their own, which only root can take on."""
    if os.geteuid():
        return {}
    return {n: (u, g) for n, (u, g) in ids.items() if u is not None and g is not None}
