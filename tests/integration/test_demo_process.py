"""`sinmungo demo` as a person runs it: processes, signals, crashes, a second start."""

import contextlib
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


@pytest.fixture(scope="module")
def kept(places: tuple[Path, Path]) -> tuple[list[dict[str, Any]], int]:
    """Make the data folder that later starts find, and kill all of it where it stands.

    Return the accounts of that first start, and when it noted that the cities are whole.
    """
    first = DemoProcess(*places)
    try:
        first.wait_up()
        told = first.accounts(), (places[0] / stamp.FILE).stat().st_mtime_ns
        for pid in (first.process.pid, *first.family()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        first.process.wait(20)
    finally:
        first.discard()
    return told


def test_after_kill_9_it_recovers_keeps_its_data_and_tells_a_taken_port(
    kept: tuple[list[dict[str, Any]], int], places: tuple[Path, Path]
):
    """Killed all together before, then the parent alone: its children end by themselves."""
    accounts, stamped = kept
    again = DemoProcess(*places)
    try:
        again.wait_up()
        # Nothing was made or looked at.
        assert (again.data / stamp.FILE).stat().st_mtime_ns == stamped
        assert again.get("sample.localhost", "/")[0] == 200
        assert again.get("nowhere.localhost", "/")[0] == 404
        assert again.accounts() == accounts
        assert {"slug", "host", "role", "login", "password", "api_token"} <= accounts[0].keys()
        assert (again.data / "demo-accounts.json").stat().st_mode & 0o077 == 0
        token = accounts[0]["api_token"]
        status, body = again.get("sample.localhost", "/api/v1/cases?view=ALL", token)
        assert status == 200
        assert json.loads(body)["items"]
        taken(again, places)
        again.process.kill()
        again.process.wait(10)
        end = time.monotonic() + 20
        while again.family() and time.monotonic() < end:
            time.sleep(0.1)
        assert again.family() == {}
    finally:
        again.discard()


def taken(first: DemoProcess, places: tuple[Path, Path]) -> None:
    """A second one on the same port says so in a line."""
    second = DemoProcess(*places, first.port)
    code, output = second.finish()
    assert code == 1
    assert len(output.strip().splitlines()) == 1
    assert str(first.port) in output


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


def test_a_folder_that_is_something_else_is_told(places, tmp_path: Path):
    stray = tmp_path / "file"
    stray.write_text("not a folder", "utf-8")
    other = DemoProcess(stray, places[1])
    code, output = other.finish()
    assert code == 1
    assert len(output.strip().splitlines()) == 1, output


def test_any_postgresql_will_do(tmp_path: Path, server_dsn: str):
    """SINMUNGO_DATABASE_URL instead of the embedded server; roles carry the deployment's name."""
    from sinmungo.testing.database import fresh_database

    dsn = fresh_database(server_dsn, "demo_elsewhere")
    (tmp_path / "sample.toml").write_text(CITY.partition("[demo.")[0], "utf-8")
    other = DemoProcess(
        tmp_path / "data",
        tmp_path,
        SINMUNGO_DATABASE_URL=dsn,
        SINMUNGO_DEPLOYMENT="demo_elsewhere",
    )
    try:
        other.wait_up()
        assert other.get("sample.localhost", "/")[0] == 200
        assert not (tmp_path / "data" / "server").exists()
    finally:
        code, output = other.end(signal.SIGINT)
    assert code == 0, output
    assert "sample" in output
    assert other.family() == {}
