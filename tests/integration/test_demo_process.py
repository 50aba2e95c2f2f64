"""`sinmungo demo` as a person runs it: processes, signals, crashes, a second start."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sinmungo.demo import stamp
from sinmungo.testing.demo import DemoProcess
from sinmungo_tenants.server import EmbeddedServer

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


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    tenants = folder / "tenants"
    tenants.mkdir()
    (tenants / "sample.toml").write_text(CITY, "utf-8")
    yield folder / "data", tenants
    EmbeddedServer(folder / "data").discard()


@pytest.fixture
def demo(places: tuple[Path, Path]) -> Iterator[DemoProcess]:
    made = DemoProcess(*places)
    yield made
    made.discard()


@pytest.fixture(scope="module")
def kept(places: tuple[Path, Path]) -> list[dict[str, Any]]:
    """Make the data folder that later starts find; return the accounts of the first."""
    first = DemoProcess(*places)
    try:
        first.wait_up()
        return first.accounts()
    finally:
        first.discard()


@pytest.fixture(scope="module")
def stamped(places: tuple[Path, Path], kept: list[dict[str, Any]]) -> int:
    """When the first start noted that the cities are whole."""
    assert kept
    return (places[0] / stamp.FILE).stat().st_mtime_ns


def test_it_keeps_its_data_tells_a_taken_port_and_ends_cleanly(stamped, kept, demo, places):
    demo.wait_up()
    assert (demo.data / stamp.FILE).stat().st_mtime_ns == stamped  # nothing was made or looked at
    assert demo.get("sample.localhost", "/")[0] == 200
    assert demo.get("nowhere.localhost", "/")[0] == 404
    assert demo.accounts() == kept
    assert {"slug", "host", "role", "login", "password", "api_token"} <= kept[0].keys()
    assert (demo.data / "demo-accounts.json").stat().st_mode & 0o077 == 0
    second = DemoProcess(places[0], places[1], demo.port)
    code, output = second.finish()
    assert code == 1
    assert len(output.strip().splitlines()) == 1
    assert str(demo.port) in output
    token = kept[0]["api_token"]
    status, body = demo.get("sample.localhost", "/api/v1/cases?view=ALL", token)
    assert status == 200
    assert json.loads(body)["items"]
    code, output = demo.end(signal.SIGINT)
    assert code == 0, output
    assert "sample" in output
    assert demo.family() == {}


@pytest.mark.usefixtures("kept")
def test_a_city_file_added_between_two_starts_is_obeyed(places):
    added = places[1] / "second.toml"
    added.write_text(CITY.replace("sample", "second").replace("본보기시", "둘째시"), "utf-8")
    again = DemoProcess(*places)
    try:
        again.wait_up()
        assert again.get("second.localhost", "/")[0] == 200
        assert {a["slug"] for a in again.accounts()} == {"", "sample", "second"}
        code, output = again.end(signal.SIGTERM)
    finally:
        again.discard()
        added.unlink()
    assert code == 0, output
    assert again.family() == {}
    assert "second: made" in output
    assert "sample: made" not in output


@pytest.mark.usefixtures("kept")
def test_after_kill_9_the_next_start_recovers_and_nothing_is_left(demo: DemoProcess, places):
    """Killed all together, then the parent alone: its children end by themselves."""
    demo.wait_up()
    for pid in (demo.process.pid, *demo.family()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    demo.process.wait(20)
    again = DemoProcess(*places)
    try:
        again.wait_up()
        assert again.get("sample.localhost", "/")[0] == 200
        again.process.kill()
        again.process.wait(10)
        end = time.monotonic() + 20
        while again.family() and time.monotonic() < end:
            time.sleep(0.1)
        assert again.family() == {}
    finally:
        again.discard()


def test_a_folder_that_is_something_else_is_told(places, tmp_path: Path):
    stray = tmp_path / "file"
    stray.write_text("not a folder", "utf-8")
    other = DemoProcess(stray, places[1])
    code, output = other.finish()
    assert code == 1
    assert len(output.strip().splitlines()) == 1, output


def test_any_postgresql_will_do(places, tmp_path: Path, server_dsn: str):
    """SINMUNGO_DATABASE_URL instead of the embedded server; roles carry the deployment's name."""
    from sinmungo.testing.database import fresh_database

    dsn = fresh_database(server_dsn, "demo_elsewhere")
    other = DemoProcess(
        tmp_path / "data",
        places[1],
        SINMUNGO_DATABASE_URL=dsn,
        SINMUNGO_DEPLOYMENT="demo_elsewhere",
    )
    try:
        other.wait_up()
        assert other.get("sample.localhost", "/")[0] == 200
        assert not (tmp_path / "data" / "server").exists()
    finally:
        code, output = other.end()
    assert code == 0, output
