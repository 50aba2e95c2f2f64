"""The supervisor against real PostgreSQL processes, real signals and real left-overs."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psycopg
import pytest

from sinmungo_tenants.server import (
    EmbeddedServer,
    ServerAddress,
    ServerProblem,
    account,
    scratch_server,
)

CHILD = """
import sys, time
from pathlib import Path
from sinmungo_tenants.server import EmbeddedServer
address = EmbeddedServer(Path(sys.argv[1]), fsync_off=True).start()
print(address.dsn, flush=True)
time.sleep(120)
"""


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    # Not tmp_path: pytest keeps that closed to other accounts, and as root the server runs as one.
    base = Path(tempfile.mkdtemp(prefix="sinmungo-server-"))
    base.chmod(0o711)
    yield base / "data"
    shutil.rmtree(base)


@pytest.fixture
def data() -> Iterator[Path]:
    with folder() as place:
        yield place


@pytest.fixture(scope="module")
def first_made() -> Iterator[Path]:
    with folder() as place:
        with EmbeddedServer(place, fsync_off=True) as server:
            server.start()
        yield place


@pytest.fixture
def made(data: Path, first_made: Path) -> None:
    """Fill the folder as a first start does, owners and rights too, without another initdb."""
    subprocess.run(["cp", "-a", str(first_made), str(data)], check=True)


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(data, fsync_off=True)
    yield made
    made.stop()


def value(address: ServerAddress, query: str) -> object:
    with psycopg.connect(address.dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def write(address: ServerAddress) -> None:
    with psycopg.connect(address.dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")


def postmaster(data: Path) -> int:
    return int((data / "server/cluster/postmaster.pid").read_text().splitlines()[0])


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def eventually(check: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.02)
    return check()


@contextlib.contextmanager
def child_with_server(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with child:
        assert child.stdout is not None
        try:
            yield child, child.stdout.readline().strip()
        finally:
            child.kill()


async def test_first_start_makes_a_server_for_both_drivers(server: EmbeddedServer) -> None:
    address = server.start()

    connection = await asyncpg.connect(address.dsn)
    sorted_words = await connection.fetchval(
        "SELECT array_agg(w ORDER BY w) FROM unnest(ARRAY['하', '가', '나', 'b', 'A']) w"
    )
    await connection.close()

    assert sorted_words == ["A", "b", "가", "나", "하"]
    assert value(address, "SHOW server_encoding") == "UTF8"
    assert value(address, "SHOW timezone") == "UTC"
    assert value(address, "SHOW max_locks_per_transaction") == "256"
    assert value(address, "SELECT datlocprovider::text FROM pg_database LIMIT 1") == "b"
    assert server.running


@pytest.mark.usefixtures("made")
def test_only_this_machine_and_only_with_the_password(server: EmbeddedServer, data: Path) -> None:
    address = server.start()

    assert address.host == "127.0.0.1"
    assert value(address, "SHOW listen_addresses") == "127.0.0.1"
    assert value(address, "SHOW unix_socket_directories") == ""
    assert address.password not in repr(address)
    wrong = address.dsn.replace(address.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    password_file = data / "server/password"
    assert password_file.read_text() == address.password
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    assert password_file.stat().st_uid == os.geteuid()


@pytest.mark.usefixtures("made")
def test_never_runs_as_root(server: EmbeddedServer, data: Path) -> None:
    server.start()

    assert Path(f"/proc/{postmaster(data)}").stat().st_uid != 0


@pytest.mark.usefixtures("made")
def test_a_restart_keeps_the_data(data: Path) -> None:
    with EmbeddedServer(data, fsync_off=True) as first:
        write(first.start())
        pid = postmaster(data)
    assert gone(pid)

    told: list[str] = []
    with EmbeddedServer(data, fsync_off=True, progress=told.append) as second:
        assert value(second.start(), "SELECT count(*) FROM kept") == 1000
    assert told == []


@pytest.mark.usefixtures("made")
def test_recovers_after_kill_9_of_the_server(server: EmbeddedServer, data: Path) -> None:
    write(server.start())
    os.kill(postmaster(data), signal.SIGKILL)
    assert eventually(lambda: not server.running)

    assert value(server.start(), "SELECT count(*) FROM kept") == 1000


@pytest.mark.usefixtures("made")
def test_kill_9_of_the_parent_leaves_no_server(data: Path, server: EmbeddedServer) -> None:
    with child_with_server(data) as (child, dsn):
        pid = postmaster(data)
        assert dsn.startswith("postgresql://")
        child.kill()
        child.wait()

    assert eventually(lambda: gone(pid))
    assert value(server.start(), "SELECT 1") == 1


@pytest.mark.usefixtures("made")
def test_a_server_left_from_before_is_ended_first(server: EmbeddedServer, data: Path) -> None:
    # As where the kernel told it nothing: supervised by nobody, its folder unlocked.
    left_over = EmbeddedServer(data, fsync_off=True)
    write(left_over.start())
    pid = postmaster(data)
    assert left_over._lock is not None
    left_over._lock.release()

    assert value(server.start(), "SELECT count(*) FROM kept") == 1000
    assert gone(pid)
    assert postmaster(data) != pid
    left_over.stop()
    assert server.running


@pytest.mark.usefixtures("made")
def test_a_pid_file_naming_another_process_is_no_obstacle(
    server: EmbeddedServer, data: Path
) -> None:
    server.start()
    server.stop()
    pid_file = data / "server/cluster/postmaster.pid"
    pid_file.write_text(f"{os.getppid()}\n{data / 'server/cluster'}\n1\n")

    assert value(server.start(), "SELECT 1") == 1
    assert not gone(os.getppid())


@pytest.mark.usefixtures("made")
def test_a_second_server_on_the_folder_is_refused(server: EmbeddedServer, data: Path) -> None:
    with child_with_server(data) as (child, _dsn):
        with pytest.raises(ServerProblem) as problem:
            server.start()

        assert str(child.pid) in problem.value.reason
        assert "DATA=" in problem.value.remedy
        assert "\n" not in str(problem.value)
        assert child.poll() is None


@pytest.mark.usefixtures("made")
def test_a_half_made_folder_is_made_again(server: EmbeddedServer, data: Path) -> None:
    first = EmbeddedServer(data, fsync_off=True)
    first.start()
    first.stop()
    cluster = data / "server/cluster"
    (cluster / "global/pg_control").unlink()
    cluster.rename(data / "server/cluster.making")  # what an interrupted initdb leaves
    (data / "server/made").unlink()

    assert value(server.start(), "SELECT 1") == 1
    assert not (data / "server/cluster.making").exists()


def test_a_failed_initdb_leaves_nothing_behind(
    server: EmbeddedServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = data.parent / "programs"
    programs.mkdir()
    for name in ("postgres", "initdb"):
        script = f'#!/bin/sh\n[ "$1" = --version ] && echo "{name} (PostgreSQL) 18.0" && exit\n'
        (programs / name).write_text(f"{script}echo '{name}: error: it broke' >&2; exit 1\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("SINMUNGO_PGBIN", str(programs))

    with pytest.raises(ServerProblem, match="initdb: error: it broke"):
        server.start()

    assert sorted(p.name for p in (data / "server").iterdir()) == ["cluster.lock", "password"]
    monkeypatch.delenv("SINMUNGO_PGBIN")
    assert value(server.start(), "SELECT 1") == 1


@pytest.mark.usefixtures("made")
def test_another_major_version_is_refused_with_the_way_out(
    server: EmbeddedServer, data: Path
) -> None:
    server.start()
    server.stop()
    (data / "server/cluster/PG_VERSION").write_text("17\n")

    with pytest.raises(ServerProblem) as problem:
        server.start()

    assert "PostgreSQL 17" in problem.value.reason
    assert "SINMUNGO_PGBIN" in problem.value.remedy
    assert not server.running


def test_programs_too_old_or_missing_are_refused(
    server: EmbeddedServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = data.parent / "programs"
    programs.mkdir()
    monkeypatch.setenv("SINMUNGO_PGBIN", str(programs))
    with pytest.raises(ServerProblem, match="SINMUNGO_PGBIN"):
        server.start()

    for name in ("postgres", "initdb"):
        (programs / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 15.4'\n")
        (programs / name).chmod(0o755)
    with pytest.raises(ServerProblem, match="PostgreSQL 15"):
        server.start()


def test_a_folder_of_something_else_is_left_alone(server: EmbeddedServer, data: Path) -> None:
    data.mkdir()
    (data / "thesis.txt").write_text("mine")

    with pytest.raises(ServerProblem, match="DATA="):
        server.start()

    assert [p.name for p in data.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_refused(server: EmbeddedServer, data: Path) -> None:
    data.write_text("mine")

    with pytest.raises(ServerProblem, match="폴더가 아닙니다"):
        server.start()

    assert data.read_text() == "mine"


@pytest.mark.usefixtures("made")
def test_lost_data_is_said_not_replaced(server: EmbeddedServer, data: Path) -> None:
    server.start()
    server.stop()
    shutil.rmtree(data / "server/cluster")

    with pytest.raises(ServerProblem, match="없습니다"):
        server.start()


@pytest.mark.usefixtures("made")
def test_discard_removes_all_of_it(server: EmbeddedServer, data: Path) -> None:
    server.start()
    server.discard()

    assert [p.name for p in data.iterdir()] == ["sinmungo-data"]


def test_a_scratch_server_leaves_nothing_even_after_a_failure(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(data.parent))

    def fail_within() -> None:
        with scratch_server() as address:
            assert value(address, "SHOW fsync") == "off"
            assert len(list(data.parent.iterdir())) == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail_within()

    assert list(data.parent.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_as_root_a_folder_closed_to_the_account_works_too(data: Path) -> None:
    closed = data.parent / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed / "data", fsync_off=True)
    try:
        write(server.start())
        place = (closed / "data/server/cluster").readlink()
        server.stop()
        assert value(server.start(), "SELECT count(*) FROM kept") == 1000
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.discard()
    assert not place.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_as_root_without_an_account_to_drop_to_nothing_runs(
    server: EmbeddedServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "SERVICE_ACCOUNTS", ("no-such-account", "root"))

    with pytest.raises(ServerProblem, match="root") as problem:
        server.start()

    assert "SINMUNGO_DATABASE_URL" in problem.value.remedy
    assert not (data / "server/cluster").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_is_one_line(server: EmbeddedServer, data: Path) -> None:
    data.mkdir(mode=0o500)

    with pytest.raises(ServerProblem, match="권한"):
        server.start()
