"""`sinmungo demo` as a process, for tests of processes and of the screens."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import httpx

UP_SECONDS = 120


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cities_here(root: Path) -> dict[str, dict[str, Any]]:
    """Return by slug what the files of a source tree's cities tell, in order.

    A city that lives by a plugin whose folder was taken away is left out.
    """
    told = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in (root / "tenants").glob("*.toml")}
    places = (root / "plugins", root / "core" / "sinmungo")
    return {
        slug: city
        for slug, city in sorted(told.items())
        if all(any((place / p).is_dir() for place in places) for p in city["plugins"])
    }


class DemoProcess:
    """One `sinmungo demo` in a data folder; the caller ends it."""

    def __init__(self, data: Path, tenants: Path, port: int | None = None, **env: str) -> None:
        self.port = port or free_port()
        self.data = data
        descriptor, name = tempfile.mkstemp(prefix="sinmungo-demo-", suffix=".log")
        self._log = Path(name)
        words = ["demo", "--data", str(data), "--port", str(self.port)]
        self.process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "sinmungo.cli", *words],
            env={**os.environ, "SINMUNGO_TENANTS": str(tenants), **env},
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(descriptor)

    def output(self) -> str:
        """Return what it has printed so far."""
        return self._log.read_text("utf-8")

    def finish(self) -> tuple[int, str]:
        """Wait until it ends by itself and return exit code and output."""
        return self.process.wait(60), self.output()

    def wait_up(self) -> None:
        """Wait until it tells the addresses; AssertionError with its output if it ends."""
        end = time.monotonic() + UP_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(self.output())
            if "Ctrl-C" in self.output():
                return
            time.sleep(0.1)
        raise AssertionError("the demo did not come up")

    def get(self, host: str, path: str, token: str = "") -> tuple[int | None, bytes]:
        """Return status and body of a GET at a city's host; (None, b"") if nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Host": f"{host}:{self.port}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None, b""
        finally:
            connection.close()

    def accounts(self) -> list[dict[str, Any]]:
        """Return what the demo told about sign-ins."""
        found: list[dict[str, Any]] = json.loads((self.data / "demo-accounts.json").read_bytes())
        return found

    def api(self, slug: str, login: str) -> httpx.Client:
        """Return a client of a city's API as one of its accounts; the caller closes it."""
        tokens = {(a["slug"], a["login"]): a["api_token"] for a in self.accounts()}
        headers = {
            "host": f"{slug}.localhost:{self.port}",
            "authorization": f"Bearer {tokens[slug, login]}",
        }
        base = f"http://127.0.0.1:{self.port}"
        return httpx.Client(base_url=base, headers=headers, timeout=UP_SECONDS)

    def url(self, slug: str, path: str = "/") -> str:
        """Return the address of a screen of a city."""
        return f"http://{slug}.localhost:{self.port}{path}"

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal and return exit code and output."""
        self.process.send_signal(number)
        return self.finish()

    def discard(self) -> None:
        """End it whatever its state."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._log.unlink(missing_ok=True)

    def family(self) -> dict[int, str]:
        """Return what it started, pid → command: by data folder in command or environment."""
        found = {}
        places = {str(self.data), str((self.data / "server" / "cluster").resolve())}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
                environment = (entry / "environ").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            ours = f"SINMUNGO_DATA={self.data}\0" in environment
            ours = ours or any(place in command for place in places)
            if ours and int(entry.name) != os.getpid():
                found[int(entry.name)] = command.replace("\0", " ")
        return found
