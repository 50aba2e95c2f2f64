"""`sinmungo demo` as a person runs it: processes, signals, crashes, a second start."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def test_it_comes_up_and_ends_cleanly(demo: DemoProcess):
    demo.wait_up()
    assert demo.get("sample.localhost", "/")[0] == 200
    assert demo.get("nowhere.localhost", "/")[0] == 404
    accounts = demo.accounts()
    assert {"slug", "host", "role", "login", "password", "api_token"} <= accounts[0].keys()
    assert (demo.data / "demo-accounts.json").stat().st_mode & 0o077 == 0
    code, output = demo.end(signal.SIGTERM)
    assert code == 0, output
    assert "sample" in output
    assert demo.family() == {}


def test_a_second_start_keeps_the_data_and_a_taken_port_is_told(demo: DemoProcess, places):
    before = demo.accounts() if (demo.data / "demo-accounts.json").exists() else []
    demo.wait_up()
    second = DemoProcess(places[0], places[1], demo.port)
    code, output = second.finish()
    assert code == 1
    assert len(output.strip().splitlines()) == 1
    assert str(demo.port) in output
    token = demo.accounts()[0]["api_token"]
    status, body = demo.get("sample.localhost", "/api/v1/cases?view=ALL", token)
    assert status == 200
    assert json.loads(body)["items"]
    assert before in ([], demo.accounts())
    code, _ = demo.end(signal.SIGINT)
    assert code == 0
    assert demo.family() == {}


def test_a_city_file_added_between_two_starts_is_obeyed(demo: DemoProcess, places):
    demo.wait_up()
    assert demo.end()[0] == 0
    added = places[1] / "second.toml"
    added.write_text(CITY.replace("sample", "second").replace("본보기시", "둘째시"), "utf-8")
    again = DemoProcess(*places)
    try:
        again.wait_up()
        assert again.get("second.localhost", "/")[0] == 200
        assert {a["slug"] for a in again.accounts()} == {"", "sample", "second"}
    finally:
        code, output = again.end()
        added.unlink()
    assert code == 0, output
    assert "second: made" in output
    assert "sample: made" not in output


def test_after_kill_9_of_everything_the_next_start_recovers(demo: DemoProcess, places):
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
    finally:
        code, output = again.end()
    assert code == 0, output


def test_kill_9_of_the_parent_alone_leaves_nothing(demo: DemoProcess):
    demo.wait_up()
    demo.process.kill()
    demo.process.wait(10)
    end = time.monotonic() + 20
    while demo.family() and time.monotonic() < end:
        time.sleep(0.1)
    assert demo.family() == {}


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
