"""Metrics on a private port, and what a load balancer is told."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sinmungo import metrics
from sinmungo.app import Runtime
from sinmungo.config import PREFIX, Settings
from sinmungo.metrics import face_of, forget_dead
from sinmungo.platform_desk import figures
from sinmungo.platform_desk.exported import Exported
from sinmungo.sealed import DeploymentKey
from sinmungo.testing.demo import free_port
from sinmungo_tenants import Tenant

SERVER = """
import asyncio, os, sys
from sinmungo import config, metrics
metrics.start_web(config.load())
worker = '''
import asyncio
from sinmungo import metrics
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
class Doors:
    def load(self):
        from types import SimpleNamespace
        return SimpleNamespace(used=1, idle=2, waiting=3)
class Registry:
    age = 0.5
async def main():
    asked = metrics.Measured(app)
    task = asyncio.create_task(metrics.sample(Doors(), Registry()))
    async def send(message): pass
    for path in ("/office/cases", "/api/v1/cases", "/made-up"):
        await asked({"type": "http", "path": path}, None, send)
    await asyncio.sleep(0.05)
    print("counted", flush=True)
    input()
asyncio.run(main())
'''
import subprocess
run = [subprocess.Popen([sys.executable, "-c", worker], stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE) for _ in range(2)]
for one in run:
    one.stdout.readline()
print("ready", flush=True)
for line in sys.stdin:
    run[0].communicate(b"\\n") if line.strip() == "end one" else None
    print("ended", flush=True)
for one in run:
    one.poll() is None and one.communicate(b"\\n")
"""


def scrape(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        name: float(value) for name, value in re.findall(r"^([^#\s]\S*) (\S+)$", text, re.MULTILINE)
    }


def test_two_workers_are_added_up_on_one_private_port(tmp_path: Path):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        env={**os.environ, f"{PREFIX}DATA": str(tmp_path), f"{PREFIX}METRICS_PORT": str(port)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        found = scrape(port)
        for face in ("office", "api", "portal"):
            assert found[f'sinmungo_requests_total{{face="{face}",status="200"}}'] == 2
            assert found[f'sinmungo_request_seconds_count{{face="{face}"}}'] == 2
        assert found['sinmungo_pool_connections{state="waiting"}'] == 6
        assert found["sinmungo_registry_age_seconds"] == 0.5
        assert (tmp_path / "metrics").stat().st_mode & 0o077 == 0
        process.stdin.write("end one\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ended\n"
        after = scrape(port)
        assert after['sinmungo_pool_connections{state="waiting"}'] == 3
        assert after['sinmungo_requests_total{face="office",status="200"}'] == 2
        process.stdin.close()
    assert process.returncode == 0


def test_only_gauges_of_the_dead_are_forgotten(tmp_path: Path):
    dead, alive = 2**22 + 1, os.getpid()
    for name in (f"gauge_livesum_{dead}", f"gauge_livesum_{alive}", f"counter_{dead}"):
        (tmp_path / f"{name}.db").touch()
    forget_dead(tmp_path)
    assert {f.stem for f in tmp_path.iterdir()} == {f"gauge_livesum_{alive}", f"counter_{dead}"}


@pytest.mark.parametrize(
    ("path", "face"),
    [
        ("/", "portal"),
        ("/office/cases/1", "office"),
        ("/file", "portal"),
        ("/platform", "platform"),
    ],
)
def test_a_label_is_a_face_and_never_a_path(path: str, face: str):
    assert face_of(path) == face


async def test_the_worker_tells_what_it_gathered(runtime: Runtime, city: Tenant):
    await figures.gather(runtime, city)
    await figures.measure(runtime)
    told, port = Exported(), free_port()
    await told.refresh(runtime)
    settings: Any = SimpleNamespace(metrics_port=port - 1, metrics_host="127.0.0.1")
    metrics.start_worker(settings, lambda: told.families)
    found = scrape(port)
    assert found[f'sinmungo_outbox_rows{{city="{city.slug}",state="failed"}}'] == 0
    assert found[f'sinmungo_city_open{{city="{city.slug}"}}'] == 1
    assert found[f'sinmungo_city_bytes{{city="{city.slug}"}}'] > 100_000
    assert "sinmungo_plugins_quarantined" in found
    with pytest.raises(ConnectionRefusedError):  # bound to that address and to no other
        socket.create_connection(("127.0.0.2", port), 5)


def test_a_port_that_is_taken_is_told_and_stops_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import prometheus_client  # noqa: F401 - before its folder is set: this process counts nothing

    monkeypatch.setenv(metrics.FOLDER, "")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = Settings(data=str(tmp_path), metrics_port=port)
        with pytest.raises(SystemExit, match=rf"127\.0\.0\.1:{port} cannot be opened"):
            metrics.start_web(settings)
        below = Settings(data=str(tmp_path), metrics_port=port - 1)
        with capture_logs() as lines:
            metrics.start_worker(below, list)
    assert [line["event"] for line in lines] == ["metrics.closed"]


def test_without_a_port_nothing_is_counted_and_the_port_is_this_machines_own():
    assert (Settings().metrics_port, Settings().metrics_host) == (0, "127.0.0.1")
    assert not metrics.wanted()


async def health(app: Any, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1") as client:
        return await client.get(path)


async def test_ready_says_why_not(app: Any, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    answer = await health(app, "/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    monkeypatch.setattr(type(runtime.registry), "age", 60.0)
    answer = await health(app, "/health/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["registry"])

    def away() -> Any:
        raise ConnectionRefusedError("postgresql://user:secret@host")

    def damaged(_: Path) -> DeploymentKey:
        return DeploymentKey.from_text("no key")

    monkeypatch.setattr(runtime.doors, "control_session", away)
    monkeypatch.setattr(DeploymentKey, "load", damaged)
    answer = await health(app, "/health/ready")
    assert answer.json()["reasons"] == ["database", "registry", "key"]
    assert "secret" not in answer.text
    assert (await health(app, "/health/live")).status_code == 200


async def test_a_registry_older_than_the_code_is_not_ready(
    app: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sinmungo.platform_desk.readiness.too_old", lambda *_: True)
    assert (await health(app, "/health/ready")).json()["reasons"] == ["schema"]


async def test_the_public_port_shows_no_metrics(app: Any):
    assert (await health(app, "/metrics")).status_code == 404
