"""`sinmungo demo` as a person runs it: processes, signals, crashes, a second start."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CITY = """
slug = "sample"
name = "본보기시"
service_name = "기업SOS"
hosts = ["sample.localhost"]

[settings]
"cases.number_prefix" = "SA"

[[people.departments]]
name = "기업과"
phone = "02-700-1000"
teams = ["상담팀"]

[demo.cases]
cases = 4

[demo.companies]
companies = 3

[[demo.people.officers]]
login = "intake"
name = "한소리"
unit = "상담팀"
title = "주무관"
roles = ["INTAKE_OFFICER", "LEAD_OFFICER"]
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One `sinmungo demo` process in a data folder."""

    def __init__(self, data: Path, tenants: Path, port: int) -> None:
        self.port = port
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sinmungo.cli", "demo", "--data", str(data), "--port", str(port)],
            env={**os.environ, "SINMUNGO_TENANTS": str(tenants)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_up(self) -> None:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            assert self.process.poll() is None, self.process.communicate()[0]
            if self.status("localhost") == 200:
                return
            time.sleep(0.1)
        pytest.fail("the demo did not come up")

    def status(self, host: str) -> int | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/", headers={"Host": f"{host}:{self.port}"})
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output

    def family(self) -> list[int]:
        """Return the pids of everything the demo started, by its data folder or deployment."""
        found = []
        for proc in Path("/proc").glob("[0-9]*"):
            try:
                command = (proc / "cmdline").read_bytes().decode("utf-8", "replace")
                environment = (proc / "environ").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            ours = f"SINMUNGO_DATA={self.data}" in environment or str(self.data) in command
            if ours and int(proc.name) != os.getpid():
                found.append(int(proc.name))
        return found


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("demo")
    for each in (folder, *folder.parents):
        if each.owner() == "root" and str(each).startswith("/tmp/pytest"):
            each.chmod(0o755)
    tenants = folder / "tenants"
    tenants.mkdir()
    (tenants / "sample.toml").write_text(CITY, "utf-8")
    return folder / "data", tenants


@pytest.fixture
def demo(places: tuple[Path, Path]) -> Iterator[Demo]:
    made = Demo(*places, free_port())
    yield made
    if made.process.poll() is None:
        made.process.kill()
    if made.process.stdout:
        made.process.stdout.close()
    made.process.wait(10)


def test_it_comes_up_and_ends_cleanly(demo: Demo):
    demo.wait_up()
    assert demo.status("sample.localhost") == 200
    assert demo.status("nowhere.localhost") == 404
    accounts = json.loads((demo.data / "demo-accounts.json").read_text("utf-8"))
    assert {"slug", "host", "role", "login", "password", "api_token"} <= accounts[0].keys()
    assert (demo.data / "demo-accounts.json").stat().st_mode & 0o077 == 0
    code, output = demo.end(signal.SIGTERM)
    assert code == 0, output
    assert "sample" in output
    assert demo.family() == []


def test_a_second_start_keeps_the_data_and_a_taken_port_is_told(demo: Demo, places):
    before = json.loads((demo.data / "demo-accounts.json").read_text("utf-8"))
    demo.wait_up()
    second = Demo(places[0], places[1], demo.port)
    output, _ = second.process.communicate(timeout=60)
    assert second.process.returncode == 1
    assert len(output.strip().splitlines()) == 1
    assert str(demo.port) in output
    token = before[0]["api_token"]
    connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=5)
    connection.request(
        "GET",
        "/api/v1/cases?view=ALL",
        headers={"Host": "sample.localhost", "Authorization": f"Bearer {token}"},
    )
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    assert answer.status == 200
    assert body["items"]
    code, _ = demo.end(signal.SIGINT)
    assert code == 0
    assert demo.family() == []


def test_after_kill_9_of_everything_the_next_start_recovers(demo: Demo, places):
    demo.wait_up()
    for pid in (demo.process.pid, *demo.family()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    demo.process.wait(20)
    again = Demo(places[0], places[1], free_port())
    try:
        again.wait_up()
        assert again.status("sample.localhost") == 200
    finally:
        code, output = again.end()
    assert code == 0, output


def test_kill_9_of_the_parent_alone_leaves_nothing(demo: Demo):
    demo.wait_up()
    demo.process.kill()
    demo.process.wait(10)
    end = time.monotonic() + 20
    while demo.family() and time.monotonic() < end:
        time.sleep(0.1)
    assert demo.family() == []


def test_a_folder_that_is_something_else_is_told(places, tmp_path: Path):
    stray = tmp_path / "file"
    stray.write_text("not a folder", "utf-8")
    other = Demo(stray, places[1], free_port())
    output, _ = other.process.communicate(timeout=60)
    assert other.process.returncode == 1
    assert len(output.strip().splitlines()) == 1, output
